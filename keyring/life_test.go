package keyring_test

import (
	"testing"
	"time"

	"jotkit/keyring"
	"jotkit/token"
)

// TestLastExp: the bound covers what the active key may sign now, what a retired one signed under a longer limit, and has
// no end once a key only verifies for somebody else.
func TestLastExp(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	r, err := keyring.New("ES256", 24*time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	want := func(what string, want time.Time) {
		t.Helper()
		if got := r.LastExp(now); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("new", now.Add(24*time.Hour+keyring.Leeway))
	r.SetMaxLife(time.Minute)
	if err := r.Rotate(now); err != nil {
		t.Fatal(err)
	}
	retired := now.Add(24*time.Hour + keyring.Leeway)
	now = now.Add(time.Hour)
	want("a retired key outlives what the active one signs", retired)
	public, err := token.GenerateKey("ES256")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Import(public.Public(), now); err != nil {
		t.Fatal(err)
	}
	want("a key from elsewhere", time.Time{})
}
