package authority_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"jotkit/cmd/authority"
)

// TestStrangerKeepsNobodyOut: who fails under a name makes it wait for strangers, and not for who was let in from where
// they are, though never so often.
func TestStrangerKeepsNobodyOut(t *testing.T) {
	w := onNetwork(t)
	home, elsewhere := w.from("198.51.100.7"), w.from("198.51.100.8")
	login := func(a *authority.Authority, word string) error {
		_, err := a.Login(t.Context(), authority.LoginRequest{Name: "Ada", Password: word})
		return err
	}
	if err := login(home, password); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		stranger := w.from(netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}).String())
		if err := login(stranger, fmt.Sprint("guess number ", i)); !errors.Is(err, authority.ErrLoginRefused) {
			t.Fatal(err)
		}
		w.pass(15 * time.Minute)
		if i < 5 {
			continue
		}
		_ = login(stranger, "another guess") // the wait is over, and asks for the next
		if err := login(home, password); err != nil {
			t.Fatalf("after %d guesses: %v", i+1, err)
		}
		if err := login(elsewhere, password); !errors.Is(err, authority.ErrLoginRefused) {
			t.Fatalf("from an address that is not known: %v", err)
		}
	}
	for range 6 {
		_ = login(home, "a slip")
	}
	if err := login(home, password); !errors.Is(err, authority.ErrLoginRefused) {
		t.Errorf("after six slips at home: %v", err)
	}
	w.pass(time.Second)
	if err := login(home, password); err != nil {
		t.Errorf("a second later: %v", err)
	}
}
