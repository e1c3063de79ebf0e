package token

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// judge holds the claims of a genuine token against the clock and the expectations. Every check is made, so that the
// report names everything that is wrong at once.
func (v *Verifier) judge(r *Report) {
	wrong := map[string]bool{}
	r.claims.read(func(t typed, value json.RawMessage) {
		wrong[t.name] = true
		r.fail(t.name, Malformed, t.want, abridged(value))
	})
	v.times(r, wrong)
	v.origin(r, wrong)
	v.rights(r)
	v.life(r)
}

// times checks exp, nbf and iat, each against the clock with the leeway in the token's favour.
func (v *Verifier) times(r *Report, wrong map[string]bool) {
	c, now, leeway := r.claims, r.at, v.Expect.Leeway
	switch {
	case wrong["exp"]:
	case c.ExpiresAt.IsZero():
		r.fail("exp", ClaimMismatch, "a time of expiry", "absent")
	default:
		r.check("exp", now.Before(c.ExpiresAt.Add(leeway)), Expired, "after "+stamp(now), stamp(c.ExpiresAt))
	}
	for _, d := range []struct {
		name string
		at   time.Time
	}{{"nbf", c.NotBefore}, {"iat", c.IssuedAt}} {
		if !d.at.IsZero() {
			r.check(d.name, !d.at.After(now.Add(leeway)), NotYetValid, "up to "+stamp(now), stamp(d.at))
		}
	}
}

// origin checks what the token is, who made it and for whom.
func (v *Verifier) origin(r *Report, wrong map[string]bool) {
	c, want := r.claims, v.Expect
	if len(want.Types) == 0 {
		r.skip("typ", "not asked")
	} else {
		r.check("typ", slices.ContainsFunc(want.Types, func(t string) bool { return sameType(t, c.Header.Type) }),
			ClaimMismatch, anyOf(want.Types), orNone(c.Header.Type))
	}
	anyIn := func(name string, want, got []string) {
		switch {
		case wrong[name]:
		case len(want) == 0:
			r.skip(name, "not asked")
		default:
			ok := slices.ContainsFunc(want, func(w string) bool { return slices.Contains(got, w) })
			r.check(name, ok, ClaimMismatch, anyOf(want), orNone(strings.Join(got, ", ")))
		}
	}
	anyIn("iss", want.Issuers, one(c.Issuer))
	anyIn("aud", want.Audiences, c.Audience)
}

// rights checks the required claims, scopes and roles: all of them.
func (v *Verifier) rights(r *Report) {
	for _, q := range v.Expect.Require {
		value, there := r.claims.Get(q.Name)
		if q.Value == nil {
			r.check("require "+q.Name, there, ClaimMismatch, "present", presence(value))
			continue
		}
		r.check("require "+q.Name, there && sameJSON(value, q.Value), ClaimMismatch, string(q.Value), presence(value))
	}
	allIn := func(name string, want, got []string) {
		if len(want) > 0 {
			ok := !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(got, w) })
			r.check(name, ok, ClaimMismatch, strings.Join(want, " "), orNone(strings.Join(got, " ")))
		}
	}
	allIn("scope", v.Expect.Scopes, r.claims.Scopes)
	allIn("role", v.Expect.Roles, r.claims.Roles)
}

// life checks how old the token is and how long it has to live.
func (v *Verifier) life(r *Report) {
	c, want := r.claims, v.Expect
	switch {
	case want.MaxAge == 0:
	case c.IssuedAt.IsZero():
		r.fail("max_age", ClaimMismatch, "at most "+want.MaxAge.String(), "no iat")
	default:
		age := r.at.Sub(c.IssuedAt)
		r.check("max_age", age-want.Leeway <= want.MaxAge, ClaimMismatch, "at most "+want.MaxAge.String(), whole(age))
	}
	if want.MinLife > 0 && !c.ExpiresAt.IsZero() {
		left := c.ExpiresAt.Sub(r.at)
		r.check("min_ttl", left >= want.MinLife, TooLittleLife, "at least "+want.MinLife.String(), whole(left))
	}
}

func stamp(t time.Time) string { return NumericDate{t.UTC()}.String() }

func whole(d time.Duration) string { return d.Truncate(time.Second).String() }

func anyOf(list []string) string { return strings.Join(list, " or ") }

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func presence(value json.RawMessage) string {
	if value == nil {
		return "absent"
	}
	return abridged(value)
}

// abridged is a value short enough for a line of a report.
func abridged(value json.RawMessage) string {
	const most = 200
	if len(value) > most {
		return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(string(value[:most]), ""), len(value))
	}
	return string(value)
}

// sameType compares media types as typ writes them.
func sameType(a, b string) bool {
	bare := func(s string) string { return strings.TrimPrefix(strings.ToLower(s), "application/") }
	return b != "" && bare(a) == bare(b)
}

// sameJSON compares two JSON values; numbers are the same when they are written the same, so that none is rounded.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return exact(a, &x) == nil && exact(b, &y) == nil && reflect.DeepEqual(x, y)
}

func exact(value json.RawMessage, to *any) error {
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.UseNumber()
	return dec.Decode(to)
}
