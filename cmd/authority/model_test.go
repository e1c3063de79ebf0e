package authority_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// A made is a token as the model knows it.
type made struct {
	raw, jti, sub, kid string
	sid                string
	iat, exp           time.Time
}

// A person is somebody as the model knows them, registered or not.
type person struct {
	registered, disabled bool
	revoked              bool      // and that can be undone
	cut, prior           time.Time // the last cut, and the one that undoing it leaves
}

// A model says in the plainest way what the authority must answer.
type model struct {
	w       *world
	people  map[string]*person
	tokens  []made
	revoked map[string]bool // by jti
	// perform is how an act is done: in this process, or in one that is killed.
	perform func(*rapid.T, act) done
	trail   []audit.Line // the whole audit
	doubt   bool         // look at everything after this act
	// What was done, and what was found that must not be.
	acts, verified, wrong, lost int
	keys                        map[string]bool // revoked ones
	// sessions are by id, and order has the ids as they came.
	sessions map[string]*session
	order    []string
}

var names = []string{"ada", "bob", "eve"}

// TestVerdictsFollowTheModel: whatever is done in whatever order, each token is refused for the reason it should be.
func TestVerdictsFollowTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { newModel(t, kv.NewMemory()).run(t) })
}

// newModel founds the store, and does every act in this process.
func newModel(t *rapid.T, s kv.Store) *model {
	settings := authority.DefaultSettings()
	settings.LoginDelay = false
	m := &model{
		w:        found(t, s, settings),
		people:   map[string]*person{"ada": {}, "bob": {}, "eve": {}},
		revoked:  map[string]bool{},
		keys:     map[string]bool{},
		sessions: map[string]*session{},
	}
	m.perform = func(t *rapid.T, x act) done { return perform(t.Context(), m.w.Authority, x) }
	m.trail = m.w.lines(t)
	return m
}

// run does this and that in any order, and then looks at everything.
func (m *model) run(t *rapid.T) {
	t.Repeat(map[string]func(*rapid.T){
		"register": m.register, "remove": m.remove, "login": m.login, "login again": m.login, "mint": m.mint,
		"revoke token": m.revokeToken, "revoke id": m.revokeID, "revoke user": m.revokeUser, "undo": m.undo,
		"open": m.open, "refresh": m.refresh, "refresh again": m.refresh, "refresh once more": m.refresh,
		"logout": m.logout, "revoke session": m.revokeSession,
		"disable": m.disable, "enable": m.enable, "password": m.setPassword,
		"rotate": m.rotate, "revoke key": m.revokeKey, "time": m.pass, "verify": m.verify, "verify again": m.verify,
		"": func(t *rapid.T) {
			if m.doubt {
				m.doubt = false
				m.checkAll(t)
			}
		},
	})
	m.checkAll(t)
}

// checkAll holds everything that there is to see against the model.
func (m *model) checkAll(t *rapid.T) {
	for _, k := range m.tokens {
		m.check(t, k)
	}
	m.checkSessions(t)
	m.checkUsers(t)
	m.w.auditHolds(t)
}

func (m *model) checkUsers(t *rapid.T) {
	list, err := m.w.Users(t.Context())
	agree(t, "users", err, nil)
	listed := map[string]bool{}
	for _, u := range list {
		if listed[u.Name] = true; u.Disabled != m.people[u.Name].disabled {
			t.Fatalf("%s is disabled: %v, want %v", u.Name, u.Disabled, m.people[u.Name].disabled)
		}
	}
	for name, p := range m.people {
		if listed[name] != p.registered {
			t.Fatalf("%s is listed: %v, want %v", name, listed[name], p.registered)
		}
	}
}

// reason is the verdict there has to be. Long after its end a token may be refused for what is left on record.
func (m *model) reason(k made) (want token.Reason, long bool) {
	p := m.people[k.sub]
	switch {
	case m.keys[k.kid], m.revoked[k.jti], m.sessions[k.sid].denied(), p.disabled, !p.cut.IsZero() && !k.iat.After(p.cut):
		want = token.Revoked
	case !m.w.now.Before(k.exp):
		want = token.Expired
	}
	return want, m.w.now.After(k.exp.Add(token.MaxLeeway))
}

func (m *model) check(t *rapid.T, k made) {
	want, long := m.reason(k)
	got := m.w.verdict(t, k.raw)
	m.verified++
	if long && (got == token.Revoked || got == token.Expired || got == token.BadSignature) {
		return
	}
	if got != want {
		m.wrong++
		t.Fatalf("token %s of %s, issued %v, at %v: %q, want %q", k.jti, k.sub, k.iat, m.w.now, got, want)
	}
}

func (m *model) verify(t *rapid.T) { m.check(t, m.anyToken(t)) }

func (m *model) pass(t *rapid.T) {
	m.w.pass(rapid.SampledFrom([]time.Duration{time.Second, 20 * time.Second, 6 * time.Minute, time.Hour, 26 * time.Hour, 80 * time.Hour}).
		Draw(t, "by"))
}

// anybody draws a name, and says who that is.
func (m *model) anybody(t *rapid.T) (string, *person) {
	name := rapid.SampledFrom(names).Draw(t, "name")
	return name, m.people[name]
}

func (m *model) anyToken(t *rapid.T) made {
	if len(m.tokens) == 0 {
		t.Skip("there is none")
	}
	return rapid.SampledFrom(m.tokens).Draw(t, "token")
}

// took notes a token that was made.
func (m *model) took(t *rapid.T, raw string) {
	read, err := token.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	exp, _, iat := read.Times()
	m.tokens = append(m.tokens, made{raw, read.Text("jti"), read.Text("sub"), read.Header.KeyID, read.Text("sid"),
		iat.Time, exp.Time})
}
