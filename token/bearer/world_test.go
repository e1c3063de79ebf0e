package bearer_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"jotkit/token"
	"jotkit/token/bearer"
)

var now = time.Unix(1_700_000_000, 0).UTC()

// ada is a token that api accepts, before it is signed.
var ada = token.Draft{
	Issuer: "https://id.example", Subject: "ada", Audience: []string{"api"}, ExpiresAt: now.Add(15 * time.Minute), ID: "1",
	Roles: []string{"user"}, Scopes: []string{"profile", "mail"},
}

func newKey(tb testing.TB) *token.Key {
	tb.Helper()
	k, err := token.NewKey("k", "HS256", []byte("a secret of at least thirty-two bytes"))
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// sign signs d after change has been at it.
func sign(tb testing.TB, k *token.Key, d token.Draft, change func(*token.Draft)) string {
	tb.Helper()
	change(&d)
	raw, err := d.Sign(k)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func asIs(*token.Draft) {}

// api verifies tokens of k for the audience "api". The token with the jti "revoked" is.
func api(tb testing.TB, k *token.Key) *token.Verifier {
	tb.Helper()
	set, err := token.NewKeySet(k)
	if err != nil {
		tb.Fatal(err)
	}
	return &token.Verifier{
		Keys:        set,
		Now:         func() time.Time { return now },
		Expect:      token.Expect{Issuers: []string{"https://id.example"}, Audiences: []string{"api"}},
		Revocations: oneRevoked{},
	}
}

type oneRevoked struct{}

func (oneRevoked) Revoked(_ context.Context, c *token.Claims) (string, error) {
	if c.ID == "revoked" {
		return "token", nil
	}
	return "", nil
}

// verdict is a Verifier that always says the same.
type verdict struct {
	claims *token.Claims
	err    error
}

func (v verdict) Verify(context.Context, string) (*token.Claims, error) { return v.claims, v.err }

// A told is what Refused heard.
type told struct {
	status int
	err    error
}

// ask sends a request through a guard and returns the answer, the claims that the handler behind it saw, whether that ran,
// and what Refused was told.
func ask(g bearer.Guard, r *http.Request) (w *httptest.ResponseRecorder, c *token.Claims, ran bool, heard []told) {
	g.Refused = func(_ *http.Request, status int, err error) { heard = append(heard, told{status, err}) }
	w = httptest.NewRecorder()
	g.Protect(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { ran, c = true, bearer.ClaimsOf(r) })).ServeHTTP(w, r)
	return w, c, ran, heard
}

// request asks for target with these Authorization headers.
func request(target string, authorization ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for _, a := range authorization {
		r.Header.Add("Authorization", a)
	}
	return r
}
