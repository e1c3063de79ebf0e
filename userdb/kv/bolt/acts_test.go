package bolt_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"runtime"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

// act is the n-th of a row of writes, of which each depends on n alone: it grows the file, lets pages go, and touches what
// is watched in most. After a state is what all up to one of them have left, see states.
func act(n int, tx kv.Tx) error {
	writes := []error{
		tx.Put("last", fmt.Append(nil, n)),
		tx.Put(fmt.Sprintf("user/%02d", n*7%40), bytes.Repeat([]byte{byte(n)}, n*131%3000)),
		tx.Delete(fmt.Sprintf("user/%02d", n*11%40)),
	}
	if n%3 != 0 {
		writes = append(writes, tx.Put(fmt.Sprintf("deny/%d", n%9), fmt.Append(nil, n)))
	}
	if n%10 == 0 {
		writes = append(writes, tx.Put("big", bytes.Repeat([]byte{byte(n)}, 9000*(n/10%5))))
	}
	for _, err := range writes {
		if err != nil {
			return err
		}
	}
	return nil
}

// states are the records after the creation and each of the acts.
func states(t *testing.T, acts int) []map[string]string {
	t.Helper()
	m := kv.NewMemory()
	all := []map[string]string{{}}
	for n := 1; n <= acts; n++ {
		if err := update(m, func(tx kv.Tx) error { return act(n, tx) }); err != nil {
			t.Fatal(err)
		}
		all = append(all, contentOf(t, m))
	}
	return all
}

func contentOf(t *testing.T, s kv.Store) map[string]string {
	t.Helper()
	found, err := kvtest.Records(background, s)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// which tells the state that a store is in, -1 for one that it has never been in.
func which(states []map[string]string, found map[string]string) int {
	for n, s := range states {
		if maps.Equal(s, found) {
			return n
		}
	}
	return -1
}

// childPower does what name says, step by step: "create", a number, which is that act, "look", "backup", "restore",
// "compact". When a step has returned it prints the step and the companion as it is then, in one write. It stays on one
// thread, for strace counts the calls of each.
func childPower(s *bolt.Store, name string) error {
	runtime.LockOSThread()
	for _, step := range strings.Fields(name) {
		if err := powerStep(s, step); err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		companion, err := os.ReadFile(s.Path() + ".lock")
		if err != nil {
			return err
		}
		if _, err := fmt.Printf("%s %x\n", step, companion[:min(128, len(companion))]); err != nil {
			return err
		}
	}
	return nil
}

func powerStep(s *bolt.Store, step string) (err error) {
	switch step {
	case "create":
		return bolt.Create(background, s.Path(), bolt.Options{}, nil)
	case "look":
		return s.View(background, func(kv.View) error { return nil })
	case "compact":
		_, _, err = s.Compact(background, nil, nil)
		return err
	case "backup":
		return backUp(s, s.Path()+".backup")
	case "restore":
		_, err = s.Restore(background, s.Path()+".backup", true, nil)
		return err
	}
	n := 0
	if _, err := fmt.Sscan(step, &n); err != nil {
		return err
	}
	return update(s, func(tx kv.Tx) error { return act(n, tx) })
}

func backUp(s *bolt.Store, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = s.Copy(background, f)
	return err
}
