package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// TestEveryBit flips one bit of the store at a time, and asks for a token that was revoked and one that was not. The
// verdict is the right one or none at all: no flip makes a revoked token good, or gives another reason. In a normal run
// it takes every 97th bit, with JOTKIT_LONG all of them. The work is shared out over copies of the one store.
func TestEveryBit(t *testing.T) {
	dir, key := t.TempDir(), sealed.NewKey()
	a := flippable(t, dir+"/jotkit.db", key)
	revoked, good := minted(t, a), minted(t, a)
	if _, err := a.RevokeToken(t.Context(), revoked, authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	step := 97
	if long() {
		step = 1
	}
	for shard := range runtime.NumCPU() {
		t.Run(fmt.Sprint("shard", shard), func(t *testing.T) {
			t.Parallel()
			path := t.TempDir() + "/jotkit.db"
			for _, suffix := range []string{"", ".lock"} {
				bytes, err := os.ReadFile(dir + "/jotkit.db" + suffix)
				if err == nil {
					err = os.WriteFile(path+suffix, bytes, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			flipAll(t, path, acting(path, key), shard*step, runtime.NumCPU()*step, revoked, good)
		})
	}
}

// flipAll flips every step-th bit of the file, beginning with first.
func flipAll(t *testing.T, path string, a *authority.Authority, first, step int, revoked, good string) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	tried, refused, wrong := 0, 0, 0
	ask := func(bit int, raw string, want token.Reason) (none bool) {
		none, right := verdict(t, a, bit, raw, want)
		if !right {
			wrong++
		}
		return none
	}
	for bit := first; bit < int(info.Size())*8; bit += step {
		flip(t, file, bit)
		tried++
		if ask(bit, revoked, token.Revoked) || ask(bit, good, "") {
			refused++
		}
		flip(t, file, bit)
	}
	kvtest.Figure(t, "A flipped bit in the store makes no revoked token good, and no good one bad: the verdict is right or none",
		kvtest.Tried(tried, "flips"), kvtest.Tried(refused, "flips noticed"), kvtest.Never(wrong, "wrong verdicts"))
}

// verdict complains of a verdict that is not the one wanted. It tells whether there was none, which is right too.
func verdict(t *testing.T, a *authority.Authority, bit int, raw string, want token.Reason) (none, right bool) {
	report, err := a.Examine(context.Background(), raw, token.Expect{}, time.Time{})
	switch {
	case errors.Is(err, kv.ErrUnavailable):
		return true, true
	case err != nil:
		t.Errorf("bit %d: %v, which is no word of damage", bit, err)
		return false, false
	case report.Reason() != want:
		t.Errorf("bit %d: verdict %q, want %q", bit, report.Reason(), want)
		return false, false
	}
	return false, true
}

func flip(t *testing.T, file *os.File, bit int) {
	t.Helper()
	var b [1]byte
	if _, err := file.ReadAt(b[:], int64(bit/8)); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << (bit % 8)
	if _, err := file.WriteAt(b[:], int64(bit/8)); err != nil {
		t.Fatal(err)
	}
}

// flippable makes a small store in a file.
func flippable(t *testing.T, path string, key sealed.Key) *authority.Authority {
	t.Helper()
	found, err := authority.Found(authority.DefaultSettings(), time.Now(), "test")
	if err != nil {
		t.Fatal(err)
	}
	if err := bolt.Create(t.Context(), path, bolt.Options{}, sealed.Fill(key, found)); err != nil {
		t.Fatal(err)
	}
	return acting(path, key)
}

func acting(path string, key sealed.Key) *authority.Authority {
	store := sealed.New(bolt.New(path, bolt.Options{}), key)
	return &authority.Authority{Store: store, Now: time.Now, Actor: "test", Chain: "cli"}
}

func minted(t *testing.T, a *authority.Authority) (raw string) {
	t.Helper()
	err := a.Mint(t.Context(), authority.MintRequest{Draft: token.Draft{Subject: "ada"}}, func(m authority.Minted) error {
		raw = m.Token
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
