package keyring

import (
	"fmt"
	"slices"
)

// Unmarshal reads what Marshal wrote. Private halves are read when they are first asked for. ErrRing comes back for
// anything that is not a ring with one active and one next key, every kid and version once, and a private half for just
// those that may sign.
func Unmarshal(data []byte) (*Ring, error) {
	r, err := unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRing, err)
	}
	if broken := r.broken(); broken != "" {
		return nil, fmt.Errorf("%w: %s", ErrRing, broken)
	}
	return r, nil
}

func unmarshal(data []byte) (*Ring, error) {
	top, err := readObject(data)
	if err != nil {
		return nil, err
	}
	jwks, err := membersOf(top)
	if err != nil {
		return nil, err
	}
	in := fields{object: top}
	r := &Ring{made: in.count(memberVersion), maxLife: in.seconds(memberMaxLife)}
	if in.err != nil {
		return nil, in.err
	}
	for i, j := range jwks {
		e, err := readEntry(j)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", nameInSet(i, j), err)
		}
		r.entries = append(r.entries, e)
	}
	return r, nil
}

func readEntry(j object) (*entry, error) {
	if !j.has("alg") || !j.has("kid") {
		return nil, fmt.Errorf("%w: member \"alg\" or \"kid\" is missing", ErrNotAKey)
	}
	u, err := uncheckedJWK(j)
	if err != nil {
		return nil, err
	}
	k, err := ParseOptions{}.public(u)
	if err != nil {
		return nil, err
	}
	in := fields{object: j}
	about := Entry{
		Version:   in.count(memberVersion),
		State:     in.state(),
		Created:   in.time("iat"),
		Activated: in.time("nbf"),
		Retired:   in.time(memberRetired),
		Revoked:   in.revoked(),
		LastExp:   in.time("exp"),
	}
	maxLife := in.seconds(memberMaxLife)
	if in.err != nil {
		return nil, in.err
	}
	e, err := storedEntry(j, k, about)
	if err == nil {
		e.maxLife = maxLife
	}
	return e, err
}

// broken says which rule of a ring does not hold, or "".
func (r *Ring) broken() string {
	states := map[State]int{}
	kids := map[string]bool{}
	version := 0
	for _, e := range r.entries {
		states[e.State]++
		signs := e.State == Active || e.State == Next
		switch {
		case e.KID == "" || kids[e.KID]:
			return "a kid that is empty or stands twice"
		case e.Version <= version || e.Version > r.made:
			return "versions that do not grow"
		case e.Created.IsZero() || e.State == Active && e.Activated.IsZero() || e.State == Revoked == e.Revoked.IsZero():
			return "a key without the times of its state"
		case !e.key.Symmetric() && signs != (e.private != nil):
			return "a private half that is missing, or should be gone"
		}
		kids[e.KID], version = true, e.Version
	}
	if states[Active] != 1 || states[Next] != 1 || slices.ContainsFunc(r.entries, func(e *entry) bool { return !e.State.known() }) {
		return fmt.Sprintf("%d active and %d next keys of %d", states[Active], states[Next], len(r.entries))
	}
	return ""
}

func (s State) known() bool { return s == Next || s == Active || s == VerifyOnly || s == Revoked }
