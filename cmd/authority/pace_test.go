package authority_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"jotkit/cmd/authority"
)

// TestPace: what one address may have written down is bounded, however well it does; others and this machine are not held
// up by it.
func TestPace(t *testing.T) {
	w := onNetwork(t)
	w.Limits.Pace = authority.NewLimits(4).Pace // as serve has it
	refresh := func(from, raw string) (string, error) {
		g, err := w.from(from).Refresh(t.Context(), raw)
		if err != nil {
			return raw, err
		}
		return w.granted(g).RefreshToken, nil
	}
	raw, other := w.open(t, "ada").RefreshToken, w.open(t, "ada").RefreshToken
	var err error
	for i := range 50 {
		if raw, err = refresh("203.0.113.9", raw); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	w.left(t, func() {
		for range 20 {
			var slow *authority.SlowDown
			if _, err := refresh("203.0.113.9", raw); !errors.As(err, &slow) || slow.Wait != 200*time.Millisecond {
				t.Fatal(err)
			}
		}
		_, err := w.from("203.0.113.9").Logout(t.Context(), raw, false)
		if !errors.As(err, new(*authority.SlowDown)) {
			t.Error(err)
		}
		_, err = w.from("203.0.113.9").Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
		if !errors.As(err, new(*authority.SlowDown)) {
			t.Error(err)
		}
	})
	if other, err = refresh("198.51.100.7", other); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	for range 200 {
		if other, err = refresh("127.0.0.1", other); err != nil {
			t.Fatalf("from this machine: %v", err)
		}
	}
	w.pass(200 * time.Millisecond)
	if raw, err = refresh("203.0.113.9", raw); err != nil {
		t.Errorf("after a while: %v", err)
	}
	if _, err = refresh("203.0.113.9", raw); !errors.As(err, new(*authority.SlowDown)) {
		t.Errorf("and at once again: %v", err)
	}
}

// TestPaceIsBounded: addresses without end fill no memory.
func TestPaceIsBounded(t *testing.T) {
	p, now := authority.NewPace(5, 1), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 30_000 {
		p.Wait(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if n := p.Len(); n < 9_000 || n > 10_000 {
		t.Errorf("%d addresses are kept", n)
	}
}
