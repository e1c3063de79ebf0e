package authority_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
)

// TestAccessToken: a login gives the token of RFC 9068 section 2.
func TestAccessToken(t *testing.T) {
	w := start(t)
	w.register(t, "Ada", "user", "admin")
	w.pass(300 * time.Millisecond) // tokens know whole seconds
	grant, err := w.Login(t.Context(), authority.LoginRequest{Name: "ADA", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	read, err := token.Decode(grant.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, read.Header.JSON(), map[string]any{"typ": "at+jwt", "alg": "ES256", "kid": w.keys(t)[keyring.Active].KID})
	iat := float64(w.now.Unix())
	wantJSON(t, read.Payload(), map[string]any{
		"iss": "http://127.0.0.1:8080", "aud": "http://127.0.0.1:8080", "sub": "ada", "client_id": "jotkit",
		"iat": iat, "exp": iat + 900, "jti": read.Text("jti"), "scope": "admin profile", "roles": []any{"admin", "user"},
	})
	if len(read.Text("jti")) < 26 {
		t.Errorf("jti %q", read.Text("jti"))
	}
	want := &authority.Grant{AccessToken: grant.AccessToken, TokenType: "Bearer", ExpiresIn: 900, Scope: "admin profile"}
	if diff := cmp.Diff(want, grant); diff != "" {
		t.Error(diff)
	}
	w.wantVerdict(t, "login", grant.AccessToken, "")
}

func wantJSON(t *testing.T, raw []byte, want map[string]any) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLoginPolicy: a login narrows its scopes and its life, and widens neither.
func TestLoginPolicy(t *testing.T) {
	w := start(t)
	w.register(t, "ada", "admin")
	for _, c := range []struct {
		name    string
		scopes  []string
		ttl     time.Duration
		scope   string
		seconds int64
		err     error
	}{
		{"all", nil, 0, "admin profile", 900, nil},
		{"narrowed", []string{"profile"}, 0, "profile", 900, nil},
		{"beyond the roles", []string{"profile", "revoke"}, 0, "", 0, authority.ErrPolicy},
		{"shorter", nil, time.Minute, "admin profile", 60, nil},
		{"as long as may be", nil, 24 * time.Hour, "admin profile", 86400, nil},
		{"too long", nil, 24*time.Hour + time.Second, "", 0, authority.ErrPolicy},
	} {
		t.Run(c.name, func(t *testing.T) {
			var grant *authority.Grant
			outcome := "login ok"
			if c.err != nil {
				outcome = "login refused"
			}
			w.left(t, func() {
				var err error
				grant, err = w.Login(t.Context(), authority.LoginRequest{
					Name: "ada", Password: password, Scopes: c.scopes, TTL: c.ttl, Audience: []string{"api"},
				})
				if !errors.Is(err, c.err) {
					t.Fatal(err)
				}
			}, outcome)
			if c.err == nil && (grant.Scope != c.scope || grant.ExpiresIn != c.seconds) {
				t.Errorf("%q for %d s", grant.Scope, grant.ExpiresIn)
			}
		})
	}
}

// TestLoginRehashes: a hash cheaper than hashes are now is made anew while the password is at hand, once.
func TestLoginRehashes(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	before := w.login(t, "ada")
	w.Hasher.Cost.Time = 2
	for _, want := range []int{2, 1} {
		w.hashes = 0
		w.login(t, "ada")
		if w.hashes != want {
			t.Errorf("%d hashes, want %d", w.hashes, want)
		}
	}
	w.wantVerdict(t, "token from before", before, "")
}
