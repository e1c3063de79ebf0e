package authority_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb/kv"
)

// TestBundleSaysWhatTheStoreSaid: of whatever was done before, a bundle gives the verdict that the store gives, of now
// and of the past, and goes on to give it when the store has changed.
func TestBundleSaysWhatTheStoreSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t, kv.NewMemory())
		last := m.bundle(t)
		said := m.verdicts(t, last)
		t.Repeat(map[string]func(*rapid.T){
			"register": m.register, "remove": m.remove, "login": m.login, "mint": m.mint,
			"revoke token": m.revokeToken, "revoke id": m.revokeID, "revoke user": m.revokeUser, "undo": m.undo,
			"open": m.open, "logout": m.logout, "revoke session": m.revokeSession,
			"disable": m.disable, "enable": m.enable, "password": m.setPassword,
			"rotate": m.rotate, "revoke key": m.revokeKey, "time": m.pass,
			"bundle": func(t *rapid.T) {
				for raw, before := range said {
					if now := m.verdictBy(t, last, raw, last.IssuedAt); now != before {
						t.Fatalf("%q, and it was %q", now, before)
					}
				}
				last = m.bundle(t)
				said = m.verdicts(t, last)
			},
		})
		m.w.auditHolds(t)
	})
}

func (m *model) bundle(t *rapid.T) *authority.Bundle {
	data, _, err := m.w.ExportBundle(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	b, err := authority.OpenBundle(data)
	if err != nil {
		t.Fatal(err)
	}
	m.trail = m.w.lines(t) // it leaves one
	return b
}

// verdicts holds the bundle of now against the store, and returns what it says of each token.
func (m *model) verdicts(t *rapid.T, b *authority.Bundle) map[string]token.Reason {
	said := map[string]token.Reason{}
	for _, k := range m.tokens {
		said[k.raw] = m.verdictBy(t, b, k.raw, time.Time{})
		if want := m.w.verdict(t, k.raw); said[k.raw] != want {
			t.Fatalf("token %s of %s: %q, and the store says %q", k.jti, k.sub, said[k.raw], want)
		}
		at := m.w.now.Add(-rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 25 * time.Hour}).Draw(t, "ago"))
		if got, want := m.verdictBy(t, b, k.raw, at), m.w.verdictAt(t, k.raw, at); got != want {
			t.Fatalf("token %s of %s at %v: %q, and the store says %q", k.jti, k.sub, at, got, want)
		}
	}
	return said
}

func (m *model) verdictBy(t *rapid.T, b *authority.Bundle, raw string, at time.Time) token.Reason {
	report, err := b.Examine(context.Background(), raw, token.Expect{}, at, m.w.now)
	if err != nil {
		t.Fatal(err)
	}
	return report.Reason()
}
