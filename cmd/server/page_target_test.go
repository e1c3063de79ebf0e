package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// browserTarget starts what the page talks to, for the length of the test, and returns its address. Nobody is registered.
func browserTarget(t *testing.T) (url string) {
	t.Helper()
	ring, err := keyring.New("ES256", time.Hour, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	k := &kiosk{ring: ring, issuer: s.URL, passwords: map[string]string{}, sessions: map[string]string{}}
	k.routes(mux)
	pageRoutes(mux)
	return s.URL
}

// kiosk answers as serve does, from memory: enough of it for a browser to tell no difference.
type kiosk struct {
	ring   *keyring.Ring
	issuer string

	mu        sync.Mutex
	passwords map[string]string // by user name
	sessions  map[string]string // user names by refresh token
}

func (k *kiosk) routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /register", k.register)
	mux.HandleFunc("POST /login", k.login)
	mux.HandleFunc("POST /refresh", k.refresh)
	mux.HandleFunc("POST /logout", k.logout)
	mux.HandleFunc("GET /protected", k.guard("", func(w http.ResponseWriter, c *token.Claims) {
		answer(w, 200, map[string]string{"message": "hello, " + c.Subject, "username": c.Subject})
	}))
	mux.HandleFunc("GET /admin", k.guard("admin", func(w http.ResponseWriter, c *token.Claims) {
		answer(w, 200, map[string]string{"message": "hello, admin " + c.Subject})
	}))
	mux.HandleFunc("GET /.well-known/jwks.json", func(w http.ResponseWriter, r *http.Request) {
		set, err := k.ring.Export(time.Now(), false)
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Write(set)
	})
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		answer(w, 200, map[string]string{"issuer": k.issuer})
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, name, description string) {
	answer(w, status, map[string]string{"error": name, "error_description": description})
}

// asked reads the body of a request.
func asked(r *http.Request) (body struct{ Username, Password, RefreshToken string }) {
	var in map[string]string
	json.NewDecoder(r.Body).Decode(&in)
	body.Username, body.Password, body.RefreshToken = in["username"], in["password"], in["refresh_token"]
	return body
}

func (k *kiosk) register(w http.ResponseWriter, r *http.Request) {
	in := asked(r)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.passwords[in.Username] != "":
		refuse(w, 409, "conflict", "the name is taken")
	case len(in.Password) < 15:
		refuse(w, 400, "invalid_request", "a password has 15 characters or more")
	default:
		k.passwords[in.Username] = in.Password
		answer(w, 201, map[string]any{"username": in.Username, "roles": []string{"user"}})
	}
}

func (k *kiosk) login(w http.ResponseWriter, r *http.Request) {
	in := asked(r)
	k.mu.Lock()
	defer k.mu.Unlock()
	if in.Password == "" || k.passwords[in.Username] != in.Password {
		refuse(w, 401, "invalid_grant", "wrong name or password")
		return
	}
	k.open(w, in.Username)
}

func (k *kiosk) open(w http.ResponseWriter, username string) {
	key, err := k.ring.Active()
	if err != nil {
		refuse(w, 500, "server_error", err.Error())
		return
	}
	now, id := time.Now(), "jkr_"+rand.Text()
	d := token.Draft{
		Issuer: k.issuer, Subject: username, Audience: []string{k.issuer}, ClientID: "jotkit", ID: rand.Text(), SessionID: rand.Text(),
		IssuedAt: now, ExpiresAt: now.Add(15 * time.Minute), Scopes: []string{"profile"}, Roles: []string{"user"},
		Extra: []token.Member{{Name: "big", Value: json.RawMessage("12345678901234567890.10")}},
	}
	raw, err := d.Sign(key)
	if err != nil {
		refuse(w, 500, "server_error", err.Error())
		return
	}
	k.sessions[id] = username
	answer(w, 200, map[string]any{
		"access_token": raw, "token_type": "Bearer", "expires_in": 900, "refresh_token": id, "scope": "profile",
	})
}

func (k *kiosk) refresh(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := asked(r).RefreshToken
	username := k.sessions[id]
	delete(k.sessions, id)
	if username == "" {
		refuse(w, 401, "invalid_grant", "the session has ended")
		return
	}
	k.open(w, username)
}

func (k *kiosk) logout(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.sessions, asked(r).RefreshToken)
	w.WriteHeader(204)
}

// guard lets in who has a genuine token and the role.
func (k *kiosk) guard(role string, next func(http.ResponseWriter, *token.Claims)) http.HandlerFunc {
	v := token.Verifier{Keys: k.ring, Expect: token.Expect{Issuers: []string{k.issuer}, Audiences: []string{k.issuer}}}
	return func(w http.ResponseWriter, r *http.Request) {
		raw, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		c, err := v.Verify(context.Background(), raw)
		switch {
		case !found:
			w.Header().Set("WWW-Authenticate", `Bearer realm="jotkit"`)
			refuse(w, 401, "unauthorized", "a token is needed")
		case err != nil:
			w.Header().Set("WWW-Authenticate", `Bearer realm="jotkit", error="invalid_token"`)
			refuse(w, 401, "invalid_token", "the token is not accepted")
		case role != "" && !c.HasRole(role):
			w.Header().Set("WWW-Authenticate", `Bearer realm="jotkit", error="insufficient_scope"`)
			refuse(w, 403, "insufficient_scope", "the role "+role+" is needed")
		default:
			next(w, c)
		}
	}
}
