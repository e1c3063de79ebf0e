package userdb_test

import (
	"errors"
	"strings"
	"testing"

	"jotkit/userdb"
)

var cheap = userdb.Cost{Memory: 64, Time: 1, Threads: 1}

func TestHasher(t *testing.T) {
	h := userdb.Hasher{Cost: cheap}
	for _, c := range []struct {
		name, set, typed string
		ok               bool
	}{
		{"the same", "correct horse battery", "correct horse battery", true},
		{"NFC for NFD", "cafe\u0301 au lait cafe\u0301", "caf\u00e9 au lait caf\u00e9", true},
		{"full width for half", "\uff41bcdefghijklmno", "abcdefghijklmno", true},
		{"no white space is cut", "correct horse battery", "correct horse battery ", false},
		{"case counts", "correct horse battery", "Correct horse battery", false},
		{"empty", "correct horse battery", "", false},
		{"too long", "correct horse battery", strings.Repeat("x", 1025), false},
		{"no UTF-8", "correct horse \ufffd", "correct horse \xff", false},
		{"nothing is cut off", strings.Repeat("x", 200), strings.Repeat("x", 199), false},
	} {
		stored, err := h.Hash(c.set)
		must(t, err)
		ok, rehash, err := h.Verify(stored, c.typed)
		if ok != c.ok || rehash || err != nil {
			t.Errorf("%s: %t, %t, %v; want %t", c.name, ok, rehash, err, c.ok)
		}
	}
}

func TestHashRefuses(t *testing.T) {
	for _, password := range []string{strings.Repeat("x", 1025), "\xff"} {
		if _, err := (userdb.Hasher{Cost: cheap}).Hash(password); !errors.Is(err, userdb.ErrPasswordPolicy) {
			t.Errorf("%v; want ErrPasswordPolicy", err)
		}
	}
	for _, cost := range []userdb.Cost{
		{Memory: 1 << 19, Time: 1, Threads: 1}, {Memory: 64, Time: 11, Threads: 1}, {Memory: 128, Time: 1, Threads: 9},
		{Memory: 64, Time: 0, Threads: 1}, {Memory: 64, Time: 1, Threads: 0}, {Memory: 7, Time: 1, Threads: 1},
	} {
		if _, err := (userdb.Hasher{Cost: cost}).Hash("correct horse battery"); !errors.Is(err, userdb.ErrCost) {
			t.Errorf("%+v: %v; want ErrCost", cost, err)
		}
	}
}

// One attempt, one hash: whether the user is known, the password right, empty or absurd must not show in the time.
func TestOneHashEachAttempt(t *testing.T) {
	hashes := 0
	h := userdb.Hasher{Cost: cheap, Hashing: func() { hashes++ }}
	stored, err := h.Hash("correct horse battery")
	must(t, err)
	for _, against := range []string{stored, h.Dummy()} {
		for _, password := range []string{"correct horse battery", "wrong", "", "\xff", strings.Repeat("x", 5000)} {
			hashes = 0
			ok, _, err := h.Verify(against, password)
			if hashes != 1 || err != nil || ok != (against == stored && password == "correct horse battery") {
				t.Errorf("%d hashes, ok %t, %v", hashes, ok, err)
			}
		}
	}
	if !strings.HasPrefix(h.Dummy(), "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("the dummy %s is not of the hasher's cost", h.Dummy())
	}
}

func TestRehashWhenRaised(t *testing.T) {
	stored, err := userdb.Hasher{Cost: cheap}.Hash("correct horse battery")
	must(t, err)
	for _, c := range []struct {
		cost   userdb.Cost
		typed  string
		rehash bool
	}{
		{cheap, "correct horse battery", false},
		{userdb.Cost{Memory: 128, Time: 1, Threads: 1}, "correct horse battery", true},
		{userdb.Cost{Memory: 64, Time: 2, Threads: 1}, "correct horse battery", true},
		{userdb.Cost{Memory: 32, Time: 1, Threads: 1}, "correct horse battery", false},
		{userdb.Cost{}, "correct horse battery", true},
		{userdb.Cost{}, "wrong", false},
	} {
		if _, rehash, err := (userdb.Hasher{Cost: c.cost}).Verify(stored, c.typed); rehash != c.rehash || err != nil {
			t.Errorf("%+v, %q: %t, %v; want %t", c.cost, c.typed, rehash, err, c.rehash)
		}
	}
}

func TestDefaultCost(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 64 MiB")
	}
	stored, err := userdb.Hasher{}.Hash("correct horse battery")
	must(t, err)
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=65536,t=3,p=4$") {
		t.Error(stored)
	}
	if ok, rehash, err := (userdb.Hasher{}).Verify(stored, "correct horse battery"); !ok || rehash || err != nil {
		t.Error(ok, rehash, err)
	}
}
