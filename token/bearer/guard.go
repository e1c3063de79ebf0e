package bearer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"jotkit/token"
)

// A Verifier accepts a token or says why not. *[token.Verifier] is one. It is used by many requests at once.
type Verifier interface {
	// Verify returns the claims of a token that is accepted. An error that is a *token.Refusal or a token.Reason is a
	// verdict, and the caller's fault; any other means that no verdict could be reached.
	Verify(ctx context.Context, raw string) (*token.Claims, error)
}

var _ Verifier = (*token.Verifier)(nil)

// A Guard lets requests with a good token through. The zero Guard lets nobody through. Copy one to ask for more:
//
//	admins := guard
//	admins.Roles = []string{"admin"}
type Guard struct {
	// Verifier decides about tokens. Without one there is no verdict, and all who bring a token are answered 503.
	Verifier Verifier
	// Roles must all be in the token, or the answer is 403. No token has the role "", nor the scope "".
	Roles []string
	// Scopes must all be in the token, or the answer is 403 and names them.
	Scopes []string
	// Realm is the realm of the challenge; "" is DefaultRealm.
	Realm string
	// Refused is told of every request that is turned away, before it is answered: with which status, and why. The error
	// is for the log, never for the caller. It wraps ErrNoToken, ErrMalformed, ErrTwice, ErrInURL, ErrNoVerdict or what
	// the Verifier returned, or is a *Shortfall; it may quote what a stranger wrote into a token. A caller who left before
	// there was a verdict is not reported: nothing failed but the connection. A nil Refused tells nobody.
	Refused func(r *http.Request, status int, err error)
}

// ErrNoVerdict goes to Refused when a Guard has no Verifier, or one that returned neither claims nor an error.
var ErrNoVerdict = errors.New("no verdict")

// A Shortfall goes to Refused for a genuine token that does not carry all that the Guard asks for.
type Shortfall struct {
	Claims *token.Claims
	Kind   string // of what is missing first: "role", or "scope" when all roles are there
	Name   string
}

// Error names the subject and what it lacks.
func (s *Shortfall) Error() string {
	return fmt.Sprintf("%q lacks the %s %q", s.Claims.Subject, s.Kind, s.Name)
}

// claimsKey is under what the claims lie in the context of a request.
type claimsKey struct{}

// Protect puts the Guard before a handler, which then finds the claims with ClaimsOf. What is changed in g later does not
// change the handler returned.
func (g Guard) Protect(next http.Handler) http.Handler {
	g.Roles, g.Scopes = slices.Clone(g.Roles), slices.Clone(g.Scopes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := g.Claims(w, r); ok {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), claimsKey{}, c)))
		}
	})
}

// ClaimsOf are the claims of the token that a Guard let r through with, and nil where none did. It asks for the request and
// not for its context because code further in should be handed the *token.Claims, in the open.
func ClaimsOf(r *http.Request) *token.Claims {
	c, _ := r.Context().Value(claimsKey{}).(*token.Claims)
	return c
}

// Claims is Protect for a handler that decides itself whether it asks for a token. It returns the claims and true, or has
// answered the request and returns nil and false. ClaimsOf does not know of it.
func (g Guard) Claims(w http.ResponseWriter, r *http.Request) (*token.Claims, bool) {
	c, a, err := g.decide(r)
	if err != nil {
		g.refuse(w, r, a, err)
		return nil, false
	}
	keepApart(w.Header())
	return c, true
}

// keepApart sees to it that no cache gives the answer for one caller to another. RFC 9111 section 3.5 forbids that to shared
// caches, but not all obey it, a handler may lift it ("public", "s-maxage"), and a browser's own cache serves whoever logs
// in next. A handler that knows better sets Cache-Control to what it wants.
func keepApart(h http.Header) {
	h.Add("Vary", "Authorization")
	if len(h["Cache-Control"]) == 0 {
		h.Set("Cache-Control", "private")
	}
}

// decide returns the claims, or what to answer and why.
func (g Guard) decide(r *http.Request) (*token.Claims, *answer, error) {
	raw, err := Token(r)
	switch {
	case err == nil:
	case errors.Is(err, ErrNoToken):
		return nil, &noToken, err
	case errors.Is(err, ErrMalformed):
		return nil, &invalidToken, err
	default:
		return nil, &invalidRequest, err
	}
	if g.Verifier == nil {
		return nil, &noVerdict, fmt.Errorf("%w: the guard has no verifier", ErrNoVerdict)
	}
	c, err := g.Verifier.Verify(r.Context(), raw)
	switch {
	case err != nil && token.IsVerdict(err):
		return nil, &invalidToken, err
	case err != nil:
		return nil, &noVerdict, err
	case c == nil:
		return nil, &noVerdict, fmt.Errorf("%w: the verifier returned neither claims nor an error", ErrNoVerdict)
	}
	if short := g.shortfall(c); short != nil {
		return nil, &insufficientScope, short
	}
	return c, nil, nil
}

func (g Guard) shortfall(c *token.Claims) *Shortfall {
	for _, role := range g.Roles {
		if role == "" || !c.HasRole(role) { // one left empty by mistake must not open the door to a token with roles:[""]
			return &Shortfall{c, "role", role}
		}
	}
	for _, scope := range g.Scopes {
		if scope == "" || !c.HasScope(scope) {
			return &Shortfall{c, "scope", scope}
		}
	}
	return nil
}
