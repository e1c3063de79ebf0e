package sealed_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// A store file is put under a new data key as after a leak: the file that is there then holds nothing of what it held. Cut
// off at any record it is the file that it was.
func TestRekeyFile(t *testing.T) {
	key, with := sealed.NewKey(), sealed.NewKey()
	path := filepath.Join(t.TempDir(), "s.db")
	if err := bolt.Create(t.Context(), path, bolt.Options{}, sealed.Fill(key, many)); err != nil {
		t.Fatal(err)
	}
	store := bolt.New(path, bolt.Options{})
	was, before := lying(t, sealed.New(store, key)), lying(t, store)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut, half := 0, 0
	for at := 0; at < len(before); at += 1 + len(before)/20 {
		if !cutRekey(t, store, key, with, at) {
			t.Fatalf("cut off at record %d, and it went well", at)
		}
		cut++
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, file) {
			half++
		}
	}
	change, err := rekey(t, store, key, with)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Compact(t.Context(), change, nil); err != nil {
		t.Fatal(err)
	}
	lost, left := 0, 0
	is := lying(t, sealed.New(store, with))
	for i, e := range was {
		if e.Name != kv.SecretsName && (is[i].Name != e.Name || !bytes.Equal(is[i].Value, e.Value)) {
			lost++
		}
	}
	if file, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	for _, e := range before {
		if bytes.Contains(file, e.Value) {
			left++
		}
	}
	if _, err := get(t, sealed.New(store, key), "user/1"); !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("the old seal key: %v", err)
	}
	kvtest.Figure(t, "A new data key leaves every value as it was and no sealed byte of before in the file, or all as it was",
		kvtest.Tried(len(was), "records sealed anew"), kvtest.Tried(cut, "times cut off"),
		kvtest.Never(lost, "values changed"), kvtest.Never(left, "old records in the file"), kvtest.Never(half, "files half done"))
}

// cutRekey begins to put a store under new keys, and fails at a record. It tells whether that was seen.
func cutRekey(t *testing.T, store *bolt.Store, key, with sealed.Key, at int) bool {
	t.Helper()
	change, err := rekey(t, store, key, with)
	if err != nil {
		t.Fatal(err)
	}
	fault := errors.New("cut off")
	seen := 0
	_, _, err = store.Compact(t.Context(), func(name string, value []byte) ([]byte, error) {
		if seen++; seen > at {
			return nil, fault
		}
		return change(name, value)
	}, nil)
	return errors.Is(err, fault)
}
