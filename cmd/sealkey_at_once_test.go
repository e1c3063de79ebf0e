package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// Stores that share a seal key are resealed all at once, over and over: the key that each of them asks for is always there.
func TestSealKeyChangesAtOnce(t *testing.T) {
	rounds := 15
	if long() {
		rounds = 200
	}
	home := newInProcess(t)
	stores := make([]string, 3)
	for i := range stores {
		stores[i] = filepath.Join(home.dir, fmt.Sprintf("%d.db", i))
		home.run(0, "", "init", "--store", stores[i])
	}
	key := filepath.Join(home.dir, "config", "jotkit", "seal.key")
	done, turned, lost := 0, 0, 0
	for range rounds {
		ends := make([]int, len(stores))
		var all sync.WaitGroup
		for i, store := range stores {
			all.Go(func() {
				ends[i] = home.env("", io.Discard, io.Discard).run(t.Context(), []string{"--store", store, "store", "reseal"})
			})
		}
		all.Wait()
		for i, store := range stores {
			switch ends[i] {
			case 0:
				done++
			case 3, 6: // the others' key lies there by now, or it is their turn
				turned++
			default:
				t.Fatalf("exit status %d", ends[i])
			}
			if !rejoin(home, store, key) {
				lost++
			}
		}
		kept, _ := filepath.Glob(key + ".*") // all stores are under the one at key again
		for _, file := range kept {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	kvtest.Figure(t, "Stores that share a seal key can be resealed at the same time, and none loses its key",
		kvtest.Tried(rounds, "rounds"), kvtest.Tried(done, "keys replaced"), kvtest.Tried(turned, "changes refused"),
		kvtest.Never(lost, "stores without their key"))
}

// rejoin finds the seal key of a store among the files, and puts the store under the one that lies at key.
func rejoin(home *inProcess, store, key string) bool {
	e := home.env("", io.Discard, io.Discard)
	try := func(args ...string) bool {
		return e.run(context.Background(), append([]string{"--store", store}, args...)) == 0
	}
	files, _ := filepath.Glob(key + "*")
	for _, file := range files {
		e = home.env("", io.Discard, io.Discard)
		if !try("keys", "list", "--seal-key-file", file) || strings.Contains(file, ".new-") {
			continue
		}
		e = home.env("", io.Discard, io.Discard)
		return file == key || try("store", "reseal", "--seal-key-file", file, "--to", key)
	}
	return false
}

// TestResealKilled kills reseal at random moments. Whatever was left, the store opens, and reseal ends it.
func TestResealKilled(t *testing.T) {
	h := newHome(t)
	h.run("init")
	k := newKiller(h, h.command("store", "reseal"))
	closed := 0
	for range k.each(12, 400) {
		k.run(h.command("store", "reseal"))
		if out, err := h.command("keys", "list").CombinedOutput(); err != nil {
			closed++
			t.Errorf("%v\n%s", err, out)
		}
	}
	h.run("store", "reseal")
	h.run("store", "reseal")
	if out, err := h.command("keys", "list").CombinedOutput(); err != nil || bytes.Contains(out, []byte("reseal")) {
		t.Errorf("in the end: %v\n%s", err, out)
	}
	kvtest.Figure(t, "A store opens after kill -9 of reseal at whatever moment",
		kvtest.Tried(k.rounds, "commands"), kvtest.Tried(k.killed, "killed before they told"), kvtest.Tried(k.acknowledged, "keys replaced"),
		kvtest.Never(closed, "stores without their key"), kvtest.Never(k.refused, "refused"), kvtest.Never(h.faults(), "faults"))
}
