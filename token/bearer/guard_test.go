package bearer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/token"
	"jotkit/token/bearer"
)

const (
	bare      = `Bearer realm="api"`
	invalid   = `Bearer realm="api", error="invalid_token", error_description="the token is not accepted"`
	ambiguous = `Bearer realm="api", error="invalid_request", error_description="one token, in one Authorization header, and none in the URL"`
	lacking   = `Bearer realm="api", error="insufficient_scope", error_description="the token does not carry the role or scope that is needed"`
)

// TestProtect: who gets through, and what all others are answered and Refused is told.
func TestProtect(t *testing.T) {
	k := newKey(t)
	stranger, err := token.NewKey("k", "HS256", []byte("another secret of thirty-two bytes"))
	if err != nil {
		t.Fatal(err)
	}
	good := sign(t, k, ada, asIs)
	for _, c := range []struct {
		name      string
		change    func(*bearer.Guard)
		target    string
		headers   []string
		status    int
		challenge string
		why       error
	}{
		{name: "good", headers: []string{"Bearer " + good}, status: 200},
		{name: "scheme in lower case", headers: []string{"bearer " + good}, status: 200},
		{name: "scheme in odd case", headers: []string{"bEaReR " + good}, status: 200},
		{name: "several spaces", headers: []string{"Bearer    " + good}, status: 200},
		{name: "query of its own", target: "/?page=2&token=x&xaccess_token=1&%zz=1", headers: []string{"Bearer " + good}, status: 200},
		{name: "role and scope", change: asks("user", "mail"), headers: []string{"Bearer " + good}, status: 200},

		{name: "no header", status: 401, challenge: bare, why: bearer.ErrNoToken},
		{name: "empty header", headers: []string{""}, status: 401, challenge: bare, why: bearer.ErrNoToken},
		{name: "basic", headers: []string{"Basic YWRhOnB3"}, status: 401, challenge: bare, why: bearer.ErrNoToken},
		{name: "a token without scheme", headers: []string{good}, status: 401, challenge: bare, why: bearer.ErrNoToken},
		{name: "no space", headers: []string{"Bearer" + good}, status: 401, challenge: bare, why: bearer.ErrNoToken},
		{name: "tab for space", headers: []string{"Bearer\t" + good}, status: 401, challenge: bare, why: bearer.ErrNoToken},
		{name: "space before", headers: []string{" Bearer " + good}, status: 401, challenge: bare, why: bearer.ErrNoToken},

		{name: "scheme alone", headers: []string{"Bearer"}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "scheme and space", headers: []string{"Bearer  "}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "padding alone", headers: []string{"Bearer =="}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "padding inside", headers: []string{"Bearer a=b"}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "two tokens", headers: []string{"Bearer " + good + " " + good}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "two headers joined", headers: []string{"Bearer " + good + ", Bearer " + good}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "space after", headers: []string{"Bearer " + good + " "}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "quoted", headers: []string{`Bearer "` + good + `"`}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "line end", headers: []string{"Bearer " + good + "\r\nX: y"}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "no ASCII", headers: []string{"Bearer \u212a"}, status: 401, challenge: invalid, why: bearer.ErrMalformed},
		{name: "oversized", headers: []string{"Bearer " + strings.Repeat("x", token.MaxLength+1)}, status: 401, challenge: invalid, why: bearer.ErrMalformed},

		{name: "no token inside", headers: []string{"Bearer nonsense"}, status: 401, challenge: invalid, why: token.Malformed},
		{name: "padded", headers: []string{"Bearer " + good + "=="}, status: 401, challenge: invalid, why: token.Malformed},
		{name: "forged", headers: []string{"Bearer " + sign(t, stranger, ada, asIs)}, status: 401, challenge: invalid, why: token.BadSignature},
		{name: "expired", headers: []string{"Bearer " + sign(t, k, ada, func(d *token.Draft) { d.ExpiresAt = now.Add(-time.Minute) })},
			status: 401, challenge: invalid, why: token.Expired},
		{name: "for somebody else", headers: []string{"Bearer " + sign(t, k, ada, func(d *token.Draft) { d.Audience = []string{"web"} })},
			status: 401, challenge: invalid, why: token.ClaimMismatch},
		{name: "revoked", headers: []string{"Bearer " + sign(t, k, ada, func(d *token.Draft) { d.ID = "revoked" })},
			status: 401, challenge: invalid, why: token.Revoked},

		{name: "two headers", headers: []string{"Bearer " + good, "Bearer " + good}, status: 401, challenge: ambiguous, why: bearer.ErrTwice},
		{name: "two headers, one basic", headers: []string{"Basic YWRhOnB3", "Bearer " + good}, status: 401, challenge: ambiguous, why: bearer.ErrTwice},
		{name: "in the URL", target: "/?access_token=" + good, status: 401, challenge: ambiguous, why: bearer.ErrInURL},
		{name: "in the URL too", target: "/?a=b&access_token=x", headers: []string{"Bearer " + good}, status: 401, challenge: ambiguous, why: bearer.ErrInURL},
		{name: "in the URL, empty", target: "/?access_token", headers: []string{"Bearer " + good}, status: 401, challenge: ambiguous, why: bearer.ErrInURL},
		{name: "in the URL, escaped", target: "/?%61ccess%5ftoken=x", headers: []string{"Bearer " + good}, status: 401, challenge: ambiguous, why: bearer.ErrInURL},
		{name: "in the URL, after ;", target: "/?a=b;access_token=x", headers: []string{"Bearer " + good}, status: 401, challenge: ambiguous, why: bearer.ErrInURL},

		{name: "other role", change: asks("admin", ""), headers: []string{"Bearer " + good}, status: 403, challenge: lacking, why: errShort},
		{name: "one role of two", change: func(g *bearer.Guard) { g.Roles = []string{"user", "admin"} }, headers: []string{"Bearer " + good},
			status: 403, challenge: lacking, why: errShort},
		{name: "role by case", change: asks("User", ""), headers: []string{"Bearer " + good}, status: 403, challenge: lacking, why: errShort},
		{name: "scopes", change: func(g *bearer.Guard) { g.Scopes = []string{"mail", "audit"} }, headers: []string{"Bearer " + good},
			status: 403, challenge: lacking + `, scope="mail audit"`, why: errShort},
		{name: "two scopes in one", change: asks("", "profile mail"), headers: []string{"Bearer " + good},
			status: 403, challenge: lacking + `, scope="profile mail"`, why: errShort},
		{name: "role of a bad token", change: asks("admin", ""), headers: []string{"Bearer nonsense"}, status: 401, challenge: invalid, why: token.Malformed},
		{name: "scope of a bad token", change: asks("", "audit"), headers: []string{"Bearer nonsense"}, status: 401, challenge: invalid, why: token.Malformed},
		{name: "empty scope", change: func(g *bearer.Guard) {
			g.Scopes = []string{""}
			g.Verifier = verdict{claims: &token.Claims{Scopes: []string{""}}} // as strings.Split makes of no scope
		}, headers: []string{"Bearer x"}, status: 403, challenge: lacking + `, scope=""`, why: errShort},
		{name: "empty role", change: func(g *bearer.Guard) { g.Roles = []string{""} },
			headers: []string{"Bearer " + sign(t, k, ada, func(d *token.Draft) { d.Roles = []string{""} })}, status: 403, challenge: lacking, why: errShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := bearer.Guard{Verifier: api(t, k)}
			if c.change != nil {
				c.change(&g)
			}
			if c.target == "" {
				c.target = "/"
			}
			w, claims, ran, heard := ask(g, request(c.target, c.headers...))
			if w.Code != c.status || ran != (c.status == 200) {
				t.Fatalf("status %d, and next ran: %t; want %d", w.Code, ran, c.status)
			}
			if ran {
				if claims == nil || claims.Subject != "ada" || len(heard) > 0 {
					t.Errorf("claims %+v, Refused was told %v", claims, heard)
				}
				return
			}
			if got := w.Header().Values("WWW-Authenticate"); !cmp.Equal(got, []string{c.challenge}) {
				t.Errorf("challenge %q, want %q", got, c.challenge)
			}
			if len(heard) != 1 || heard[0].status != c.status || !because(heard[0].err, c.why) {
				t.Errorf("Refused was told %v, want %v", heard, c.why)
			}
			if strings.Contains(fmt.Sprint(heard, w.Body), good) {
				t.Error("the token got out")
			}
		})
	}
}

// errShort stands in a table for any *Shortfall.
var errShort = errors.New("a shortfall")

func because(err, why error) bool {
	if why == errShort {
		return errors.As(err, new(*bearer.Shortfall))
	}
	return errors.Is(err, why)
}

func asks(role, scope string) func(*bearer.Guard) {
	return func(g *bearer.Guard) {
		if role != "" {
			g.Roles = []string{role}
		}
		if scope != "" {
			g.Scopes = []string{scope}
		}
	}
}

// TestShortfall: the log can say who was where he may not be.
func TestShortfall(t *testing.T) {
	k := newKey(t)
	for _, c := range []struct{ role, scope, want string }{
		{"admin", "audit", `"ada" lacks the role "admin"`},
		{"user", "audit", `"ada" lacks the scope "audit"`},
	} {
		g := bearer.Guard{Verifier: api(t, k)}
		asks(c.role, c.scope)(&g)
		_, _, _, heard := ask(g, request("/", "Bearer "+sign(t, k, ada, asIs)))
		var s *bearer.Shortfall
		if len(heard) != 1 || !errors.As(heard[0].err, &s) || s.Claims.Subject != "ada" || s.Error() != c.want {
			t.Errorf("told %v, want %s", heard, c.want)
		}
	}
}

// TestNoVerdict: where nobody can say whether a token is good, it is neither let through nor called bad.
func TestNoVerdict(t *testing.T) {
	broken := errors.New("disk on fire")
	misread := api(t, newKey(t))
	misread.Expect.Audiences = []string{""}
	empty := api(t, newKey(t))
	empty.Keys = nil
	for _, c := range []struct {
		name     string
		verifier bearer.Verifier
		status   int
		why      error
	}{
		{"zero guard", nil, 503, bearer.ErrNoVerdict},
		{"an error", verdict{err: broken}, 503, broken},
		{"claims beside an error", verdict{&token.Claims{Subject: "ada"}, broken}, 503, broken},
		{"neither", verdict{}, 503, bearer.ErrNoVerdict},
		{"deadline of the store", verdict{err: context.DeadlineExceeded}, 503, context.DeadlineExceeded},
		{"cancelled, and not by the client", verdict{err: context.Canceled}, 503, context.Canceled},
		{"ours, from a verifier", verdict{err: bearer.ErrNoToken}, 503, bearer.ErrNoToken},
		{"unusable expectation", misread, 503, token.ErrExpect},
		{"zero verifier", &token.Verifier{}, 401, token.BadSignature},
		{"no keys", empty, 401, token.BadSignature},
		{"a bare reason", verdict{err: fmt.Errorf("asked elsewhere: %w", token.Revoked)}, 401, token.Revoked},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, _, ran, heard := ask(bearer.Guard{Verifier: c.verifier}, request("/", "Bearer "+sign(t, newKey(t), ada, asIs)))
			if w.Code != c.status || ran {
				t.Fatalf("status %d, and next ran: %t; want %d", w.Code, ran, c.status)
			}
			if len(heard) != 1 || heard[0].status != c.status || !errors.Is(heard[0].err, c.why) {
				t.Errorf("Refused was told %v, want %v", heard, c.why)
			}
			if strings.Contains(w.Body.String(), broken.Error()) {
				t.Error("the cause got out")
			}
			retry, challenge := w.Header().Get("Retry-After"), w.Header().Get("WWW-Authenticate")
			if (retry == "1") != (c.status == 503) || (challenge != "") != (c.status == 401) {
				t.Errorf("Retry-After %q, challenge %q", retry, challenge)
			}
		})
	}
}

// TestZeroGuardWithoutToken: what is missing is still said when nobody could have decided.
func TestZeroGuardWithoutToken(t *testing.T) {
	if w, _, ran, _ := ask(bearer.Guard{}, request("/")); w.Code != 401 || ran {
		t.Errorf("%d, %t", w.Code, ran)
	}
}

// TestClientLeft: a caller who leaves is no fault of the store, and is not let through for it either.
func TestClientLeft(t *testing.T) {
	left, leave := context.WithCancel(t.Context())
	leave()
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		err    error
		status int
		told   int
	}{
		{"left", left, fmt.Errorf("store: %w", context.Canceled), 503, 0},
		{"out of time", late, context.DeadlineExceeded, 503, 1},
		{"left after a verdict", left, token.Expired, 401, 1},
	} {
		w, _, ran, heard := ask(bearer.Guard{Verifier: verdict{err: c.err}}, request("/", "Bearer x").WithContext(c.ctx))
		if w.Code != c.status || ran || len(heard) != c.told {
			t.Errorf("%s: %d, %t, told %v", c.name, w.Code, ran, heard)
		}
	}
}

// TestBodies: a refusal is JSON that nobody keeps, and for HEAD the headers alone.
func TestBodies(t *testing.T) {
	g := bearer.Guard{Verifier: verdict{err: token.Expired}}
	server := httptest.NewServer(g.Protect(http.NotFoundHandler()))
	defer server.Close()
	for _, c := range []struct{ method, authorization, code string }{
		{"GET", "", "unauthorized"}, {"POST", "Bearer x", "invalid_token"}, {"HEAD", "Bearer x", ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header["Authorization"] = []string{c.authorization}
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		h := answer.Header
		if answer.StatusCode != 401 || h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", c.method, answer.StatusCode, h)
		}
		var body struct {
			Error       string
			Description string `json:"error_description"`
		}
		err = json.NewDecoder(answer.Body).Decode(&body)
		if c.code == "" {
			if err == nil {
				t.Errorf("%s: a body: %+v", c.method, body)
			}
			continue
		}
		if err != nil || body.Error != c.code || body.Description == "" {
			t.Errorf("%s: %+v, %v", c.method, body, err)
		}
	}
}

// TestHeadWritesNothing, on writers that do not see to that themselves.
func TestHeadWritesNothing(t *testing.T) {
	r := request("/")
	r.Method = http.MethodHead
	if w, _, _, _ := ask(bearer.Guard{}, r); w.Body.Len() > 0 || w.Code != 401 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// TestCaches: the answer for one caller is not for the next, unless the handler says so.
func TestCaches(t *testing.T) {
	g := bearer.Guard{Verifier: verdict{claims: &token.Claims{}}}
	for _, c := range []struct{ name, before, within, want string }{
		{"silent handler", "", "", "private"},
		{"handler knows better", "", "max-age=60, public", "max-age=60, public"},
		{"said outside", "no-store", "", "no-store"},
	} {
		w := httptest.NewRecorder()
		w.Header().Set("Vary", "Origin")
		if c.before != "" {
			w.Header().Set("Cache-Control", c.before)
		}
		g.Protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.within != "" {
				w.Header().Set("Cache-Control", c.within)
			}
		})).ServeHTTP(w, request("/", "Bearer x"))
		if got := w.Header().Values("Cache-Control"); !cmp.Equal(got, []string{c.want}) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := w.Header().Values("Vary"); !cmp.Equal(got, []string{"Origin", "Authorization"}) {
			t.Errorf("%s: Vary %q", c.name, got)
		}
	}
}

// TestClaims: a handler that asks itself gets the claims, or has no more to do.
func TestClaims(t *testing.T) {
	want := &token.Claims{Subject: "ada"}
	g := bearer.Guard{Verifier: verdict{claims: want}}
	r := request("/", "Bearer x")
	if c, ok := g.Claims(httptest.NewRecorder(), r); c != want || !ok || bearer.ClaimsOf(r) != nil {
		t.Errorf("%+v, %t, %+v", c, ok, bearer.ClaimsOf(r))
	}
	w := httptest.NewRecorder()
	if c, ok := g.Claims(w, request("/")); c != nil || ok || w.Code != 401 {
		t.Errorf("%+v, %t, %d", c, ok, w.Code)
	}
}

// TestProtectKeepsItsLists: a handler in service does not change with the slices it was made of.
func TestProtectKeepsItsLists(t *testing.T) {
	roles := []string{"admin"}
	h := bearer.Guard{Verifier: verdict{claims: &token.Claims{Roles: []string{"user"}}}, Roles: roles}.Protect(http.NotFoundHandler())
	roles[0] = "user"
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, request("/", "Bearer x")); w.Code != 403 {
		t.Errorf("%d", w.Code)
	}
}
