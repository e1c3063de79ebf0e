package sealed_test

import (
	"bytes"
	"errors"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

func TestReseal(t *testing.T) {
	old, with := sealed.NewKey(), sealed.NewKey()
	m := memory(t, old, func(tx kv.Tx) error { return tx.Put("a", []byte("1")) })
	lies, _ := get(t, m, "a")
	if err := sealed.Reseal(t.Context(), m, with, sealed.NewKey(), nil); !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("with the wrong key: %v", err)
	}
	if err := sealed.Reseal(t.Context(), m, old, sealed.Key{}, nil); !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("to no key: %v", err)
	}
	for range 2 { // the second time there is nothing to do
		if err := sealed.Reseal(t.Context(), m, old, with, nil); err != nil {
			t.Fatal(err)
		}
		if value, err := get(t, sealed.New(m, with), "a"); string(value) != "1" || err != nil {
			t.Errorf("under the new key: %q, %v", value, err)
		}
		if _, err := get(t, sealed.New(m, old), "a"); !errors.Is(err, kv.ErrSealKey) {
			t.Errorf("under the old key: %v", err)
		}
	}
	if still, _ := get(t, m, "a"); !bytes.Equal(still, lies) {
		t.Error("another record was written")
	}
}

// What is to be written beside the new envelope is sealed, and committed with it or not at all.
func TestResealAlso(t *testing.T) {
	old, with := sealed.NewKey(), sealed.NewKey()
	m := memory(t, old, nil)
	whole, _ := get(t, m, kv.SecretsName)
	fault := errors.New("fault")
	err := sealed.Reseal(t.Context(), m, old, with, func(tx kv.Tx) error {
		return errors.Join(tx.Put("line", []byte("in clear")), fault)
	})
	if !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
	if now, _ := get(t, m, kv.SecretsName); !bytes.Equal(now, whole) {
		t.Error("resealed, though what belongs to it was not written")
	}
	times := 0
	also := func(tx kv.Tx) error {
		times++
		_, err := kv.ReadSecrets(tx)
		return errors.Join(err, tx.Put("line", []byte("in clear")))
	}
	for range 2 {
		if err := sealed.Reseal(t.Context(), m, old, with, also); err != nil {
			t.Fatal(err)
		}
	}
	if times != 1 {
		t.Errorf("written %d times", times)
	}
	if lies, _ := get(t, m, "line"); bytes.Contains(lies, []byte("clear")) {
		t.Error("it lies in clear")
	}
	if value, err := get(t, sealed.New(m, with), "line"); string(value) != "in clear" || err != nil {
		t.Errorf("under the new key: %q, %v", value, err)
	}
}

func TestWithin(t *testing.T) {
	key := sealed.NewKey()
	m := memory(t, key, nil)
	update(t, m, sealed.Within(key, func(tx kv.Tx) error { return tx.Put("a", []byte("1")) }))
	if value, err := get(t, sealed.New(m, key), "a"); string(value) != "1" || err != nil {
		t.Errorf("got %q, %v", value, err)
	}
	wrong := sealed.Within(sealed.NewKey(), func(tx kv.Tx) error { return tx.Put("a", []byte("2")) })
	if _, err := m.Update(t.Context(), wrong); !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("with the wrong key: %v", err)
	}
}
