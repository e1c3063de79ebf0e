// Package bearer guards handlers of net/http with bearer tokens (RFC 6750). It stands on package token and the standard
// library alone, so that any service can take it.
//
// A [Guard] holds who decides about tokens and what they must carry. Protect puts it before a handler, and the handler asks
// [ClaimsOf] who is calling:
//
//	guard := bearer.Guard{Verifier: &token.Verifier{Keys: keys, Expect: token.Expect{
//		Issuers: []string{"https://id.example"}, Audiences: []string{"https://api.example"}, Types: []string{token.AccessToken},
//		Leeway: token.DefaultLeeway,
//	}}}
//	admins := guard
//	admins.Roles = []string{"admin"}
//
//	mux.Handle("GET /protected", guard.Protect(protected))
//	mux.Handle("GET /admin", admins.Protect(admin))
//
// Name an issuer and an audience: without them every token of those keys is let through, whoever it was made for. Roles and
// scopes belong into the Guard and not into token.Expect, so that who lacks one is answered 403 and not 401.
//
// A handler runs only for a token that the Verifier accepted. Everybody else is answered with JSON, as in
// {"error":"invalid_token","error_description":"…"}, that no cache may keep:
//
//	no Authorization header, or another scheme          401 and a bare challenge
//	a token that is empty, malformed, expired, revoked… 401 invalid_token
//	two Authorization headers, access_token in the URL  401 invalid_request
//	a genuine token without the role or scope           403 insufficient_scope
//	no verdict, as when the keys cannot be reached      503 with Retry-After
//
// Strangers are told no more than that; the cause goes to Refused. There is no other status, and above all no 400, which
// RFC 6750 section 3.1 has for invalid_request: behind auth_request of nginx whatever is neither 401 nor 403 becomes a 500.
//
// The token is taken from the Authorization header only. One in the URL ends up in logs and histories, and bodies are not
// read (RFC 6750 sections 2.2 and 2.3, both optional). A preflight of CORS carries no token: let what answers those stand
// before the Guard. Where a token may be left out, ask [Token] for [ErrNoToken] first, and the Guard in all other cases.
//
// What stays compatible: the statuses, the error codes, and that the zero Guard lets nobody through.
package bearer
