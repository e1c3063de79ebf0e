package authority_test

import (
	"errors"
	"slices"
	"time"

	"pgregory.net/rapid"

	"jotkit/token"
	"jotkit/userdb"
)

// A session is one as the model knows it, with all its refresh tokens in the order in which they were made.
type session struct {
	sub                string
	tokens             []string
	created, used, end time.Time
	revoked, loggedOut bool // the first can be undone
}

// denied tells whether its tokens are dead; those of no session are not, for this.
func (s *session) denied() bool { return s != nil && (s.revoked || s.loggedOut) }

// over tells whether its time is up.
func (m *model) over(s *session) bool {
	return !m.w.now.Before(s.end) || m.w.now.Sub(s.used) >= 7*24*time.Hour
}

// ended tells whether its user has ended it.
func (m *model) ended(s *session) bool {
	p := m.people[s.sub]
	return !p.registered || p.disabled || !p.cut.IsZero() && !s.created.After(p.cut)
}

func (m *model) open(t *rapid.T) {
	name, p := m.anybody(t)
	if !p.registered || p.disabled {
		t.Skip("cannot log in")
	}
	d := m.do(t, act{Verb: "login", Name: name, Session: true})
	agree(t, "login", d.err, nil)
	m.took(t, d.Access)
	id := m.tokens[len(m.tokens)-1].sid
	m.order = append(m.order, id)
	m.sessions[id] = &session{
		sub: name, tokens: []string{d.Refresh}, created: m.w.now, used: m.w.now, end: m.w.now.Add(30 * 24 * time.Hour),
	}
}

// anyRefresh draws a session and one of its last three refresh tokens: how many were made after that.
func (m *model) anyRefresh(t *rapid.T) (id string, s *session, back int) {
	if len(m.order) == 0 {
		t.Skip("there is none")
	}
	id = rapid.SampledFrom(m.order).Draw(t, "session")
	s = m.sessions[id]
	return id, s, rapid.IntRange(0, min(2, len(s.tokens)-1)).Draw(t, "back")
}

func (s *session) token(back int) string { return s.tokens[len(s.tokens)-1-back] }

// spent tells whether a refresh token was used up too long ago.
func (m *model) spent(s *session, back int) bool {
	return back > 1 || back == 1 && m.w.now.Sub(s.used) > userdb.Grace
}

// standing holds an error against what the model says of the session, and tells whether the session stands. What has ended
// in two ways, or so long ago that the deny list has forgotten it, may be refused for either.
func (m *model) standing(t *rapid.T, what string, s *session, err error) bool {
	var want []token.Reason
	if s.denied() || m.ended(s) {
		want = append(want, token.Revoked)
	}
	if m.over(s) || s.loggedOut {
		want = append(want, token.Expired)
	}
	fits := func(r token.Reason) bool { return errors.Is(err, r) }
	if len(want) > 0 && !slices.ContainsFunc(want, fits) {
		t.Fatalf("%s: %v, want one of %v", what, err, want)
	}
	return len(want) == 0
}

func (m *model) refresh(t *rapid.T) {
	_, s, back := m.anyRefresh(t)
	d := m.do(t, act{Verb: "refresh", Raw: s.token(back)})
	if !m.standing(t, "refresh", s, d.err) {
		return
	}
	if m.spent(s, back) {
		agree(t, "reuse", d.err, token.Revoked)
		s.revoked = true
		return
	}
	agree(t, "refresh", d.err, nil)
	m.took(t, d.Access)
	if back == 1 {
		if d.Refresh != s.token(0) {
			t.Fatal("another successor")
		}
		return
	}
	if slices.Contains(s.tokens, d.Refresh) {
		t.Fatal("a refresh token came twice")
	}
	s.tokens, s.used = append(s.tokens, d.Refresh), m.w.now
}

func (m *model) logout(t *rapid.T) {
	_, s, back := m.anyRefresh(t)
	all := rapid.Bool().Draw(t, "all")
	open := !s.denied() && !m.ended(s) && !m.over(s)
	d := m.do(t, act{Verb: "logout", Raw: s.token(back), All: all})
	if all && open && m.spent(s, back) {
		agree(t, "reuse", d.err, token.Revoked)
		s.revoked = true
		return
	}
	agree(t, "logout", d.err, nil)
	want := 0
	for _, other := range m.sessions {
		if other == s || all && open && other.sub == s.sub {
			if !other.denied() && !m.ended(other) && !m.over(other) {
				want++
				other.loggedOut = true
			}
		}
	}
	s.loggedOut = true
	if d.Ended != want {
		t.Fatalf("logged out of %d, want %d", d.Ended, want)
	}
}

func (m *model) revokeSession(t *rapid.T) {
	id, s, _ := m.anyRefresh(t)
	err := m.do(t, act{Verb: "revoke session", Name: id}).err
	if errors.Is(err, userdb.ErrNoSession) { // long over, and nothing left of it
		if _, err := m.w.Session(t.Context(), s.token(0)); !errors.Is(err, token.Expired) {
			t.Fatalf("the session %s is not known, and %v", id, err)
		}
		return
	}
	agree(t, "revoke session", err, nil)
	s.revoked = true
}

// checkSessions looks at each session with its newest refresh token, and holds the list against them.
func (m *model) checkSessions(t *rapid.T) {
	list, err := m.w.Sessions(t.Context(), "")
	agree(t, "sessions", err, nil)
	for _, id := range m.order {
		s := m.sessions[id]
		_, err := m.w.Session(t.Context(), s.token(0))
		stands := m.standing(t, "session", s, err)
		if stands {
			agree(t, "session", err, nil)
		}
		listed := slices.ContainsFunc(list, func(l userdb.Session) bool { return l.ID == id && l.User == s.sub })
		if listed != stands {
			t.Fatalf("session %s is listed: %v, stands: %v", id, listed, stands)
		}
	}
}
