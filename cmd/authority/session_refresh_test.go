package authority_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

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
