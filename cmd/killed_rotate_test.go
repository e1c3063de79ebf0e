package cmd

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// TestKilledRotate kills rotations, two at a time, while another process mints. There is exactly one key that signs and one
// that waits, each rotation that was acknowledged is there, and every token that was handed out is good.
func TestKilledRotate(t *testing.T) {
	h := newHome(t)
	h.run("init")
	one, other := newKiller(h, h.command("rotate")), newKiller(h, h.command("rotate"))
	stop := h.minting()
	for range one.each(15, 200) {
		var both sync.WaitGroup
		both.Go(func() { other.run(h.command("rotate")) })
		one.run(h.command("rotate"))
		both.Wait()
	}
	tokens := stop()
	acknowledged := one.acknowledged + other.acknowledged
	var keys []struct {
		Version int
		State   string
	}
	if err := json.Unmarshal([]byte(h.run("keys", "list", "--json")), &keys); err != nil {
		t.Fatal(err)
	}
	states, newest := map[string]int{}, 0
	for _, k := range keys {
		states[k.State]++
		newest = max(newest, k.Version)
	}
	wrong := max(states["active"], 1) - 1 + max(states["next"], 1) - 1
	if states["active"] != 1 || states["next"] != 1 {
		t.Errorf("keys by state: %v", states)
	}
	rotations := newest - 2 - 2 // those of the measurement
	lost := max(0, acknowledged-rotations)
	t.Logf("%d rotations killed after the commit and before they could tell", rotations-acknowledged)
	kvtest.Figure(t, "A rotation that was acknowledged is there after kill -9, one key signs, and every token minted meanwhile is good",
		kvtest.Tried(2*one.rounds, "rotations"), kvtest.Tried(one.killed+other.killed, "killed before they told"),
		kvtest.Tried(acknowledged, "acknowledged"), kvtest.Tried(len(tokens), "tokens minted"),
		kvtest.Never(lost, "rotations lost"), kvtest.Never(wrong, "keys too many"), kvtest.Never(h.bad(tokens), "tokens refused"),
		kvtest.Never(one.refused+other.refused, "refused"), kvtest.Never(h.faults(), "faults"))
}

// minting mints by one command after the other until stop, which returns the tokens.
func (h home) minting() (stop func() []string) {
	var tokens []string
	end := repeated(func() bool {
		out, err := h.command("mint", "--sub", "ada").Output()
		if err != nil {
			h.t.Errorf("mint: %v", err)
			return false
		}
		tokens = append(tokens, strings.TrimSpace(string(out)))
		return true
	})
	return func() []string { end(); return tokens }
}

// bad is how many of the tokens are not good by the store.
func (h home) bad(tokens []string) (bad int) {
	h.t.Helper()
	c := h.command("verify", "--each", "--json")
	c.Stdin = strings.NewReader(strings.Join(tokens, "\n") + "\n")
	out, _ := c.Output() // the status is that of the worst
	good := 0
	for line := range strings.Lines(string(out)) {
		var v struct{ Valid bool }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			h.t.Fatal(err)
		}
		if v.Valid {
			good++
		} else {
			h.t.Error(line)
		}
	}
	return len(tokens) - good
}
