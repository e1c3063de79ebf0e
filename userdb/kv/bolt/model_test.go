package bolt_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

// A model is a store in a file, beside one in memory that says what it must answer.
type model struct {
	*kvtest.Model
	store  *bolt.Store
	copies []copied
}

// A copied is a copy of the store, and what it held then.
type copied struct {
	file    string
	commits uint64
	records map[string]string
}

// TestFollowsTheModel: whatever is written, undone, compacted, copied and restored in whatever order, the store answers as
// the one in memory does.
func TestFollowsTheModel(t *testing.T) {
	kvtest.Checks(t, 10, 200)
	dir := t.TempDir()
	lives, compactions, restores, writes, wrong := 0, 0, 0, 0, 0
	defer func() {
		kvtest.Figure(t, "Whatever is written, compacted, copied and restored in whatever order, the file answers as a store in memory does",
			kvtest.Tried(lives, "lives of a store"), kvtest.Tried(writes, "writes"), kvtest.Tried(compactions, "compactions"),
			kvtest.Tried(restores, "restores asked for"), kvtest.Never(wrong, "wrong answers"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		lives++
		home := filepath.Join(dir, fmt.Sprint(lives))
		defer os.RemoveAll(home)
		m := newModel(t, filepath.Join(home, "store"))
		counted := func(n *int, act func(*rapid.T)) func(*rapid.T) { return func(t *rapid.T) { act(t); *n++ } }
		defer func() { wrong += m.Wrong }()
		t.Repeat(map[string]func(*rapid.T){
			"write": counted(&writes, m.Write), "write again": counted(&writes, m.Write), "look": m.Look, "changes": m.Changes,
			"open anew": func(*rapid.T) { m.store = bolt.New(m.store.Path(), bolt.Options{}); m.Store = m.store },
			"compact":   counted(&compactions, m.compact), "copy": m.copy, "restore": counted(&restores, m.restore),
			"": m.Same,
		})
		if faults, err := m.store.Check(t.Context()); err != nil || len(faults) > 0 {
			t.Fatalf("check: %q, %v", faults, err)
		}
	})
}

func newModel(t *rapid.T, path string) *model {
	if err := bolt.Create(context.Background(), path, bolt.Options{}, nil); err != nil {
		t.Fatal(err)
	}
	s := bolt.New(path, bolt.Options{})
	return &model{Model: kvtest.NewModel(t, s, recordNames, recordValues), store: s}
}

var (
	recordNames = rapid.OneOf(rapid.SampledFrom([]string{"ring", "settings", "keys"}),
		rapid.StringMatching(`(user|deny|audit)/[a-f]{1,2}`))
	recordValues = rapid.Map(rapid.IntRange(0, 9000), func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, n) })
)
