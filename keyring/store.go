package keyring

import "time"

// Members that no standard has a word for. The lifecycle members iat, nbf, exp and revoked are those of OpenID Federation
// 1.0: when a key was made, began to sign, has its last token expire, and was revoked.
const (
	memberVersion = "jotkit_version"  // of a key, and of the set: the highest ever given
	memberState   = "jotkit_state"    // of a key
	memberRetired = "jotkit_retired"  // of a key, in Unix seconds
	memberMaxLife = "jotkit_max_life" // of a key and of the set, in seconds
)

// Marshal writes the whole ring, private halves included, as a JWK Set. The same ring is always the same bytes.
func (r *Ring) Marshal() ([]byte, error) {
	var w writer
	w.openSet()
	for _, e := range r.entries {
		w.next()
		w.entry(e)
		w.close()
	}
	w.closeArray()
	w.number(memberVersion, int64(r.made))
	w.number(memberMaxLife, int64(r.maxLife/time.Second))
	return w.done()
}

// Export writes the ring as a JWK Set for others: the keys of PublicSet in their order, with iat, nbf and exp. With
// private it holds their private halves, and symmetric keys, too. Revoked keys are never in it.
func (r *Ring) Export(now time.Time, private bool) ([]byte, error) {
	var w writer
	w.openSet()
	for _, e := range r.alive(now) {
		if e.key.Symmetric() && !private {
			continue
		}
		w.next()
		w.public(e.key)
		if private {
			w.members(e.private)
		}
		w.lifecycle(e)
		w.close()
	}
	w.closeArray()
	return w.done()
}

func (w *writer) entry(e *entry) {
	w.public(e.key)
	w.members(e.private)
	w.lifecycle(e)
	w.number(memberVersion, int64(e.Version))
	w.text(memberState, string(e.State))
	w.time(memberRetired, e.Retired)
	w.number(memberMaxLife, int64(e.maxLife/time.Second))
}

func (w *writer) lifecycle(e *entry) {
	w.time("iat", e.Created)
	w.time("nbf", e.Activated)
	w.time("exp", e.LastExp)
	if !e.Revoked.IsZero() {
		w.name("revoked")
		w.buf = append(w.buf, '{')
		w.time("revoked_at", e.Revoked)
		w.close()
	}
}

// time writes a time in Unix seconds, and nothing for one that is not known.
func (w *writer) time(name string, t time.Time) {
	if !t.IsZero() {
		w.number(name, t.Unix())
	}
}
