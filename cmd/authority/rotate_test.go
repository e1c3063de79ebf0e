package authority_test

import (
	"errors"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/token"
)

// TestRotate: the next key was there for verifiers to see before it signs, and old tokens go on to verify.
func TestRotate(t *testing.T) {
	w := start(t)
	old := w.mint(t, authority.MintRequest{})
	before := w.keys(t)
	w.pass(time.Hour / 10)
	w.left(t, func() {
		changed, keys, err := w.Rotate(t.Context(), authority.RotateRequest{})
		if err != nil || !changed || len(keys) != 3 {
			t.Errorf("%v, %v, %v", changed, keys, err)
		}
	}, "rotate ok")
	after := w.keys(t)
	if after[keyring.Active].KID != before[keyring.Next].KID || after[keyring.VerifyOnly].KID != before[keyring.Active].KID {
		t.Errorf("%+v", after)
	}
	w.wantVerdict(t, "from before", old, "")
	fresh := w.mint(t, authority.MintRequest{})
	w.wantVerdict(t, "from after", fresh, "")
	if kid := header(t, fresh).KeyID; kid != before[keyring.Next].KID {
		t.Errorf("signed with %s", kid)
	}
}

func header(t *testing.T, raw string) token.Header {
	t.Helper()
	read, err := token.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return read.Header
}

// TestRotateAlgorithm: another algorithm waits as the next key, or signs at once.
func TestRotateAlgorithm(t *testing.T) {
	for _, c := range []struct {
		name         string
		request      authority.RotateRequest
		active, next string
	}{
		{"waits", authority.RotateRequest{Algorithm: "EdDSA"}, "ES256", "EdDSA"},
		{"signs at once", authority.RotateRequest{Algorithm: "EdDSA", Now: true}, "EdDSA", "EdDSA"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			old := w.mint(t, authority.MintRequest{})
			changed, keys, err := w.Rotate(t.Context(), c.request)
			if err != nil || !changed || len(keys) < 2 {
				t.Fatalf("%v, %v, %v", changed, keys, err)
			}
			by := w.keys(t)
			if by[keyring.Active].Algorithm != c.active || by[keyring.Next].Algorithm != c.next {
				t.Errorf("%+v", by)
			}
			if s, err := w.Settings(t.Context()); err != nil || s.Algorithm != "EdDSA" {
				t.Errorf("%v, %v", s, err)
			}
			w.wantVerdict(t, "from before", old, "")
			raw := w.mint(t, authority.MintRequest{})
			w.wantVerdict(t, "from after", raw, "")
			if alg := header(t, raw).Algorithm; alg != c.active {
				t.Errorf("signed with %s", alg)
			}
		})
	}
}

// TestRotateNot: what is only asked about, is too early or cannot be, changes nothing.
func TestRotateNot(t *testing.T) {
	for _, c := range []struct {
		name    string
		request authority.RotateRequest
		back    time.Duration // by which the clock was put back
		changed bool
		want    error
		lines   []string
	}{
		{"dry run", authority.RotateRequest{DryRun: true}, 0, true, nil, nil},
		{"dry run of another algorithm", authority.RotateRequest{DryRun: true, Algorithm: "EdDSA", Now: true}, 0, true, nil, nil},
		{"young key", authority.RotateRequest{IfOlderThan: time.Hour}, 0, false, nil, nil},
		{"no algorithm", authority.RotateRequest{Algorithm: "none"}, 0, false, token.ErrUnknownAlgorithm, []string{"rotate refused"}},
		{"clock put back", authority.RotateRequest{}, time.Hour, false, keyring.ErrClock, []string{"rotate refused"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t)
			before, ring := w.keys(t), w.ring(t)
			w.pass(time.Minute - c.back)
			w.left(t, func() {
				changed, keys, err := w.Rotate(t.Context(), c.request)
				if !errors.Is(err, c.want) || err == nil && (changed != c.changed || len(keys) == 0) {
					t.Errorf("%v, %v, %v", changed, keys, err)
				}
			}, c.lines...)
			if w.ring(t) != ring || w.keys(t)[keyring.Active].KID != before[keyring.Active].KID {
				t.Error("the ring has changed")
			}
		})
	}
}

// ring is the ring as it is kept.
func (w *world) ring(t *testing.T) string {
	t.Helper()
	ring, err := w.Ring(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := ring.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes)
}

// TestRotateIfOlder: a timer may ask as often as it likes.
func TestRotateIfOlder(t *testing.T) {
	w := start(t)
	for i, want := range []bool{false, true, false, true} {
		w.pass(30 * time.Minute)
		changed, _, err := w.Rotate(t.Context(), authority.RotateRequest{IfOlderThan: time.Hour})
		if err != nil || changed != want {
			t.Errorf("ask %d: %v, %v", i, changed, err)
		}
	}
}
