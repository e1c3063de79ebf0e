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

// The checks of the times: each against the clock, with the leeway in the token's favour.

func judgeExp(r *Report) outcome {
	if r.claims.ExpiresAt.IsZero() {
		return failedFor(ClaimMismatch)
	}
	return passedIf(r.at.Before(r.claims.ExpiresAt.Add(r.expect.Leeway)), Expired)
}

func expWords(r *Report, _ outcome) (expected, got string) {
	if r.claims.ExpiresAt.IsZero() {
		return "a time of expiry", "absent"
	}
	return "after " + stamp(r.at), stamp(r.claims.ExpiresAt)
}

func judgeNbf(r *Report) outcome { return r.reached(r.claims.NotBefore) }

func nbfWords(r *Report, _ outcome) (expected, got string) { return r.reachedWords(r.claims.NotBefore) }

func judgeIat(r *Report) outcome { return r.reached(r.claims.IssuedAt) }

func iatWords(r *Report, _ outcome) (expected, got string) { return r.reachedWords(r.claims.IssuedAt) }

// reached is the check of a time that must not lie in the future.
func (r *Report) reached(t time.Time) outcome {
	if t.IsZero() {
		return notMade
	}
	return passedIf(!t.After(r.at.Add(r.expect.Leeway)), NotYetValid)
}

func (r *Report) reachedWords(t time.Time) (expected, got string) {
	return "up to " + stamp(r.at), stamp(t)
}

// The checks of what the token is, who made it and for whom: of those named any one will do.

func judgeTyp(r *Report) outcome {
	typ, want := r.claims.Header.Type, r.expect.Types
	if len(want) == 0 {
		return skipped
	}
	return passedIf(slices.ContainsFunc(want, func(w string) bool { return sameType(w, typ) }), ClaimMismatch)
}

func typWords(r *Report, o outcome) (expected, got string) {
	return anyWords(o, r.expect.Types, r.claims.Header.Type)
}

func judgeIss(r *Report) outcome {
	if len(r.expect.Issuers) == 0 {
		return skipped
	}
	iss := r.claims.Issuer
	return passedIf(iss != "" && slices.Contains(r.expect.Issuers, iss), ClaimMismatch)
}

func issWords(r *Report, o outcome) (expected, got string) {
	return anyWords(o, r.expect.Issuers, r.claims.Issuer)
}

func judgeAud(r *Report) outcome {
	if len(r.expect.Audiences) == 0 {
		return skipped
	}
	named := func(want string) bool { return slices.Contains(r.claims.Audience, want) }
	return passedIf(slices.ContainsFunc(r.expect.Audiences, named), ClaimMismatch)
}

func audWords(r *Report, o outcome) (expected, got string) {
	return anyWords(o, r.expect.Audiences, strings.Join(r.claims.Audience, ", "))
}

func anyWords(o outcome, want []string, found string) (expected, got string) {
	if o == skipped {
		return "not asked", ""
	}
	return anyOf(want), orNone(found)
}

// The checks of required claims, scopes and roles: all of them must be there.

func judgeRequire(r *Report) outcome {
	if len(r.expect.Require) == 0 {
		return notMade
	}
	members := r.claims.members()
	return passedIf(!slices.ContainsFunc(r.expect.Require, func(q Requirement) bool { return !q.met(members) }), ClaimMismatch)
}

// met tells whether the claims have what is required.
func (q Requirement) met(claims Members) bool {
	value, there := claims.Value(q.Name)
	return there && (q.Value == nil || sameJSON(value, q.Value))
}

// requireChecks are the lines of a report about required claims.
func (r *Report) requireChecks() (list []Check) {
	members := r.claims.members()
	for _, q := range r.expect.Require {
		o := passedIf(q.met(members), ClaimMismatch)
		value, _ := members.Value(q.Name)
		c := Check{"require " + q.Name, o.status(), "present", "absent", o.reason()}
		if q.Value != nil {
			c.Expected = string(q.Value)
		}
		if value != nil {
			c.Got = abridged(value)
		}
		list = append(list, c)
	}
	return list
}

func judgeScope(r *Report) outcome { return allIn(r.expect.Scopes, r.claims.Scopes) }

func scopeWords(r *Report, _ outcome) (expected, got string) {
	return allWords(r.expect.Scopes, r.claims.Scopes)
}

func judgeRole(r *Report) outcome { return allIn(r.expect.Roles, r.claims.Roles) }

func roleWords(r *Report, _ outcome) (expected, got string) {
	return allWords(r.expect.Roles, r.claims.Roles)
}

func allIn(want, got []string) outcome {
	if len(want) == 0 {
		return notMade
	}
	lacks := func(w string) bool { return !slices.Contains(got, w) }
	return passedIf(!slices.ContainsFunc(want, lacks), ClaimMismatch)
}

func allWords(want, found []string) (expected, got string) {
	return strings.Join(want, " "), orNone(strings.Join(found, " "))
}

// The checks of how old the token is and how long it has to live.

func judgeMaxAge(r *Report) outcome {
	switch want := &r.expect; {
	case want.MaxAge == 0:
		return notMade
	case r.claims.IssuedAt.IsZero():
		return failedFor(ClaimMismatch)
	default:
		return passedIf(r.at.Sub(r.claims.IssuedAt)-want.Leeway <= want.MaxAge, ClaimMismatch)
	}
}

func maxAgeWords(r *Report, _ outcome) (expected, got string) {
	expected = "at most " + r.expect.MaxAge.String()
	if r.claims.IssuedAt.IsZero() {
		return expected, "no iat"
	}
	return expected, whole(r.at.Sub(r.claims.IssuedAt))
}

func judgeMinLife(r *Report) outcome {
	if r.expect.MinLife == 0 || r.claims.ExpiresAt.IsZero() {
		return notMade
	}
	return passedIf(r.claims.ExpiresAt.Sub(r.at) >= r.expect.MinLife, TooLittleLife)
}

func minLifeWords(r *Report, _ outcome) (expected, got string) {
	return "at least " + r.expect.MinLife.String(), whole(r.claims.ExpiresAt.Sub(r.at))
}

func stamp(t time.Time) string { return NumericDate{t.UTC()}.String() }

func whole(d time.Duration) string { return d.Truncate(time.Second).String() }

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
