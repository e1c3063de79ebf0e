package keyring_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/keyring"
	"jotkit/token"
)

var start = time.Date(2026, 1, 1, 12, 0, 0, 999, time.UTC)

func newRing(t testing.TB, alg string) *keyring.Ring {
	t.Helper()
	r, err := keyring.New(alg, 24*time.Hour, start)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// states are the states of the ring's entries in the order of their versions.
func states(r *keyring.Ring) []keyring.State {
	var out []keyring.State
	for _, e := range r.Entries() {
		out = append(out, e.State)
	}
	return out
}

func expect(t testing.TB, r *keyring.Ring, want ...keyring.State) {
	t.Helper()
	if diff := cmp.Diff(want, states(r)); diff != "" {
		t.Fatal(diff)
	}
}

func at(d time.Duration) time.Time { return start.Truncate(time.Second).Add(d) }

func TestRotate(t *testing.T) {
	r := newRing(t, "ES256")
	expect(t, r, keyring.Active, keyring.Next)
	before := r.Entries()
	ok(t, r.Rotate(start.Add(time.Hour)))
	expect(t, r, keyring.VerifyOnly, keyring.Active, keyring.Next)

	got := r.Entries()
	want := []keyring.Entry{
		{KID: before[0].KID, Version: 1, Algorithm: "ES256", State: keyring.VerifyOnly, Created: at(0), Activated: at(0),
			Retired: at(time.Hour), LastExp: at(time.Hour + 24*time.Hour + token.MaxLeeway)},
		{KID: before[1].KID, Version: 2, Algorithm: "ES256", State: keyring.Active, Created: at(0), Activated: at(time.Hour)},
		{KID: got[2].KID, Version: 3, Algorithm: "ES256", State: keyring.Next, Created: at(time.Hour)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	active, err := r.Active()
	if err != nil || active.ID() != before[1].KID || !active.CanSign() {
		t.Errorf("%v signs, %v; want %s", active, err, before[1].KID)
	}
	if old, err := r.Whole(before[0].KID); err != nil || old.CanSign() {
		t.Errorf("the retired key kept its private half: %v, %v", old, err)
	}
	if age := r.Age(start.Add(3 * time.Hour)); age.Round(time.Second) != 2*time.Hour {
		t.Errorf("age %v, want 2h", age)
	}
}

func TestReplaceNext(t *testing.T) {
	r := newRing(t, "ES256")
	ok(t, r.ReplaceNext("EdDSA", start))
	expect(t, r, keyring.Active, keyring.Next)
	if e := r.Entries(); e[0].Algorithm != "ES256" || e[1].Algorithm != "EdDSA" || e[1].Version != 3 {
		t.Errorf("got %+v", e)
	}
	ok(t, r.Rotate(start)) // --now
	e := r.Entries()
	expect(t, r, keyring.VerifyOnly, keyring.Active, keyring.Next)
	if e[1].Algorithm != "EdDSA" || e[2].Algorithm != "EdDSA" {
		t.Errorf("got %+v", e)
	}
	if err := r.ReplaceNext("none", start); !errors.Is(err, token.ErrUnknownAlgorithm) {
		t.Errorf("none: %v", err)
	}
	if diff := cmp.Diff(e, r.Entries()); diff != "" {
		t.Errorf("a refusal changed the ring: %s", diff)
	}
}

func TestMaxLife(t *testing.T) {
	r := newRing(t, "ES256")
	r.SetMaxLife(48 * time.Hour)
	r.SetMaxLife(time.Hour) // lowers nothing for the key that may have signed for 48 h
	ok(t, r.Rotate(start))
	ok(t, r.Rotate(start))
	e := r.Entries()
	if want := at(48*time.Hour + token.MaxLeeway); !e[0].LastExp.Equal(want) {
		t.Errorf("first key: %v, want %v", e[0].LastExp, want)
	}
	if want := at(time.Hour + token.MaxLeeway); !e[1].LastExp.Equal(want) {
		t.Errorf("second key: %v, want %v", e[1].LastExp, want)
	}
	if gone := r.Prune(e[1].LastExp); len(gone) != 0 {
		t.Errorf("%v went at the last second of its tokens", gone)
	}
	gone := r.Prune(e[1].LastExp.Add(time.Nanosecond))
	if len(gone) != 1 || gone[0].KID != e[1].KID {
		t.Errorf("%v went, want %s", gone, e[1].KID)
	}
	expect(t, r, keyring.VerifyOnly, keyring.Active, keyring.Next)
}

func TestRevoke(t *testing.T) {
	r := newRing(t, "ES256")
	ok(t, r.Rotate(start.Add(time.Hour)))
	e := r.Entries()
	retired, active, next := e[0].KID, e[1].KID, e[2].KID
	now := start.Add(2 * time.Hour)

	ok(t, r.Revoke(active, now))
	expect(t, r, keyring.VerifyOnly, keyring.Revoked, keyring.Active, keyring.Next)
	if k, err := r.Active(); err != nil || k.ID() != next {
		t.Errorf("%v signs, %v; want %s", k, err, next)
	}
	if e := r.Entries()[1]; !e.Revoked.Equal(at(2*time.Hour)) || !e.LastExp.Equal(at(26*time.Hour+token.MaxLeeway)) {
		t.Errorf("got %+v", e)
	}
	if k, err := r.Key(t.Context(), active); err != nil || k.CanSign() || !r.Revoked(active) {
		t.Errorf("a revoked key has to be found, without its private half: %v, %v", k, err)
	}
	ok(t, r.Revoke(retired, now))
	if e := r.Entries()[0]; !e.Revoked.Equal(at(2*time.Hour)) || !e.LastExp.Equal(at(25*time.Hour+token.MaxLeeway)) {
		t.Errorf("got %+v", e)
	}
	ok(t, r.Revoke(r.Entries()[3].KID, start.Add(-time.Hour))) // the waiting one, and by a clock set back
	expect(t, r, keyring.Revoked, keyring.Revoked, keyring.Active, keyring.Revoked, keyring.Next)
	if e := r.Entries()[3]; !e.Revoked.Equal(at(2 * time.Hour)) {
		t.Errorf("revoked at %v, before it was made", e.Revoked)
	}
	was := r.Entries()
	ok(t, r.Revoke(active, start.Add(9*time.Hour)))
	if diff := cmp.Diff(was, r.Entries()); diff != "" {
		t.Errorf("revoking again changed the ring: %s", diff)
	}
	if err := r.Revoke(active[:9], now); !errors.Is(err, keyring.ErrNoKey) {
		t.Errorf("the start of a kid: %v", err)
	}
	if len(r.PublicSet(now)) != 2 {
		t.Errorf("published: %v", r.PublicSet(now))
	}
	r.Prune(start.Add(1000 * time.Hour))
	expect(t, r, keyring.Active, keyring.Next)
}

func TestGenerate(t *testing.T) {
	r := newRing(t, "ES256")
	spare := keyFor(t, "ES256")
	r.Generate = func(string) (*token.Key, error) { return spare, nil }
	ok(t, r.Rotate(start))
	if e := r.Entries()[2]; e.KID != spare.ID() {
		t.Errorf("next is %+v, not the key made beforehand", e)
	}
	if err := r.Rotate(start); !errors.Is(err, keyring.ErrExists) {
		t.Errorf("one key twice: %v", err)
	}
	if err := r.ReplaceNext("EdDSA", start); !errors.Is(err, token.ErrKeyMismatch) {
		t.Errorf("a key for another algorithm: %v", err)
	}
	spare = spare.Public()
	if err := r.ReplaceNext("ES256", start); !errors.Is(err, token.ErrKeyMismatch) {
		t.Errorf("a key that cannot sign: %v", err)
	}
}

func TestFind(t *testing.T) {
	r := newRing(t, "ES256")
	for _, kid := range []string{"2abc", "abc", "abcd", "abce"} {
		ok(t, r.Import(keyFor(t, "EdDSA").Public().WithID(kid), start))
	}
	first := r.Entries()[0].KID
	tests := []struct {
		name, want string
		err        error
	}{
		{first, first, nil},
		{first[:20], first, nil},
		{"1", first, nil},
		{"2", r.Entries()[1].KID, nil},
		{"2a", "2abc", nil},
		{"abc", "abc", nil},
		{"ab", "", keyring.ErrAmbiguous},
		{"", "", keyring.ErrNoKey},
		{"99", "", keyring.ErrNoKey},
		{"ABC", "", keyring.ErrNoKey},
	}
	for _, tt := range tests {
		if e, err := r.Find(tt.name); e.KID != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%q: %q, %v; want %q, %v", tt.name, e.KID, err, tt.want, tt.err)
		}
	}
	if _, err := r.Key(t.Context(), ""); !errors.Is(err, token.ErrUnknownKey) {
		t.Errorf("kid \"\": %v", err)
	}
}

// TestKidCanBeTyped: none is taken for a flag.
func TestKidCanBeTyped(t *testing.T) {
	for range 1000 {
		k, err := keyring.Generate("ES256")
		if err != nil {
			t.Fatal(err)
		}
		if kid := keyring.Thumbprint(k); kid[0] == '-' {
			t.Fatal(kid)
		}
	}
	if _, err := keyring.Generate("none"); !errors.Is(err, token.ErrUnknownAlgorithm) {
		t.Error(err)
	}
}

// TestUnrevoked: who looks at signatures alone does not know a key that was revoked, and knows all others.
func TestUnrevoked(t *testing.T) {
	r := newRing(t, "ES256")
	ok(t, r.Rotate(start.Add(time.Hour)))
	gone := r.Entries()[0].KID
	ok(t, r.Revoke(gone, start.Add(2*time.Hour)))
	for _, e := range append(r.Entries(), keyring.Entry{KID: "stranger"}) {
		k, err := r.Unrevoked().Key(t.Context(), e.KID)
		known := e.KID != gone && e.KID != "stranger"
		if known != (err == nil) || known != (k != nil) || !known && !errors.Is(err, token.ErrUnknownKey) {
			t.Errorf("%s: %v, %v", e.State, k, err)
		}
	}
}
