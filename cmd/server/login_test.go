package server_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/server"
	"jotkit/userdb"
)

// A guess is a login that fails.
type guess struct{ name, password string }

// guesses are logins that fail, by why. Nobody may tell them apart.
func (w *world) guesses(t testing.TB) map[string]guess {
	t.Helper()
	w.register(t, "ada")
	w.register(t, "old")
	if _, err := w.Disable(t.Context(), "old"); err != nil {
		t.Fatal(err)
	}
	w.register(t, "slow")
	return map[string]guess{
		"unknown": {"nobody", password + "!"}, "wrong": {"ada", password + "!"}, "empty": {"ada", ""},
		"disabled": {"old", password}, "slowed down": {"slow", password}, "no name": {"", password}, "no user name": {"a b", password},
		"too long": {"ada", string(make([]byte, 2000))},
	}
}

func (w *world) guess(t testing.TB, g guess, from string) answer {
	t.Helper()
	body := fmt.Sprintf(`{"username":%q,"password":%q}`, g.name, "")
	if g.password != "" && g.password[0] != 0 {
		body = fmt.Sprintf(`{"username":%q,"password":%q}`, g.name, g.password)
	} else if g.password != "" {
		body = fmt.Sprintf(`{"username":%q,"password":"%02000d"}`, g.name, 0)
	}
	return w.send(t, "POST", "/login", body, asJSON, header("X-Forwarded-For", from))
}

// TestFailedLoginsAreAlike: whatever is wrong with a login, the whole answer is the same, after the same work.
func TestFailedLoginsAreAlike(t *testing.T) {
	w := start(t, behind("127.0.0.0/8"))
	all := w.guesses(t)
	for i := range 6 {
		w.guess(t, guess{"slow", "wrong"}, fmt.Sprint("192.0.2.", i))
	}
	var first *answer
	for why, g := range all {
		before := w.hashed()
		got := w.guess(t, g, "198.51.100.1")
		if n := w.hashed() - before; n != 1 {
			t.Errorf("%s: %d hashes", why, n)
		}
		got.header.Del("Date")
		if first == nil {
			first = &got
		}
		if got.status != http.StatusUnauthorized || !reflect.DeepEqual(got, *first) {
			t.Errorf("%s: %+v, and another got %+v", why, got, *first)
		}
	}
	w.pass(time.Minute)
	before := w.hashed()
	if got := w.guess(t, guess{"slow", password}, "198.51.100.1"); got.status != http.StatusOK || w.hashed()-before != 1 {
		t.Errorf("after the wait: %d", got.status)
	}
}

// TestFailedCallersAreAlike: so it is for services.
func TestFailedCallersAreAlike(t *testing.T) {
	w := start(t)
	all := w.guesses(t)
	all["without the scope"] = guess{"ada", password}
	var first *answer
	for why, g := range all {
		if why == "slowed down" || why == "too long" {
			continue
		}
		before := w.hashed()
		got := w.send(t, "POST", "/introspect", "token=x", asForm, basic(g.name, g.password))
		if n := w.hashed() - before; n != 1 {
			t.Errorf("%s: %d hashes", why, n)
		}
		got.header.Del("Date")
		if first == nil {
			first = &got
		}
		if got.status != http.StatusUnauthorized || !reflect.DeepEqual(got, *first) {
			t.Errorf("%s: %+v, and another got %+v", why, got, *first)
		}
	}
}

// TestAddressHasToWait: an address that failed too often is told how long it has to wait, also with the right password.
func TestAddressHasToWait(t *testing.T) {
	w := start(t, behind("127.0.0.0/8"))
	w.register(t, "ada")
	for i := range 21 {
		if got := w.guess(t, guess{fmt.Sprint("nobody", i), "wrong"}, "192.0.2.1"); got.status != http.StatusUnauthorized {
			t.Fatalf("failure %d: %d", i+1, got.status)
		}
	}
	before := w.hashed()
	for _, g := range []guess{{"nobody", "wrong"}, {"ada", password}} {
		got := w.guess(t, g, "192.0.2.1")
		if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "1" || got.member(t, "error") != "slow_down" {
			t.Errorf("%s: %d %v %s", g.name, got.status, got.header, got.text)
		}
	}
	if w.hashed() != before {
		t.Error("who has to wait cost a hash")
	}
	if got := w.guess(t, guess{"ada", password}, "192.0.2.2"); got.status != http.StatusOK {
		t.Errorf("another address: %d", got.status)
	}
	w.pass(time.Second)
	if got := w.guess(t, guess{"ada", password}, "192.0.2.1"); got.status != http.StatusOK {
		t.Errorf("after the wait: %d", got.status)
	}
}

// TestRegister: what a registration is answered with.
func TestRegister(t *testing.T) {
	w := start(t)
	for _, c := range []struct {
		name, password string
		want           int
	}{
		{"Ada", password, 201}, {"ada", password, 409}, {"ADA", password, 409}, {"bob", "short", 400}, {"a b", password, 400},
		{"", password, 400}, {"bob", "", 400}, {"correct", password, 400}, {"\u0430dmin", password, 400},
	} {
		got := w.send(t, "POST", "/register", fmt.Sprintf(`{"username":%q,"password":%q}`, c.name, c.password), asJSON)
		if got.status != c.want {
			t.Errorf("%q: %d %s, want %d", c.name, got.status, got.text, c.want)
		}
	}
	if u, err := w.User(t.Context(), "ada"); err != nil || !slices.Equal(u.Roles, []string{"user"}) {
		t.Errorf("%+v, %v", u, err)
	}
	w.send(t, "POST", "/register", `{"username":"eve","password":"`+password+`","roles":["admin"],"role":"admin"}`, asJSON)
	if u, err := w.User(t.Context(), "eve"); err != nil || !slices.Equal(u.Roles, []string{"user"}) {
		t.Errorf("who asks to be an admin: %+v, %v", u, err)
	}
	shut := start(t, closed)
	if got := shut.send(t, "POST", "/register", `{"username":"ada","password":"`+password+`"}`, asJSON); got.status != 403 {
		t.Errorf("a closed server: %d", got.status)
	}
}

// TestLoginScopes: a login can narrow its scopes, and never widen them.
func TestLoginScopes(t *testing.T) {
	w := start(t)
	w.register(t, "ada", "admin")
	for scope, want := range map[string]int{"": 200, "profile": 200, "profile admin": 200, "profile root": 400, "introspect": 400} {
		got := w.send(t, "POST", "/login", fmt.Sprintf(`{"username":"ada","password":%q,"scope":%q}`, password, scope), asJSON)
		if got.status != want {
			t.Errorf("%q: %d %s, want %d", scope, got.status, got.text, want)
		}
		if want == 200 && scope != "" && got.member(t, "scope") != scope {
			t.Errorf("%q: got %v", scope, got.member(t, "scope"))
		}
		if want == 400 && got.member(t, "error") != "invalid_scope" {
			t.Errorf("%q: %s", scope, got.text)
		}
	}
}

// BenchmarkFailedLogins times logins that fail, in turn by why, with hashes of the usual cost, and reports the medians and
// how many times as long each takes as a wrong password.
func BenchmarkFailedLogins(b *testing.B) {
	w := start(b, usualCost)
	w.Hasher.Cost = userdb.Cost{} // of those who are registered, too
	all := w.guesses(b)
	for range 6 {
		w.guess(b, guess{"slow", "wrong"}, "")
	}
	took := map[string][]time.Duration{}
	for b.Loop() {
		w.pass(20 * time.Minute) // nobody has to wait any more, but for who fails just now
		w.guess(b, guess{"slow", "wrong"}, "")
		for why, g := range all { // in another order each time
			began := time.Now()
			if got := w.guess(b, g, ""); got.status != http.StatusUnauthorized {
				b.Fatal(why, got.status)
			}
			took[why] = append(took[why], time.Since(began))
		}
	}
	median := func(why string) float64 {
		slices.Sort(took[why])
		return float64(took[why][len(took[why])/2].Microseconds()) / 1000
	}
	b.ReportMetric(median("wrong"), "ms/wrong")
	for why := range all {
		b.ReportMetric(median(why)/median("wrong"), strings.ReplaceAll(why, " ", "-")+"/wrong")
	}
}

// usualCost has passwords hashed as jotkit does, and counts no failures by address.
func usualCost(s *server.Server) { s.Live.Hasher.Cost, s.Live.Limits.Logins = userdb.Cost{}, nil }
