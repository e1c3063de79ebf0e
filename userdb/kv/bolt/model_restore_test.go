package bolt_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"pgregory.net/rapid"

	"jotkit/userdb/kv"
)

// compact writes the file anew, with the values as they lie, or each one through a hand that leaves it as it is.
func (m *model) compact(t *rapid.T) {
	var change func(string, []byte) ([]byte, error)
	if rapid.Bool().Draw(t, "change") {
		change = func(_ string, value []byte) ([]byte, error) { return value, nil }
	}
	if _, after, err := m.store.Compact(t.Context(), change, nil); err != nil || after.Free > 4 {
		m.Fatal(t, "compact: %d pages are free, %v", after.Free, err)
	}
	if change != nil {
		m.forget()
	}
	m.Met(t)
}

// forget has every revision up to now be one from which there is no way on.
func (m *model) forget() {
	m.Gone = slices.AppendSeq(m.Gone, maps.Keys(m.Revs))
	m.Revs = map[kv.Rev]kv.Rev{}
}

func (m *model) copy(t *rapid.T) {
	f, err := os.Create(fmt.Sprintf("%s.copy%d", m.store.Path(), len(m.copies)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := m.store.Copy(t.Context(), f)
	if err != nil {
		m.Fatal(t, "copy: %v", err)
	}
	m.copies = append(m.copies, copied{f.Name(), c.Commits, m.Records(t, m.Plain)})
}

// restore puts a copy in the place of the store, which is refused where that is newer, unless it is accepted.
func (m *model) restore(t *rapid.T) {
	if len(m.copies) == 0 {
		t.Skip("there is no copy")
	}
	from := rapid.SampledFrom(m.copies).Draw(t, "copy")
	accept := rapid.Bool().Draw(t, "accept")
	info, err := m.store.Info(t.Context())
	if err != nil {
		m.Fatal(t, "info: %v", err)
	}
	lost := info.Commits - from.commits
	done, err := m.store.Restore(t.Context(), from.file, accept, nil)
	if lost > 0 && !accept {
		if !errors.Is(err, kv.ErrRolledBack) {
			m.Fatal(t, "restore of a copy %d commits behind: %v", lost, err)
		}
		return
	}
	if err != nil || done.Lost != lost {
		m.Fatal(t, "restore: %d commits lost, %v, want %d", done.Lost, err, lost)
	}
	m.Plain = kv.NewMemory()
	if _, err := m.Plain.Update(t.Context(), func(tx kv.Tx) (err error) {
		for name, value := range from.records {
			err = errors.Join(err, tx.Put(name, []byte(value)))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	m.forget()
	m.Met(t)
}
