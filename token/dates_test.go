package token_test

import (
	"testing"
	"time"

	"jotkit/token"
)

// TestDateForms: exp, nbf and iat are JSON numbers x with 0 < x < 2^53 and nothing else (RFC 7519 section 2). Beyond that
// other libraries wrap around, or take zero and null for "never".
func TestDateForms(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	for _, form := range []string{
		`0`, `-0`, `0.0`, `0e5`, `-1`, `-1700000900`, `1e-400`, `null`, `true`, `"1700000900"`, `""`, `[1700000900]`, `{}`,
		`9007199254740992`, `9007199254740991.5`, `9007199254740993`, `1e16`, `1e18`, `9200000000000000000`, `9223372036854775807`,
		`9223372036854775808`, `1e19`, `18446744073709551617`, `1e300`, `1e999`,
	} {
		t.Run("exp "+form, func(t *testing.T) {
			refused(t, v, sign(t, k, head(k), `{"exp":`+form+`}`), token.Malformed, true)
		})
		for _, name := range []string{"nbf", "iat"} {
			t.Run(name+" "+form, func(t *testing.T) {
				refused(t, v, sign(t, k, head(k), `{"exp":1700000900,"`+name+`":`+form+`}`), token.Malformed, true)
			})
		}
	}
	for _, form := range []string{`+1700000900`, `01700000900`, `1700000900.`, `.5`,
		`0x6553f484`, `1_700_000_900`, `Infinity`, `1e`, ``} {
		t.Run("no JSON "+form, func(t *testing.T) {
			refused(t, v, sign(t, k, head(k), `{"exp":`+form+`}`), token.Malformed, true)
		})
	}
	for _, c := range []struct {
		form string
		want time.Time
	}{
		{`1700000900`, time.Unix(1_700_000_900, 0)},
		{`1700000900.0`, time.Unix(1_700_000_900, 0)},
		{`1700000900.5`, time.Unix(1_700_000_900, 500_000_000)},
		{`1.7000009e9`, time.Unix(1_700_000_900, 0)},
		{`17000009E+2`, time.Unix(1_700_000_900, 0)},
		{`9007199254740991`, time.Unix(1<<53-1, 0)},
	} {
		t.Run(c.form, func(t *testing.T) {
			claims := accepted(t, v, sign(t, k, head(k), `{"exp":`+c.form+`}`))
			if !claims.ExpiresAt.Equal(c.want) || claims.ExpiresAt.Location() != time.UTC {
				t.Errorf("got %v, want %v in UTC", claims.ExpiresAt, c.want)
			}
			if !claims.NotBefore.IsZero() || !claims.IssuedAt.IsZero() {
				t.Errorf("got nbf %v and iat %v, want none", claims.NotBefore, claims.IssuedAt)
			}
		})
	}
	for _, form := range []string{`0.5`, `1`, `1e-9`, `5e-324`, `1e9`} { // small ones are dates long past, and not absent
		refused(t, v, sign(t, k, head(k), `{"exp":`+form+`}`), token.Expired, true)
		accepted(t, v, sign(t, k, head(k), `{"exp":1700000900,"nbf":`+form+`,"iat":`+form+`}`))
	}
}

// TestClockBoundaries: a token is dead at exp + leeway and alive one second sooner; nbf and iat count from themselves on.
func TestClockBoundaries(t *testing.T) {
	const at = 1_700_000_000
	k := keyFor(t, "HS256")
	exp := sign(t, k, head(k), `{"exp":1700000000}`)
	nbf := sign(t, k, head(k), `{"exp":1800000000,"nbf":1700000000}`)
	iat := sign(t, k, head(k), `{"exp":1800000000,"iat":1700000000}`)
	half := sign(t, k, head(k), `{"exp":1700000000.5}`)
	for _, c := range []struct {
		name   string
		raw    string
		clock  time.Time
		leeway time.Duration
		want   token.Reason
	}{
		{"exp - 1", exp, time.Unix(at-1, 0), 0, ""},
		{"exp less a nanosecond", exp, time.Unix(at, -1), 0, ""},
		{"exp", exp, time.Unix(at, 0), 0, token.Expired},
		{"exp + 1", exp, time.Unix(at+1, 0), 0, token.Expired},
		{"exp within the leeway", exp, time.Unix(at+29, 0), 30 * time.Second, ""},
		{"exp + leeway", exp, time.Unix(at+30, 0), 30 * time.Second, token.Expired},
		{"exp + most leeway - 1", exp, time.Unix(at+299, 0), token.MaxLeeway, ""},
		{"exp + most leeway", exp, time.Unix(at+300, 0), token.MaxLeeway, token.Expired},
		{"half a second left", half, time.Unix(at, 0), 0, ""},
		{"half a second gone", half, time.Unix(at+1, 0), 0, token.Expired},
		{"nbf - 1", nbf, time.Unix(at-1, 0), 0, token.NotYetValid},
		{"nbf", nbf, time.Unix(at, 0), 0, ""},
		{"nbf - leeway", nbf, time.Unix(at-30, 0), 30 * time.Second, ""},
		{"nbf - leeway - 1", nbf, time.Unix(at-31, 0), 30 * time.Second, token.NotYetValid},
		{"iat - 1", iat, time.Unix(at-1, 0), 0, token.NotYetValid},
		{"iat", iat, time.Unix(at, 0), 0, ""},
		{"iat - leeway", iat, time.Unix(at-30, 0), 30 * time.Second, ""},
		{"iat - leeway - 1", iat, time.Unix(at-31, 0), 30 * time.Second, token.NotYetValid},
		{"clock in 1970", nbf, time.Unix(1, 0), 0, token.NotYetValid},
		{"clock in 2106", exp, time.Unix(1<<32, 0), token.MaxLeeway, token.Expired},
		{"clock in another zone", exp, time.Unix(at-1, 0).In(time.FixedZone("", 14*3600)), 0, ""},
		{"no clock set", exp, time.Time{}, 0, token.Expired},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := verifier(t, k)
			v.Expect.Leeway = c.leeway
			if v.Now = func() time.Time { return c.clock }; c.clock.IsZero() {
				v.Now = nil // the real clock, long after
			}
			if c.want == "" {
				accepted(t, v, c.raw)
				return
			}
			refused(t, v, c.raw, c.want, true)
		})
	}
}
