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
	_, err := m.w.Register(t.Context(), name, password, nil)
	agree(t, "register", err, want)
	p.registered = true
}

func (m *model) remove(t *rapid.T) {
	name, p := m.anybody(t)
	agree(t, "remove", m.w.RemoveUser(t.Context(), name), unless(p.registered))
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
	grant, err := m.w.Login(t.Context(), authority.LoginRequest{Name: name, Password: password})
	agree(t, "login", err, want)
	if grant != nil {
		m.took(t, grant.AccessToken)
	}
}

func (m *model) mint(t *rapid.T) {
	name, _ := m.anybody(t)
	m.took(t, m.w.mint(t, authority.MintRequest{
		Draft: token.Draft{Subject: name, IssuedAt: m.w.now.Add(-time.Duration(rapid.IntRange(0, 60).Draw(t, "ago")) * time.Second)},
		TTL:   time.Duration(rapid.IntRange(61, 24*3600).Draw(t, "ttl")) * time.Second,
	}))
}

func (m *model) revokeToken(t *rapid.T) {
	k := m.anyToken(t)
	done, err := m.w.RevokeToken(t.Context(), k.raw, authority.Revoke{})
	if errors.Is(err, token.BadSignature) && m.w.now.After(k.exp.Add(token.MaxLeeway)) {
		return // its key has gone
	}
	agree(t, "revoke", err, nil)
	if expired := !m.w.now.Before(k.exp); (done.Note != "") != (expired || k.sid != "") {
		t.Fatalf("note %q, expired %v", done.Note, expired)
	}
	m.revoked[k.jti] = true
}

func (m *model) revokeID(t *rapid.T) {
	k := m.anyToken(t)
	_, err := m.w.RevokeID(t.Context(), k.jti, authority.Revoke{})
	agree(t, "revoke id", err, nil)
	m.revoked[k.jti] = true
}

func (m *model) revokeUser(t *rapid.T) {
	name, p := m.anybody(t)
	_, err := m.w.RevokeUser(t.Context(), name, authority.Revoke{})
	agree(t, "revoke user", err, nil)
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
	_, err = m.w.Undo(t.Context(), r.ID())
	agree(t, fmt.Sprint("undo of a ", r.Kind), err, want)
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
	_, err := m.w.Disable(t.Context(), name)
	agree(t, "disable", err, unless(p.registered))
	p.disabled = p.registered
}

func (m *model) enable(t *rapid.T) {
	name, p := m.anybody(t)
	_, err := m.w.Enable(t.Context(), name)
	agree(t, "enable", err, unless(p.registered))
	if p.disabled {
		p.disabled, p.revoked, p.cut = false, false, m.w.now
	}
}

func (m *model) setPassword(t *rapid.T) {
	name, p := m.anybody(t)
	agree(t, "passwd", m.w.SetPassword(t.Context(), name, password), unless(p.registered))
	if p.registered {
		p.cut, p.revoked = m.w.now, false
	}
}

func (m *model) rotate(t *rapid.T) {
	changed, _, err := m.w.Rotate(t.Context(), authority.RotateRequest{})
	agree(t, "rotate", err, nil)
	if !changed {
		t.Fatal("nothing was rotated")
	}
}

func (m *model) revokeKey(t *rapid.T) {
	ring, err := m.w.Ring(t.Context())
	agree(t, "ring", err, nil)
	alive := slices.DeleteFunc(ring.Entries(), func(e keyring.Entry) bool { return e.State == keyring.Revoked })
	k := rapid.SampledFrom(alive).Draw(t, "key")
	_, err = m.w.RevokeKey(t.Context(), k.KID, authority.Revoke{})
	agree(t, "revoke key", err, nil)
	m.keys[k.KID] = true
}
