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
	payload   string
	room      [6]string // for what the lists hold, so that lists of the usual length need no memory of their own
}

// Get returns the value of a claim as it was written. It reads the payload again.
func (c *Claims) Get(name string) (json.RawMessage, bool) { return c.members().Value(name) }

func (c *Claims) members() Members {
	members, _ := ParseObject([]byte(c.payload)) // as a Verifier has, before there were claims
	return members
}

// Alive tells whether the claims, which a Verifier accepted before, still hold by the clock: exp has not passed, and nbf
// and iat have not come to lie in the future, with this leeway in their favour. It is for who remembers claims; whether
// they were revoked since is another question.
func (c *Claims) Alive(now time.Time, leeway time.Duration) bool {
	latest := now.Add(leeway)
	return now.Before(c.ExpiresAt.Add(leeway)) && !c.NotBefore.After(latest) && !c.IssuedAt.After(latest)
}

// JSON is the payload as it was received.
func (c *Claims) JSON() json.RawMessage { return json.RawMessage(c.payload) }

// HasScope tells whether the token carries the scope.
func (c *Claims) HasScope(scope string) bool { return slices.Contains(c.Scopes, scope) }

// HasRole tells whether the token carries the role.
func (c *Claims) HasRole(role string) bool { return slices.Contains(c.Roles, role) }

// claims reads the claims that jotkit knows, and calls wrong for each that has not the type which RFC 7519 fixes.
func (o *objectReader) claims(c *Claims, wrong func(name string)) error {
	list := c.room[:0]
	o.open(c.payload)
	for name, value, ok := o.next(); ok; name, value, ok = o.next() {
		if !c.take(&list, name, value) {
			wrong(name)
		}
	}
	return o.err
}

// take takes a claim in. What lists hold is appended to list. It tells whether the claim is of its type; scope and roles have
// none in RFC 7519, and what cannot be read of them grants nothing.
func (c *Claims) take(list *[]string, name, value string) (ok bool) {
	begin := len(*list)
	switch name {
	case "exp":
		return takeDate(&c.ExpiresAt, value)
	case "nbf":
		return takeDate(&c.NotBefore, value)
	case "iat":
		return takeDate(&c.IssuedAt, value)
	case "iss":
		c.Issuer, ok = text(value)
	case "sub":
		c.Subject, ok = text(value)
	case "jti":
		c.ID, ok = text(value)
	case "sid":
		c.SessionID, ok = text(value)
	case "aud":
		*list, ok = appendTexts(*list, value)
		c.Audience = tail(*list, begin, ok)
	case "roles":
		var readable bool
		*list, readable = appendTexts(*list, value)
		c.Roles, ok = tail(*list, begin, readable), true
	case "scope":
		*list, ok = appendScopes(*list, value), true
		c.Scopes = tail(*list, begin, true)
	default:
		ok = true
	}
	return ok
}

func takeDate(to *time.Time, value string) (ok bool) {
	d, ok := parseDate(value)
	*to = d.Time
	return ok
}

// tail is what was appended to list from begin on, where that is good for anything.
func tail(list []string, begin int, good bool) []string {
	if !good {
		return nil
	}
	return list[begin:len(list):len(list)]
}

// appendScopes takes a scope apart at its spaces. One that is no string, nor an array of strings, has none.
func appendScopes(list []string, value string) []string {
	var room [4]string
	texts, ok := appendTexts(room[:0], value)
	if !ok {
		return list
	}
	for _, text := range texts {
		for scope := range strings.SplitSeq(text, " ") {
			if scope != "" {
				list = append(list, scope)
			}
		}
	}
	return list
}
