package sealed_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

func describe(t *testing.T, s kv.Store) (d sealed.Description, err error) {
	t.Helper()
	return d, s.View(t.Context(), func(v kv.View) error {
		var err error
		d, err = sealed.Describe(v)
		return err
	})
}

func TestDescribe(t *testing.T) {
	key := sealed.NewKey()
	m := memory(t, key, nil)
	if d, err := describe(t, m); d.Schema != sealed.Schema || d.SealKey != key.ID() || len(d.Store) != 32 || err != nil {
		t.Errorf("got %+v, %v", d, err)
	}
	whole, _ := get(t, m, kv.SecretsName)
	var fields map[string]any
	if err := json.Unmarshal(whole, &fields); err != nil {
		t.Fatal(err)
	}
	fields["schema"] = 7
	newer, _ := json.Marshal(fields)
	put(t, m, kv.SecretsName, newer)
	if d, err := describe(t, m); d != (sealed.Description{Schema: 7, SealKey: key.ID()}) || !errors.Is(err, kv.ErrSchema) {
		t.Errorf("of a newer schema: %+v, %v", d, err)
	}
	if _, err := describe(t, kv.NewMemory()); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("of no store: %v", err)
	}
	begun := kv.NewMemory()
	put(t, begun, kv.CopyName, []byte("of some store"))
	if _, err := describe(t, begun); !errors.Is(err, kv.ErrUnfinished) || errors.Is(err, kv.ErrDamaged) {
		t.Errorf("of a copy that is not whole: %v", err)
	}
}

// checkAll runs Check to its end, a transaction a page.
func checkAll(t *testing.T, s kv.Store, key sealed.Key, limit int) (checked int, faults []string, err error) {
	t.Helper()
	for after := ""; ; {
		var n int
		var found []string
		err := s.View(t.Context(), func(v kv.View) (err error) {
			n, after, found, err = sealed.Check(v, key, after, limit)
			return err
		})
		if n > limit {
			t.Fatalf("%d in a page of %d", n, limit)
		}
		checked, faults = checked+n, append(faults, found...)
		if err != nil || after == "" {
			return checked, faults, err
		}
	}
}

// Every record that does not open is named, once, whatever the page it falls on, and no other.
func TestCheck(t *testing.T) {
	key := sealed.NewKey()
	m := memory(t, key, many)
	var want []string
	update(t, m, func(tx kv.Tx) error {
		for _, name := range []string{"audit/0", "audit/150", "audit/151", "user/299", "user/99"} {
			value, err := tx.Get(name)
			if err != nil {
				return err
			}
			value[len(value)-1] ^= 1
			if err := tx.Put(name, value); err != nil {
				return err
			}
			want = append(want, fmt.Sprintf("record %q is not what was written under this name", name))
		}
		return nil
	})
	for _, limit := range []int{1, 2, 7, 600, 601, 602, 5000} {
		checked, faults, err := checkAll(t, m, key, limit)
		if checked != 601 || !slices.Equal(faults, want) || err != nil {
			t.Errorf("pages of %d: %d checked, %q, %v", limit, checked, faults, err)
		}
	}
	if checked, faults, err := checkAll(t, m, sealed.NewKey(), 10); checked != 0 || faults != nil || !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("with another key: %d, %q, %v", checked, faults, err)
	}
}
