package bolt_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

// Where the numbers lie in a companion.
const (
	companionID    = 8
	companionGen   = 24
	companionWatch = 32
	companionPid   = 40
	companionHost  = 48
)

// TestCompanionBetween has a writer die at each point of its work on the companion, which is stores to memory and no calls
// of the system. No good store is refused for what it left, what was written is there, and after the next transaction
// everybody has been told of it.
func TestCompanionBetween(t *testing.T) {
	s := several(t)
	lock := s.Path() + ".lock"
	before := read(t, lock)
	rev := put(t, s, "deny/1")
	after, store := read(t, lock), read(t, s.Path())
	with := func(from []byte, at int, length int) []byte {
		mixed := slices.Clone(before)
		copy(mixed[at:at+length], from[at:at+length])
		return mixed
	}
	signed := slices.Clone(before)
	binary.NativeEndian.PutUint64(signed[companionPid:], 1)
	copy(signed[companionHost:], "elsewhere\x00\x00\x00\x00\x00\x00\x00")
	half := make([]byte, 4096)
	copy(half[companionID:], after[companionID:companionGen])
	left := map[string][]byte{
		"not touched":                 before,
		"generation and not revision": with(after, companionGen, 8),
		"revision and not generation": with(after, companionWatch, 8),
		"both":                        after,
		"somebody holds it":           signed,
		"blank":                       make([]byte, 4096),
		"only the id":                 half,
		"100 bytes":                   after[:100],
		"torn in the first word":      append([]byte(nil), after[:4]...),
		"empty":                       {},
		"a sector and zeros":          append(slices.Clone(after[:512]), make([]byte, 4096-512)...),
	}
	refused, untold := 0, 0
	for name, companion := range left {
		for _, next := range []string{"look", "write"} {
			t.Run(fmt.Sprint(name, ", then ", next), func(t *testing.T) {
				write(t, s.Path(), store)
				write(t, lock, companion)
				s := bolt.New(s.Path(), bolt.Options{}) // that of another process: nobody's memory outlives this
				want := rev
				var err error
				if next == "write" {
					want, err = s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("ring", nil) })
				}
				if err == nil {
					err = s.View(t.Context(), func(v kv.View) error { wants(t, v, "deny/1", []byte("x")); return nil })
				}
				if err != nil {
					refused++
					t.Error(err)
				}
				told, err := s.Rev()
				blank := binary.NativeEndian.Uint64(append(slices.Clone(companion), make([]byte, 8)...)) == 0 || len(companion) < 4096
				if blank && next == "look" { // who only reads fills none, and nobody is told anything
					want = 0
				}
				if err != nil || told != want {
					untold++
					t.Errorf("announced %d, committed %d, %v", told, want, err)
				}
				if !blank || next == "write" {
					if got := read(t, lock); binary.NativeEndian.Uint64(got[companionPid:]) != 0 {
						t.Error("it says that somebody holds it")
					}
				}
			})
		}
	}
	kvtest.Figure(t, "No state in which a writer can leave the companion has a good store refused or a change not told",
		kvtest.Tried(2*len(left), "states of the companion"), kvtest.Never(refused, "good stores refused"),
		kvtest.Never(untold, "changes not told"))
}
