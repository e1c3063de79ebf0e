package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// TestKilledPrune kills what shortens the audit and keeps in files what goes: each line is in the store or in a file, once
// at least, and the audit is whole.
func TestKilledPrune(t *testing.T) {
	h := newHome(t)
	h.run("init")
	h.run("register", "ada", "--password-file", "pass")
	h.run("mint", "--sub", "ada")
	prune := func(i int) []string {
		return []string{"audit", "prune", "--keep", "2", "--export", fmt.Sprint(i, ".jsonl"), "--yes"}
	}
	k := newKiller(h, h.command(prune(0)...))
	marked := map[string]bool{}
	for i := range k.each(12, 200) {
		for j := range 4 {
			id := fmt.Sprintf("mark-%d-%d", i, j)
			h.run("revoke", "--jti", id)
			marked[id] = true
		}
		k.run(h.command(prune(i)...))
		h.run("audit", "verify")
	}
	kept := h.run("audit", "--json")
	for i := range k.rounds + 1 {
		if text, err := os.ReadFile(h.path(fmt.Sprint(i, ".jsonl"))); err == nil {
			kept += "\n" + string(text)
		}
	}
	found := map[string]bool{}
	for line := range strings.Lines(kept) {
		var l struct{ Detail map[string]string }
		if json.Unmarshal([]byte(line), &l) == nil && l.Detail["id"] != "" {
			found[l.Detail["id"]] = true
		}
	}
	lost := 0
	for id := range marked {
		if !found[id] {
			lost++
		}
	}
	kvtest.Figure(t, "No line of the audit is lost by kill -9 of what moves its oldest into files, and the audit is whole",
		kvtest.Tried(k.rounds, "rounds"), kvtest.Tried(k.killed, "killed before they told"), kvtest.Tried(k.acknowledged, "acknowledged"),
		kvtest.Tried(len(marked), "lines"), kvtest.Never(lost, "lines lost"), kvtest.Never(k.refused, "refused"), kvtest.Never(h.faults(), "faults"))
}
