package token

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// DefaultLeeway is the difference between clocks that is usual to allow for.
	DefaultLeeway = 30 * time.Second
	// MaxLeeway is the most that may be allowed for.
	MaxLeeway = 5 * time.Minute
)

// ErrExpect comes back for expectations that cannot be checked, so that an empty one never passes for "do not check".
var ErrExpect = errors.New("unusable expectation")

// Expect is what a token must be beyond genuine and alive. Of Issuers, Audiences and Types any one will do; of Require,
// Scopes and Roles all must be there. An empty list is not asked about. The zero value asks for nothing and allows no
// leeway.
type Expect struct {
	Issuers   []string
	Audiences []string
	Types     []string // media types: compared without case and without "application/" (RFC 7515 section 4.1.9)
	Require   []Requirement
	Scopes    []string
	Roles     []string
	Leeway    time.Duration // for differences between clocks, at most MaxLeeway
	MaxAge    time.Duration // since iat; 0 is not asked
	MinLife   time.Duration // until exp; 0 is not asked
}

// A Requirement is a claim that must be there, and where Value is not nil must have this JSON value: numbers compare as
// they are written, objects without regard to order.
type Requirement struct {
	Name  string
	Value json.RawMessage
}

func (e *Expect) check() error {
	for _, of := range [...]struct {
		what string
		list []string
	}{{"issuer", e.Issuers}, {"audience", e.Audiences}, {"type", e.Types}, {"scope", e.Scopes}, {"role", e.Roles}} {
		if slices.Contains(of.list, "") {
			return fmt.Errorf("%w: an empty %s", ErrExpect, of.what)
		}
	}
	for _, r := range e.Require {
		if r.Name == "" || r.Value != nil && !json.Valid(r.Value) {
			return fmt.Errorf("%w: required claim %q", ErrExpect, r.Name)
		}
	}
	switch {
	case e.Leeway < 0 || e.Leeway > MaxLeeway:
		return fmt.Errorf("%w: a leeway of %v, and 0 to %v is allowed", ErrExpect, e.Leeway, MaxLeeway)
	case e.MaxAge < 0 || e.MinLife < 0:
		return fmt.Errorf("%w: a negative duration", ErrExpect)
	}
	return nil
}
