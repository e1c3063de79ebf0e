package kv_test

import (
	"errors"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
)

func TestMemory(t *testing.T) {
	kvtest.Run(t, func(*testing.T) kv.Store { return kv.NewMemory() })
}

func TestMemoryKeepsChanges(t *testing.T) {
	m := kv.NewMemory()
	for range kv.KeptChanges + 1 {
		if _, err := m.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("ring", nil) }); err != nil {
			t.Fatal(err)
		}
	}
	if names, now, err := kvtest.Changes(t.Context(), m, 1); len(names) != 1 || now != kv.KeptChanges+1 || err != nil {
		t.Errorf("as far back as is kept: %q, %d, %v", names, now, err)
	}
	if _, _, err := kvtest.Changes(t.Context(), m, 0); !errors.Is(err, kv.ErrCompacted) {
		t.Errorf("one further: %v", err)
	}
}

// A View of a Memory is a snapshot, also while an Update goes on in the middle of it.
func TestMemorySnapshot(t *testing.T) {
	m := kv.NewMemory()
	write := func(value string) error {
		_, err := m.Update(t.Context(), func(tx kv.Tx) error { return tx.Put("a", []byte(value)) })
		return err
	}
	if err := write("1"); err != nil {
		t.Fatal(err)
	}
	if err := m.View(t.Context(), func(v kv.View) error {
		if err := write("2"); err != nil {
			return err
		}
		value, err := v.Get("a")
		if string(value) != "1" {
			t.Errorf("got %q", value)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestUnavailable(t *testing.T) {
	for _, err := range []error{
		kv.ErrNoStore, kv.ErrBusy, kv.ErrDamaged, kv.ErrRolledBack, kv.ErrSchema, kv.ErrSealKey, kv.ErrUnsupported,
	} {
		if !errors.Is(err, kv.ErrUnavailable) {
			t.Errorf("%v is not %v", err, kv.ErrUnavailable)
		}
	}
	if errors.Is(kv.ErrNotFound, kv.ErrUnavailable) || errors.Is(kv.ErrBusy, kv.ErrDamaged) {
		t.Error("sentinels are not told apart")
	}
}
