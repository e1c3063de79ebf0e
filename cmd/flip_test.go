package cmd

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// TestEveryBit flips one bit of the store at a time, and asks for tokens that were revoked in all the ways there are and for
// good ones, logs in and refreshes. The answer is the right one or none at all: no flip makes a revoked token good, lets
// anybody in who may not, or gives a role. In a normal run it takes every 193rd bit, with JOTKIT_LONG every 7th, each run others.
// The work is shared out over copies of the one store.
func TestEveryBit(t *testing.T) {
	step := 193
	if long() {
		step = 7
	}
	first := rand.IntN(step)
	flipAll(t, 0, func(f *flipping, shard int) {
		for bit := first + shard*step; bit < 8*len(f.whole); bit += runtime.NumCPU() * step {
			f.flip(bit)
		}
	})
}

// TestEveryBitOfMany does so at random bits of a store that is so large that there are pages which tell only where others
// are.
func TestEveryBitOfMany(t *testing.T) {
	flips := 1000
	if long() {
		flips = 20_000
	}
	flipAll(t, 400, func(f *flipping, _ int) {
		for range flips / runtime.NumCPU() {
			f.flip(rand.IntN(8 * len(f.whole)))
		}
	})
}

// flipAll makes a store with so many more users and revocations, and has each shard flip bits of a copy.
func flipAll(t *testing.T, more int, shard func(f *flipping, shard int)) {
	path, key := t.TempDir()+"/jotkit.db", sealed.NewKey()
	what := seed(t, flippable(t, path, key), more)
	info, err := bolt.New(path, bolt.Options{}).Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range runtime.NumCPU() {
		t.Run(fmt.Sprint("shard", i), func(t *testing.T) {
			t.Parallel()
			f := copyToFlip(t, path, key, what)
			f.whole = f.whole[:info.Pages*info.PageSize] // nothing is behind that
			shard(f, i)
			kvtest.Figure(t, "A flipped bit in the store makes no revoked token good and no good one bad, lets nobody in and gives no role: "+
				"the answer is right, or there is none",
				kvtest.Tried(f.flips, "flips"), kvtest.Tried(f.asked, "questions"), kvtest.Tried(f.none, "without an answer"),
				kvtest.Never(f.wrong, "wrong answers"))
		})
	}
}

// A flipping is a store of which bits are flipped, and what there is to be asked of it.
type flipping struct {
	*seeded
	t                         *testing.T
	a                         *authority.Authority
	path                      string
	file, bell                *os.File
	whole, companion          []byte // as they were
	flips, asked, none, wrong int
}

func copyToFlip(t *testing.T, from string, key sealed.Key, k *seeded) *flipping {
	t.Helper()
	f := &flipping{seeded: k, t: t, path: t.TempDir() + "/jotkit.db"}
	open := func(suffix string) (*os.File, []byte) {
		bytes, err := os.ReadFile(from + suffix)
		if err == nil {
			err = os.WriteFile(f.path+suffix, bytes, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(f.path+suffix, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		return file, bytes
	}
	f.file, f.whole = open("")
	f.bell, f.companion = open(".lock")
	f.a = acting(f.path, key)
	return f
}

// flip flips a bit of the store for as long as it asks three questions: for the revoked token, for another one, and now and
// then one that writes to the store.
func (f *flipping) flip(bit int) {
	flip(f.t, f.file, bit)
	f.ask(bit, inquiries[0])
	f.ask(bit, inquiries[1+f.flips%(len(inquiries)-1)])
	if f.flips%8 == 0 {
		f.ask(bit, requests[f.flips/8%len(requests)])
		f.putBack()
	} else {
		flip(f.t, f.file, bit)
	}
	f.flips++
}

func (f *flipping) ask(bit int, q inquiry) {
	f.asked++
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	none, fault := q.ask(ctx, f.a, f.seeded)
	if none {
		f.none++
	}
	if fault != "" {
		f.wrong++
		f.t.Errorf("bit %d of byte %d (page %d): %s: %s", bit%8, bit/8, bit/8/4096, q.name, fault)
	}
}

// putBack makes the files what they were.
func (f *flipping) putBack() {
	f.t.Helper()
	for file, bytes := range map[*os.File][]byte{f.file: f.whole, f.bell: f.companion} {
		if _, err := file.WriteAt(bytes, 0); err != nil {
			f.t.Fatal(err)
		}
	}
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

// acting acts on a store, with hashes that cost nothing.
func acting(path string, key sealed.Key) *authority.Authority {
	store := sealed.New(bolt.New(path, bolt.Options{}), key)
	hasher := userdb.Hasher{Cost: userdb.Cost{Memory: 64, Time: 1, Threads: 1}}
	return &authority.Authority{Store: store, Now: time.Now, Actor: "test", Chain: "cli", Hasher: hasher}
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
