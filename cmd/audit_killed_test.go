package cmd

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
)

// TestKilledLongPrune kills prunings that take several commits, while another process writes. Whatever was left undone,
// files and store are one chain from the first line on.
func TestKilledLongPrune(t *testing.T) {
	h := newHome(t)
	h.run("init")
	a, written := h.authority(), 0
	prune := func(i int) []string {
		return []string{"audit", "prune", "--keep", "2", "--export", fmt.Sprintf("%03d.jsonl", i), "--yes"}
	}
	leave(t, a, 1100, &written)
	k := newKiller(h, h.command(prune(0)...))
	for i := range k.each(5, 100) {
		leave(t, a, 1100, &written)
		beside := make(chan struct{})
		go func() {
			defer close(beside)
			for range 5 {
				leave(t, a, 4, &written)
			}
		}()
		k.run(h.command(prune(i)...))
		<-beside
		h.run(prune(1000 + i)...) // what was left, or the rounds get longer and longer
	}
	files, err := filepath.Glob(h.path("*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var chains []chainJSON
	if err := json.Unmarshal([]byte(h.run(append([]string{"audit", "verify", "--json"}, files...)...)), &chains); err != nil {
		t.Fatal(err)
	}
	apart := 0
	for _, c := range chains {
		if c.First != 1 || !c.Whole {
			apart++
			t.Errorf("%+v", c)
		}
	}
	kvtest.Figure(t, "When a long pruning of the audit is killed between its commits, its files and the store are one chain from the first line on",
		kvtest.Tried(k.rounds, "rounds"), kvtest.Tried(k.killed, "killed before they told"), kvtest.Tried(written, "lines"),
		kvtest.Never(written-h.left(files), "lines lost"), kvtest.Never(apart, "chains with a gap"), kvtest.Never(k.refused, "refused"))
}

// leave leaves so many lines, in one commit, that have the number of lines written before.
func leave(t *testing.T, a *authority.Authority, n int, written *int) {
	_, err := a.Store.Update(t.Context(), func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		for i := 0; i < n && err == nil; i++ {
			err = audit.Append(tx, secrets.Audit, a.Chain, audit.Event{
				Time: time.Now(), Event: "test", Outcome: audit.OK, Detail: map[string]string{"url": fmt.Sprint("line ", *written+i)},
			}, 0)
		}
		return err
	})
	if err != nil {
		t.Error(err)
		return
	}
	*written += n
}

// left counts the lines of leave that are in files or in the store.
func (h home) left(files []string) int {
	h.t.Helper()
	all := h.run("audit", "export")
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			h.t.Fatal(err)
		}
		all += "\n" + string(text)
	}
	seen := map[string]bool{}
	for row := range strings.Lines(all) {
		var l struct{ Detail struct{ URL string } }
		if err := json.Unmarshal([]byte(row), &l); err == nil && l.Detail.URL != "" {
			seen[l.Detail.URL] = true
		}
	}
	return len(seen)
}
