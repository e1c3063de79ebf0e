package authority_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// open logs somebody in with a session.
func (w *world) open(t failer, name string) *authority.Grant {
	t.Helper()
	return w.openWith(t, authority.LoginRequest{Name: name})
}

func (w *world) openWith(t failer, r authority.LoginRequest) *authority.Grant {
	t.Helper()
	r.Password, r.Session = password, true
	g, err := w.Login(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return w.granted(g)
}

// granted notes what must not be in any audit line.
func (w *world) granted(g *authority.Grant) *authority.Grant {
	w.secrets = append(w.secrets, g.AccessToken, g.RefreshToken)
	return g
}

func (w *world) refresh(t failer, raw string) *authority.Grant {
	t.Helper()
	g, err := w.Refresh(context.Background(), raw)
	if err != nil {
		t.Fatal(err)
	}
	return w.granted(g)
}

// refused wants a refresh token to be refused, and looking at it too, for the reason, and the audit to say so.
func (w *world) refused(t *testing.T, what, raw string, want token.Reason) {
	t.Helper()
	if _, err := w.Session(t.Context(), raw); !errors.Is(err, want) {
		t.Errorf("%s, looked at: %v, want %v", what, err, want)
	}
	w.left(t, func() {
		if g, err := w.Refresh(t.Context(), raw); g != nil || !errors.Is(err, want) {
			t.Errorf("%s: %v, %v, want %v", what, g, err, want)
		}
	}, "refresh refused")
}

func sid(t *testing.T, raw string) string {
	t.Helper()
	read, err := token.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return read.Text("sid")
}

// TestSession: a login opens a session only when it is asked to, and what it keeps is what it was asked.
func TestSession(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.pass(1234 * time.Millisecond)
	plain, err := w.Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
	if err != nil || plain.RefreshToken != "" || sid(t, plain.AccessToken) != "" {
		t.Errorf("%+v, %v", plain, err)
	}
	r := authority.LoginRequest{Name: "ADA", Audience: []string{"api"}, Scopes: []string{"profile"}, TTL: time.Minute}
	var g *authority.Grant
	lines := w.left(t, func() { g = w.openWith(t, r) }, "login ok")
	s, err := w.Session(t.Context(), g.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	second := w.now.Truncate(time.Second)
	want := &userdb.Session{
		ID: sid(t, g.AccessToken), User: "ada", Counter: 1, Created: second, Used: w.now, Until: w.now.Add(7 * 24 * time.Hour),
		End: second.Add(30 * 24 * time.Hour), Audience: []string{"api"}, Scopes: []string{"profile"}, TTL: time.Minute,
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	if got := lines[0].Detail["session"]; got != s.ID {
		t.Errorf("the line is of session %q", got)
	}
	for user, want := range map[string]int{"": 1, "Ada": 1, "eve": 0} {
		list, err := w.Sessions(t.Context(), user)
		if err != nil || len(list) != want || list == nil {
			t.Errorf("of %q: %v, %v", user, list, err)
		}
	}
	if _, err := w.Sessions(t.Context(), "a b"); !errors.Is(err, userdb.ErrName) {
		t.Error(err)
	}
}

// TestRefresh: each refresh uses one token up and gives the next, with an access token of the same session.
func TestRefresh(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	first := w.openWith(t, authority.LoginRequest{Name: "ada", Audience: []string{"http://127.0.0.1:8080"}, TTL: time.Minute})
	last := first
	for range 3 {
		w.pass(time.Hour)
		var next *authority.Grant
		lines := w.left(t, func() { next = w.refresh(t, last.RefreshToken) }, "refresh ok")
		if lines[0].User != "ada" || lines[0].Detail["session"] != sid(t, first.AccessToken) {
			t.Errorf("%+v", lines[0])
		}
		if next.RefreshToken == last.RefreshToken || next.AccessToken == last.AccessToken || next.ExpiresIn != 60 ||
			next.Scope != "profile" || next.TokenType != "Bearer" || sid(t, next.AccessToken) != sid(t, first.AccessToken) {
			t.Errorf("%+v after %+v", next, last)
		}
		w.wantVerdict(t, "the new access token", next.AccessToken, "")
		last = next
	}
}

// TestRefreshGrace: the parent of the current token gets that one again for ten seconds, and nothing moves by it.
func TestRefreshGrace(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g := w.open(t, "ada")
	w.pass(time.Hour)
	next := w.refresh(t, g.RefreshToken)
	for _, d := range []time.Duration{0, 5 * time.Second, 4900 * time.Millisecond} { // 9.9 s in all
		w.pass(d)
		again := w.refresh(t, g.RefreshToken)
		if again.RefreshToken != next.RefreshToken {
			t.Errorf("after %v another successor", d)
		}
		w.wantVerdict(t, "the access token given again", again.AccessToken, "")
	}
	if s, err := w.Session(t.Context(), g.RefreshToken); err != nil || s.Counter != 2 || !s.Used.Equal(w.now.Add(-9900*time.Millisecond)) {
		t.Errorf("%+v, %v", s, err)
	}
	w.refresh(t, next.RefreshToken)
	w.refused(t, "the grandparent, at once", g.RefreshToken, token.Revoked)
}

// TestRefreshReuse: a token used up earlier ends its session with all access tokens, for good and for all to see, and
// nothing else.
func TestRefreshReuse(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	other, g, plain := w.open(t, "ada"), w.open(t, "ada"), w.login(t, "ada")
	next := w.refresh(t, g.RefreshToken)
	w.pass(10100 * time.Millisecond)
	if _, err := w.Session(t.Context(), g.RefreshToken); !errors.Is(err, token.Revoked) {
		t.Error(err)
	}
	w.wantVerdict(t, "after it was looked at", next.AccessToken, "")
	id := sid(t, g.AccessToken)
	lines := w.left(t, func() {
		if got, err := w.Refresh(t.Context(), g.RefreshToken); got != nil || !errors.Is(err, token.Revoked) {
			t.Errorf("%v, %v", got, err)
		}
	}, "refresh refused")
	if l := lines[0]; l.User != "ada" || l.Detail["session"] != id || !strings.Contains(l.Detail["why"], "second time") {
		t.Errorf("%+v", l)
	}
	w.wantVerdict(t, "the first access token", g.AccessToken, token.Revoked)
	w.wantVerdict(t, "the second", next.AccessToken, token.Revoked)
	w.wantVerdict(t, "of the other session", other.AccessToken, "")
	w.wantVerdict(t, "of none", plain, "")
	w.refused(t, "the newest refresh token", next.RefreshToken, token.Revoked)
	w.refresh(t, other.RefreshToken)
	list, err := w.Revocations(t.Context())
	if err != nil || len(list) != 1 || list[0].Kind != userdb.KindSession || list[0].Name != id || list[0].By != "tester" ||
		!strings.Contains(list[0].Reason, "second time") || list[0].Until.Before(w.now.Add(29*24*time.Hour)) {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestRefreshTwiceAtOnce: another refresh of the same token comes in between looking and writing. Both get the same
// successor, and the counter moves once.
func TestRefreshTwiceAtOnce(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g := w.open(t, "ada")
	var inner *authority.Grant
	w.store.before = func() { inner = w.refresh(t, g.RefreshToken) }
	outer := w.refresh(t, g.RefreshToken)
	if inner == nil || outer.RefreshToken != inner.RefreshToken {
		t.Errorf("%+v and %+v", outer, inner)
	}
	if s, err := w.Session(t.Context(), outer.RefreshToken); err != nil || s.Counter != 2 {
		t.Errorf("%+v, %v", s, err)
	}
	w.store.before = func() {
		if _, err := w.Disable(t.Context(), "ada"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Refresh(t.Context(), outer.RefreshToken); !errors.Is(err, token.Revoked) {
		t.Errorf("disabled in between: %v", err)
	}
}

// TestRefreshManyAtOnce: so do many that run side by side.
func TestRefreshManyAtOnce(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g := w.open(t, "ada")
	got := make(chan string)
	for range 8 {
		go func() {
			next, err := w.Refresh(context.Background(), g.RefreshToken)
			if err != nil {
				next = &authority.Grant{RefreshToken: err.Error()}
			}
			got <- next.RefreshToken
		}()
	}
	seen := map[string]bool{}
	for range 8 {
		seen[<-got] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d successors", len(seen))
	}
}

// TestRefreshLimits: seven days without use end a session, and thirty days end it in any case.
func TestRefreshLimits(t *testing.T) {
	const day = 24 * time.Hour
	w := start(t)
	w.register(t, "ada")
	idle, used := w.open(t, "ada"), w.open(t, "ada")
	for range 4 {
		w.pass(7*day - time.Second)
		used = w.refresh(t, used.RefreshToken)
	}
	w.refused(t, "not used", idle.RefreshToken, token.Expired)
	w.pass(2*day + 3*time.Second)
	used = w.refresh(t, used.RefreshToken)
	w.pass(time.Second)
	w.refused(t, "at its end", used.RefreshToken, token.Expired)
	if list, err := w.Sessions(t.Context(), ""); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	for range 20 { // what is over goes as others are written
		w.open(t, "ada")
	}
	w.refused(t, "gone", idle.RefreshToken, token.Expired)
}

// TestRefreshSettings: the limits are those of the store; a life asked for at the login is cut to a limit lowered since.
func TestRefreshSettings(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	set := func(name, value string) {
		t.Helper()
		if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: name, Value: value}}); err != nil {
			t.Fatal(err)
		}
	}
	set("refresh_idle", "1h")
	set("refresh_ttl", "90m")
	g := w.openWith(t, authority.LoginRequest{Name: "ada", TTL: 20 * time.Minute})
	set("ttl", "5m")
	set("max_ttl", "10m")
	w.pass(time.Hour - time.Second)
	g = w.refresh(t, g.RefreshToken)
	if g.ExpiresIn != 600 {
		t.Errorf("%d s", g.ExpiresIn)
	}
	w.pass(30 * time.Minute)
	g = w.refresh(t, g.RefreshToken)
	w.pass(time.Second)
	w.refused(t, "after 90 minutes", g.RefreshToken, token.Expired)
}

// TestSettingsOfOlderStores: a store that was written before there was an idle limit has the usual one.
func TestSettingsOfOlderStores(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	_, err := w.store.Update(t.Context(), func(tx kv.Tx) error {
		return tx.Put("settings", []byte(`{"iss":"http://127.0.0.1:8080","aud":["http://127.0.0.1:8080"],"alg":"ES256",`+
			`"ttl":900000000000,"max_ttl":86400000000000,"refresh_ttl":2592000000000000,"min_password_length":15,"login_delay":true}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(authority.DefaultSettings(), s); diff != "" {
		t.Error(diff)
	}
	g := w.open(t, "ada")
	w.pass(7 * 24 * time.Hour)
	w.refused(t, "after a week", g.RefreshToken, token.Expired)
}

// TestRefreshFollowsTheUser: roles and scopes are those of now, and of the scopes those that the login asked for.
func TestRefreshFollowsTheUser(t *testing.T) {
	w := start(t)
	w.register(t, "ada", "admin")
	all, narrow := w.open(t, "ada"), w.openWith(t, authority.LoginRequest{Name: "ada", Scopes: []string{"admin"}})
	step := func(want, wantNarrow, roles string) {
		t.Helper()
		all, narrow = w.refresh(t, all.RefreshToken), w.refresh(t, narrow.RefreshToken)
		if all.Scope != want || narrow.Scope != wantNarrow {
			t.Errorf("scopes %q and %q, want %q and %q", all.Scope, narrow.Scope, want, wantNarrow)
		}
		read, err := token.Decode(all.AccessToken)
		if err != nil || !strings.Contains(string(read.Payload()), `"roles":`+roles) {
			t.Errorf("%s, %v", read.Payload(), err)
		}
	}
	change := func(add, remove []string) {
		t.Helper()
		if _, err := w.ChangeRoles(t.Context(), "ada", add, remove); err != nil {
			t.Fatal(err)
		}
	}
	step("admin profile", "admin", `["admin"]`)
	change([]string{"user"}, []string{"admin"})
	step("profile", "", `["user"]`) // none is left of those asked for, and that is not all
	change([]string{"service", "admin"}, nil)
	step("admin introspect profile revoke", "admin", `["admin","service","user"]`)
}

// TestWhatEndsSessions: each way in which all of a user is ended, at once, for good, and with no hold on what comes after.
func TestWhatEndsSessions(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, w *world) error{
		"disabled": func(t *testing.T, w *world) error {
			if _, err := w.Disable(t.Context(), "ada"); err != nil {
				return err
			}
			g := w.open(t, "eve") // time for another
			w.refresh(t, g.RefreshToken)
			_, err := w.Enable(t.Context(), "ada")
			return err
		},
		"password": func(t *testing.T, w *world) error { return w.SetPassword(t.Context(), "ada", password) },
		"cut": func(t *testing.T, w *world) error {
			_, err := w.RevokeUser(t.Context(), "Ada", authority.Revoke{})
			return err
		},
		"registered anew": func(t *testing.T, w *world) error {
			if err := w.RemoveUser(t.Context(), "ada"); err != nil {
				return err
			}
			w.register(t, "ada")
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.register(t, "ada")
			w.register(t, "eve")
			w.pass(300 * time.Millisecond)
			g, eve := w.open(t, "ada"), w.open(t, "eve")
			if err := end(t, w); err != nil {
				t.Fatal(err)
			}
			w.refused(t, "at once", g.RefreshToken, token.Revoked)
			later := w.open(t, "ada") // in the same second, which it waits out
			later = w.refresh(t, later.RefreshToken)
			w.wantVerdict(t, "a login after it", later.AccessToken, "")
			w.refresh(t, eve.RefreshToken)
			if list, err := w.Sessions(t.Context(), "ada"); err != nil || len(list) != 1 {
				t.Errorf("%v, %v", list, err)
			}
			for range 6 { // long after the last access token, while the sessions could go on but for this
				w.pass(24 * time.Hour)
				w.refused(t, "later", g.RefreshToken, token.Revoked)
				later = w.refresh(t, later.RefreshToken)
				w.revokeSome(t)
			}
		})
	}
}

// revokeSome has the deny list written to, so that what has expired goes.
func (w *world) revokeSome(t *testing.T) {
	t.Helper()
	for range 10 {
		if _, err := w.RevokeID(t.Context(), w.now.String(), authority.Revoke{}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestUserRemovedOrDisabled: while nobody of the name is there, or they are disabled.
func TestUserRemovedOrDisabled(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.register(t, "eve")
	ada, eve := w.open(t, "ada"), w.open(t, "eve")
	if err := w.RemoveUser(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Disable(t.Context(), "eve"); err != nil {
		t.Fatal(err)
	}
	w.refused(t, "removed", ada.RefreshToken, token.Revoked)
	w.refused(t, "disabled", eve.RefreshToken, token.Revoked)
	if list, err := w.Sessions(t.Context(), ""); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestCutOutlivesSessions: a shorter life set later does not shorten what a cut has to be remembered for, nor does setting
// it back.
func TestCutOutlivesSessions(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	set := func(value string) {
		t.Helper()
		if _, err := w.ChangeSettings(t.Context(), []authority.Setting{{Name: "refresh_ttl", Value: value}}); err != nil {
			t.Fatal(err)
		}
	}
	set("240h")
	set("720h")
	g := w.open(t, "ada")
	set("1h")
	w.pass(time.Second)
	if _, err := w.RevokeUser(t.Context(), "ada", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	set("2h")
	w.pass(6 * 24 * time.Hour)
	w.revokeSome(t)
	w.refused(t, "six days after the cut", g.RefreshToken, token.Revoked)
}

// TestRefreshTokenRefused: what no store made, or another one, is refused in words of its own and leaves no line.
func TestRefreshTokenRefused(t *testing.T) {
	w, elsewhere := start(t), start(t)
	w.register(t, "ada")
	elsewhere.register(t, "ada")
	g := w.open(t, "ada")
	for name, c := range map[string]struct {
		raw  string
		want token.Reason
	}{
		"empty":            {"", token.Malformed},
		"access token":     {g.AccessToken, token.Malformed},
		"cut off":          {g.RefreshToken[:len(g.RefreshToken)-1], token.Malformed},
		"altered":          {strings.Replace(g.RefreshToken, ".1.", ".2.", 1), token.BadSignature},
		"of another store": {elsewhere.open(t, "ada").RefreshToken, token.BadSignature},
	} {
		w.left(t, func() {
			_, refreshing := w.Refresh(t.Context(), c.raw)
			_, looking := w.Session(t.Context(), c.raw)
			_, leaving := w.Logout(t.Context(), c.raw, false)
			_, leavingAll := w.Logout(t.Context(), c.raw, true)
			for _, err := range []error{refreshing, looking, leaving, leavingAll} {
				if !errors.Is(err, c.want) || c.raw != "" && strings.Contains(err.Error(), c.raw) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	if report, err := w.Examine(t.Context(), g.RefreshToken, token.Expect{}, time.Time{}); err != nil || report.Reason() != token.Malformed {
		t.Errorf("a refresh token as access token: %v, %v", report, err)
	}
	w.refresh(t, g.RefreshToken)
}

// TestRefreshRolledBack: a record older than a token that is out means that the store was put back.
func TestRefreshRolledBack(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g := w.open(t, "ada")
	name := "session/" + sid(t, g.AccessToken)
	old := w.whole(t)[name]
	next := w.refresh(t, w.refresh(t, g.RefreshToken).RefreshToken)
	if _, err := w.store.Update(t.Context(), func(tx kv.Tx) error { return tx.Put(name, []byte(old)) }); err != nil {
		t.Fatal(err)
	}
	w.left(t, func() {
		_, refreshing := w.Refresh(t.Context(), next.RefreshToken)
		_, looking := w.Session(t.Context(), next.RefreshToken)
		if !errors.Is(refreshing, kv.ErrRolledBack) || !errors.Is(looking, kv.ErrRolledBack) {
			t.Errorf("%v, %v", refreshing, looking)
		}
	})
}

// TestSessionsInPages: more than are read at a time.
func TestSessionsInPages(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	g := w.open(t, "ada")
	_, err := w.store.Update(t.Context(), func(tx kv.Tx) error {
		for range 2100 {
			if err := userdb.PutSession(tx, userdb.NewSession("ada", w.now, time.Hour, time.Hour), w.now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := w.Sessions(t.Context(), "ada"); err != nil || len(list) != 2101 {
		t.Errorf("%d, %v", len(list), err)
	}
	w.left(t, func() {
		if n, err := w.Logout(t.Context(), g.RefreshToken, true); n != 2101 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}, "logout ok", "logout ok", "logout ok")
	if list, err := w.Sessions(t.Context(), "ada"); err != nil || len(list) != 0 {
		t.Errorf("%d, %v", len(list), err)
	}
}
