package bearer_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/token/bearer"
)

// newService is a whole service. jwks is what the issuer publishes, such as jotkit at /.well-known/jwks.json.
func newService(jwks []byte, log *slog.Logger) (http.Handler, error) {
	keys, err := keyring.Parse(jwks, keyring.ParseOptions{})
	if err != nil {
		return nil, err
	}
	set, err := token.NewKeySet(keys...)
	if err != nil {
		return nil, err
	}
	guard := bearer.Guard{
		Verifier: &token.Verifier{Keys: set, Expect: token.Expect{
			Issuers: []string{"https://id.example"}, Audiences: []string{"https://api.example"},
			Types: []string{token.AccessToken}, Leeway: token.DefaultLeeway,
		}},
		Refused: func(r *http.Request, status int, err error) {
			log.Info("refused", "path", r.URL.Path, "status", status, "why", err)
		},
	}
	admins := guard
	admins.Roles = []string{"admin"}
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello,", bearer.ClaimsOf(r).Subject)
	})
	mux := http.NewServeMux()
	mux.Handle("GET /protected", guard.Protect(hello))
	mux.Handle("GET /admin", admins.Protect(hello))
	return mux, nil
}

// A service with a route for everybody who has a token, and one for admins.
func Example() {
	key, err := token.GenerateKey("ES256") // the issuer's
	if err != nil {
		fmt.Println(err)
		return
	}
	jwks, err := keyring.MarshalJWKS([]*token.Key{key.WithID("2026-11")}, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := newService(jwks, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println(err)
		return
	}
	ada := token.Draft{
		Issuer: "https://id.example", Subject: "ada", Audience: []string{"https://api.example"},
		ExpiresAt: time.Now().Add(15 * time.Minute), Roles: []string{"user"},
	}
	raw, err := ada.Sign(key.WithID("2026-11"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, ask := range []struct{ path, authorization string }{
		{"/protected", "Bearer " + raw}, {"/admin", "Bearer " + raw}, {"/protected", "Bearer nonsense"}, {"/protected", ""},
	} {
		r := httptest.NewRequest("GET", ask.path, nil)
		if ask.authorization != "" {
			r.Header.Set("Authorization", ask.authorization)
		}
		w := httptest.NewRecorder()
		service.ServeHTTP(w, r)
		fmt.Printf("%s %d %s", ask.path, w.Code, w.Body)
	}
	// Output:
	// /protected 200 hello, ada
	// /admin 403 {"error":"insufficient_scope","error_description":"the token does not carry the role or scope that is needed"}
	// /protected 401 {"error":"invalid_token","error_description":"the token is not accepted"}
	// /protected 401 {"error":"unauthorized","error_description":"a bearer token is needed"}
}
