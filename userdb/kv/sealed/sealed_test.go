package sealed_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

func TestSealedMemory(t *testing.T) {
	kvtest.Run(t, func(t *testing.T) kv.Store {
		key := sealed.NewKey()
		return sealed.New(memory(t, key, nil), key)
	})
}

// memory makes a store in memory, sealed under key: what comes back is how it lies.
func memory(t *testing.T, key sealed.Key, fill func(kv.Tx) error) *kv.Memory {
	t.Helper()
	m := kv.NewMemory()
	update(t, m, sealed.Fill(key, fill))
	return m
}

func update(t *testing.T, s kv.Store, fn func(kv.Tx) error) {
	t.Helper()
	if _, err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// get reads one record in a transaction of its own.
func get(t *testing.T, s kv.Store, name string) (value []byte, err error) {
	t.Helper()
	err = s.View(t.Context(), func(v kv.View) (err error) {
		value, err = v.Get(name)
		return err
	})
	return value, err
}

func put(t *testing.T, s kv.Store, name string, value []byte) {
	t.Helper()
	update(t, s, func(tx kv.Tx) error { return tx.Put(name, value) })
}

func TestFill(t *testing.T) {
	key := sealed.NewKey()
	m := memory(t, key, func(tx kv.Tx) error {
		_, err := kv.ReadSecrets(tx)
		return errors.Join(err, tx.Put("user/ada", []byte("in clear")))
	})
	s := sealed.New(m, key)
	if value, err := get(t, s, "user/ada"); string(value) != "in clear" || err != nil {
		t.Errorf("got %q, %v", value, err)
	}
	lies, err := get(t, m, "user/ada")
	if bytes.Contains(lies, []byte("clear")) || len(lies) != 24+len("in clear")+16 || err != nil {
		t.Errorf("it lies as %q, %v", lies, err)
	}
	if err := s.View(t.Context(), func(v kv.View) error {
		secrets, err := kv.ReadSecrets(v)
		lies, err2 := get(t, m, kv.SecretsName)
		for _, secret := range [][]byte{secrets.Data, secrets.Digest, secrets.Refresh, secrets.Audit} {
			in, _ := json.Marshal(secret)
			if bytes.Contains(lies, bytes.Trim(in, `"`)) || bytes.Contains(lies, secret) {
				t.Error("a secret lies in clear")
			}
		}
		return errors.Join(err, err2)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestSameValueLiesDifferently(t *testing.T) {
	key := sealed.NewKey()
	m := memory(t, key, nil)
	s := sealed.New(m, key)
	put(t, s, "a", []byte("1"))
	first, _ := get(t, m, "a")
	put(t, s, "a", []byte("1"))
	if second, _ := get(t, m, "a"); bytes.Equal(first, second) {
		t.Error("a nonce was used twice")
	}
}

// A value that was changed, cut, or brought there from another name or another store does not open.
func TestTampered(t *testing.T) {
	key := sealed.NewKey()
	m, other := memory(t, key, nil), memory(t, key, nil)
	s := sealed.New(m, key)
	put(t, s, "user/ada", []byte("ada"))
	put(t, s, "user/eve", []byte("eve"))
	put(t, sealed.New(other, key), "user/ada", []byte("ada"))
	ada, _ := get(t, m, "user/ada")
	eve, _ := get(t, m, "user/eve")
	elsewhere, _ := get(t, other, "user/ada")
	tampered := map[string][]byte{
		"another name": eve, "another store": elsewhere, "empty": {},
		"cut": ada[:len(ada)-1], "short": ada[:23], "longer": append(bytes.Clone(ada), 0),
	}
	for bit := range len(ada) * 8 {
		flipped := bytes.Clone(ada)
		flipped[bit/8] ^= 1 << (bit % 8)
		tampered["bit "+string(rune('0'+bit))] = flipped
	}
	for name, value := range tampered {
		put(t, m, "user/ada", value)
		if got, err := get(t, s, "user/ada"); !errors.Is(err, kv.ErrDamaged) || !strings.Contains(err.Error(), `"user/ada"`) {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
		if err := s.View(t.Context(), func(v kv.View) error {
			if _, _, err := v.Floor("user/adb"); !errors.Is(err, kv.ErrDamaged) {
				t.Errorf("%s: floor: %v", name, err)
			}
			for e, err := range v.Scan("user/", "") {
				if e.Name != "" || !errors.Is(err, kv.ErrDamaged) {
					t.Errorf("%s: scan: %q, %v", name, e.Name, err)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// The secrets can be changed, but for the one that everything lies under.
func TestSecrets(t *testing.T) {
	key := sealed.NewKey()
	s := sealed.New(memory(t, key, func(tx kv.Tx) error { return tx.Put("a", []byte("1")) }), key)
	for name, fn := range map[string]func(kv.Tx) error{
		"another data key": func(tx kv.Tx) error { return kv.PutSecrets(tx, kv.NewSecrets()) },
		"no data key":      func(tx kv.Tx) error { return tx.Delete(kv.SecretsName) },
	} {
		if _, err := s.Update(t.Context(), fn); !errors.Is(err, sealed.ErrDataKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	refresh := kv.NewSecrets().Refresh
	update(t, s, func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		if err != nil {
			return err
		}
		secrets.Refresh = refresh
		if err := kv.PutSecrets(tx, secrets); err != nil {
			return err
		}
		again, err := kv.ReadSecrets(tx)
		if !bytes.Equal(again.Refresh, refresh) {
			t.Error("the transaction does not see what it wrote")
		}
		return err
	})
	if err := s.View(t.Context(), func(v kv.View) error {
		secrets, err := kv.ReadSecrets(v)
		if !bytes.Equal(secrets.Refresh, refresh) {
			t.Error("not kept")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if value, err := get(t, s, "a"); string(value) != "1" || err != nil {
		t.Errorf("got %q, %v", value, err)
	}
}

// Values that are asked for late are what a scan gives, also when the transaction is over. One that was changed is damage
// when it is opened; with another key nothing is yielded at all.
func TestScanLate(t *testing.T) {
	key := sealed.NewKey()
	m := memory(t, key, many)
	put(t, m, "user/1", []byte("not what was sealed"))
	late := func(key sealed.Key) (entries []kv.LateEntry, err error) {
		err = sealed.New(m, key).View(t.Context(), func(v kv.View) error {
			for e, err := range kv.ScanLate(v, "user/", "user/0") {
				if err != nil {
					return err
				}
				entries = append(entries, e)
			}
			return nil
		})
		return entries, err
	}
	entries, err := late(key)
	if err != nil || len(entries) < 3 || entries[0].Name != "user/1" {
		t.Fatalf("%v, %v", entries, err)
	}
	if _, err := entries[0].Open(); !errors.Is(err, kv.ErrDamaged) || !strings.Contains(err.Error(), "user/1") {
		t.Errorf("a changed value: %v", err)
	}
	for _, e := range entries[1:] {
		want, err := get(t, sealed.New(m, key), e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.Open(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %q, %v, want %q", e.Name, got, err, want)
		}
	}
	if entries, err := late(sealed.NewKey()); !errors.Is(err, kv.ErrSealKey) || len(entries) > 0 {
		t.Errorf("with another key: %v, %v", entries, err)
	}
}
