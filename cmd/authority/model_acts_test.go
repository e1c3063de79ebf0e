package authority_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
	"jotkit/userdb"
)

// agree ends the property where the authority does not do what the model says.
func agree(t *rapid.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: %v, want %v", what, err, want)
	}
}

// unless is the error of an act on somebody who is not there.
func unless(registered bool) error {
	if registered {
		return nil
	}
	return userdb.ErrNoUser
}

func (m *model) register(t *rapid.T) {
	name, p := m.anybody(t)
	var want error
	if p.registered {
		want = userdb.ErrUserExists
	}
	agree(t, "register", m.do(t, act{Verb: "register", Name: name}).err, want)
	p.registered = true
}

func (m *model) remove(t *rapid.T) {
	name, p := m.anybody(t)
	agree(t, "remove", m.do(t, act{Verb: "users remove", Name: name}).err, unless(p.registered))
	if p.registered {
		*p = person{cut: m.w.now}
	}
}

func (m *model) login(t *rapid.T) {
	name, p := m.anybody(t)
	var want error
	if !p.registered || p.disabled {
		want = authority.ErrLoginRefused
	}
	d := m.do(t, act{Verb: "login", Name: name})
	agree(t, "login", d.err, want)
	if d.err == nil {
		m.took(t, d.Access)
	}
}

func (m *model) mint(t *rapid.T) {
	name, _ := m.anybody(t)
	d := m.do(t, act{
		Verb: "mint", Name: name,
		IssuedAt: m.w.now.Add(-time.Duration(rapid.IntRange(0, 60).Draw(t, "ago")) * time.Second),
		TTL:      time.Duration(rapid.IntRange(61, 24*3600).Draw(t, "ttl")) * time.Second,
	})
	agree(t, "mint", d.err, nil)
	m.took(t, d.Access)
}

func (m *model) revokeToken(t *rapid.T) {
	k := m.anyToken(t)
	d := m.do(t, act{Verb: "revoke token", Raw: k.raw})
	if errors.Is(d.err, token.BadSignature) && m.w.now.After(k.exp.Add(token.MaxLeeway)) {
		return // its key has gone
	}
	agree(t, "revoke", d.err, nil)
	if expired := !m.w.now.Before(k.exp); (d.Note != "") != (expired || k.sid != "") {
		t.Fatalf("note %q, expired %v", d.Note, expired)
	}
	m.revoked[k.jti] = true
}

func (m *model) revokeID(t *rapid.T) {
	k := m.anyToken(t)
	agree(t, "revoke id", m.do(t, act{Verb: "revoke id", Name: k.jti}).err, nil)
	m.revoked[k.jti] = true
}

func (m *model) revokeUser(t *rapid.T) {
	name, p := m.anybody(t)
	agree(t, "revoke user", m.do(t, act{Verb: "revoke user", Name: name}).err, nil)
	if !p.revoked {
		p.prior = p.cut
	}
	p.cut, p.revoked = m.w.now, true
}

func (m *model) undo(t *rapid.T) {
	list, err := m.w.Revocations(t.Context())
	agree(t, "revocations", err, nil)
	if len(list) == 0 {
		t.Skip("nothing is revoked")
	}
	r := list[rapid.IntRange(0, len(list)-1).Draw(t, "which")]
	var want error
	if r.Kind == userdb.KindKey || r.Kind == userdb.KindUser && m.people[r.Name].disabled {
		want = authority.ErrConflict
	}
	agree(t, fmt.Sprint("undo of a ", r.Kind), m.do(t, act{Verb: "revocations undo", Name: r.ID()}).err, want)
	switch {
	case want != nil:
	case r.Kind == userdb.KindUser:
		p := m.people[r.Name]
		p.cut, p.revoked = p.prior, false
	case r.Kind == userdb.KindSession:
		m.sessions[r.Name].revoked = false
	default:
		delete(m.revoked, r.Name)
	}
}

func (m *model) disable(t *rapid.T) {
	name, p := m.anybody(t)
	agree(t, "disable", m.do(t, act{Verb: "users disable", Name: name}).err, unless(p.registered))
	p.disabled = p.registered
}

func (m *model) enable(t *rapid.T) {
	name, p := m.anybody(t)
	agree(t, "enable", m.do(t, act{Verb: "users enable", Name: name}).err, unless(p.registered))
	if p.disabled {
		p.disabled, p.revoked, p.cut = false, false, m.w.now
	}
}

func (m *model) setPassword(t *rapid.T) {
	name, p := m.anybody(t)
	agree(t, "passwd", m.do(t, act{Verb: "users passwd", Name: name}).err, unless(p.registered))
	if p.registered {
		p.cut, p.revoked = m.w.now, false
	}
}

func (m *model) rotate(t *rapid.T) {
	agree(t, "rotate", m.do(t, act{Verb: "rotate"}).err, nil)
}

func (m *model) revokeKey(t *rapid.T) {
	ring, err := m.w.Ring(t.Context())
	agree(t, "ring", err, nil)
	alive := slices.DeleteFunc(ring.Entries(), func(e keyring.Entry) bool { return e.State == keyring.Revoked })
	k := rapid.SampledFrom(alive).Draw(t, "key")
	agree(t, "revoke key", m.do(t, act{Verb: "keys revoke", Name: k.KID}).err, nil)
	m.keys[k.KID] = true
}
