package audit_test

import (
	"testing"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// TestOnAStore appends in commits of their own, several events in one of them, and gives up one that must leave no line.
func TestOnAStore(t *testing.T) {
	store := kv.NewMemory()
	_, err := store.Update(t.Context(), func(tx kv.Tx) error { return audit.Create(tx, key) })
	must(t, err)
	for i := range 10 {
		_, err := store.Update(t.Context(), func(tx kv.Tx) error {
			must(t, audit.Append(tx, key, "cli", login(2*i), 0))
			must(t, audit.Append(tx, key, "serve-1", login(2*i), 0))
			return audit.Append(tx, key, "cli", login(2*i+1), 0)
		})
		must(t, err)
		_, err = store.Update(t.Context(), func(tx kv.Tx) error {
			must(t, audit.Append(tx, key, "cli", login(99), 0))
			return kv.ErrBusy
		})
		if err == nil {
			t.Fatal("committed")
		}
	}
	must(t, store.View(t.Context(), func(v kv.View) error {
		reports, err := audit.Verify(v, key)
		must(t, err)
		for i, want := range []audit.ChainReport{{Chain: "cli", Lines: 20}, {Chain: "serve-1", Lines: 10}} {
			if r := reports[i]; r.Chain != want.Chain || r.Lines != want.Lines || r.Faults != nil {
				t.Errorf("%+v; want %+v", r, want)
			}
		}
		n := 0
		for _, err := range audit.List(v, audit.Filter{}) {
			must(t, err)
			n++
		}
		if n != 30 || len(reports) != 2 {
			t.Errorf("%d lines in %d chains", n, len(reports))
		}
		return nil
	}))
}
