package token

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Claims are the claims of a token that a [Verifier] has found genuine and accepted. Only a Verifier makes them.
type Claims struct {
	Issuer    string
	Subject   string
	Audience  []string
	ExpiresAt time.Time
	NotBefore time.Time // zero where absent
	IssuedAt  time.Time // zero where absent
	ID        string    // jti
	SessionID string    // sid
	Scopes    []string  // scope, taken apart at its spaces (RFC 8693 section 4.2)
	Roles     []string
	Header    Header
	members   Members
	payload   []byte
}

// Get returns the value of a claim as it was written.
func (c *Claims) Get(name string) (json.RawMessage, bool) { return c.members.Value(name) }

// Alive tells whether the claims, which a Verifier accepted before, still hold by the clock: exp has not passed, and nbf
// and iat have not come to lie in the future, with this leeway in their favour. It is for who remembers claims; whether
// they were revoked since is another question.
func (c *Claims) Alive(now time.Time, leeway time.Duration) bool {
	latest := now.Add(leeway)
	return now.Before(c.ExpiresAt.Add(leeway)) && !c.NotBefore.After(latest) && !c.IssuedAt.After(latest)
}

// JSON is the payload as it was received.
func (c *Claims) JSON() json.RawMessage { return c.payload }

// HasScope tells whether the token carries the scope.
func (c *Claims) HasScope(scope string) bool { return slices.Contains(c.Scopes, scope) }

// HasRole tells whether the token carries the role.
func (c *Claims) HasRole(role string) bool { return slices.Contains(c.Roles, role) }

// typed is a registered claim whose type RFC 7519 fixes.
type typed struct {
	name, want string
	read       func(c *Claims, value json.RawMessage) bool
}

var typedClaims = []typed{
	{"exp", "a number of seconds, 0 < x < 2^53", date(func(c *Claims) *time.Time { return &c.ExpiresAt })},
	{"nbf", "a number of seconds, 0 < x < 2^53", date(func(c *Claims) *time.Time { return &c.NotBefore })},
	{"iat", "a number of seconds, 0 < x < 2^53", date(func(c *Claims) *time.Time { return &c.IssuedAt })},
	{"iss", "a string", plain(func(c *Claims) *string { return &c.Issuer })},
	{"sub", "a string", plain(func(c *Claims) *string { return &c.Subject })},
	{"jti", "a string", plain(func(c *Claims) *string { return &c.ID })},
	{"sid", "a string", plain(func(c *Claims) *string { return &c.SessionID })},
	{"aud", "a string or an array of strings", func(c *Claims, value json.RawMessage) (ok bool) {
		c.Audience, ok = texts(value)
		return ok
	}},
}

func date(field func(*Claims) *time.Time) func(*Claims, json.RawMessage) bool {
	return func(c *Claims, value json.RawMessage) bool {
		d, ok := parseDate(value)
		*field(c) = d.Time
		return ok
	}
}

func plain(field func(*Claims) *string) func(*Claims, json.RawMessage) bool {
	return func(c *Claims, value json.RawMessage) (ok bool) {
		*field(c), ok = text(value)
		return ok
	}
}

// read fills in the claims from their members and hands each one of a wrong type to complain.
func (c *Claims) read(complain func(t typed, value json.RawMessage)) {
	for _, t := range typedClaims {
		if value, there := c.Get(t.name); there && !t.read(c, value) {
			complain(t, value)
		}
	}
	// scope and roles have no fixed type in RFC 7519: what cannot be read grants nothing.
	if value, there := c.Get("scope"); there {
		if list, ok := texts(value); ok {
			c.Scopes = strings.FieldsFunc(strings.Join(list, " "), func(r rune) bool { return r == ' ' })
		}
	}
	if value, there := c.Get("roles"); there {
		c.Roles, _ = texts(value)
	}
}
