package sealed_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// lying are the records of a store as they lie, in the order of their names.
func lying(t *testing.T, s kv.Store) (entries []kv.Entry) {
	t.Helper()
	if err := s.View(t.Context(), func(v kv.View) error {
		for e, err := range v.Scan("", "") {
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return entries
}

// rekey begins a rekeying of m.
func rekey(t *testing.T, m kv.Store, key, with sealed.Key) (change func(string, []byte) ([]byte, error), err error) {
	t.Helper()
	err = m.View(t.Context(), func(v kv.View) (err error) {
		change, err = sealed.Rekey(v, key, with)
		return err
	})
	return change, err
}

// rekeyed is a copy of m under new keys.
func rekeyed(t *testing.T, m kv.Store, key, with sealed.Key) *kv.Memory {
	t.Helper()
	change, err := rekey(t, m, key, with)
	if err != nil {
		t.Fatal(err)
	}
	to, err := copied(t, m, change)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// copied is a copy of m that was made as compaction does, record for record.
func copied(t *testing.T, m kv.Store, change func(string, []byte) ([]byte, error)) (*kv.Memory, error) {
	t.Helper()
	to := kv.NewMemory()
	_, err := to.Update(t.Context(), func(tx kv.Tx) error {
		for _, e := range lying(t, m) {
			value, err := change(e.Name, e.Value)
			if err != nil {
				return err
			}
			if err := tx.Put(e.Name, value); err != nil {
				return err
			}
		}
		return nil
	})
	return to, err
}

func secretsOf(t *testing.T, s kv.Store) (secrets kv.Secrets) {
	t.Helper()
	if err := s.View(t.Context(), func(v kv.View) (err error) {
		secrets, err = kv.ReadSecrets(v)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return secrets
}

// many fills a store with values of all lengths, under names before and after that of the secrets.
func many(tx kv.Tx) error {
	for i := range 300 {
		for _, prefix := range []string{"audit/", "user/"} {
			if err := tx.Put(fmt.Sprint(prefix, i), bytes.Repeat([]byte{byte(i)}, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Under a new data key every record has the same value bit for bit, and nothing of the old keys opens anything.
func TestRekey(t *testing.T) {
	key, with := sealed.NewKey(), sealed.NewKey()
	m := memory(t, key, many)
	to := rekeyed(t, m, key, with)
	was, is := lying(t, sealed.New(m, key)), lying(t, sealed.New(to, with))
	before, after := lying(t, m), lying(t, to)
	if len(was) != 601 || len(is) != len(was) {
		t.Fatalf("%d records, and %d after", len(was), len(is))
	}
	for i := range was {
		if is[i].Name != was[i].Name || !bytes.Equal(is[i].Value, was[i].Value) && was[i].Name != kv.SecretsName {
			t.Errorf("record %q became %q", was[i].Name, is[i].Name)
		}
		if bytes.Equal(before[i].Value, after[i].Value) {
			t.Errorf("record %q lies as it lay", was[i].Name)
		}
	}
	old, fresh := secretsOf(t, sealed.New(m, key)), secretsOf(t, sealed.New(to, with))
	if bytes.Equal(old.Data, fresh.Data) || bytes.Equal(old.Refresh, fresh.Refresh) {
		t.Error("a secret that leaked stays")
	}
	if !bytes.Equal(old.Digest, fresh.Digest) || !bytes.Equal(old.Audit, fresh.Audit) {
		t.Error("what was made with the digest and audit keys is lost")
	}
	if _, err := get(t, sealed.New(to, key), "user/1"); !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("the old seal key: %v", err)
	}
	if d, err := describe(t, to); d.SealKey != with.ID() || err != nil {
		t.Errorf("it says %+v, %v", d, err)
	}
}

// Who has the old secrets, or puts the old envelope back, opens no record of the new store.
func TestRekeyedDoesNotOpenWithOld(t *testing.T) {
	key, with := sealed.NewKey(), sealed.NewKey()
	m := memory(t, key, many)
	to := rekeyed(t, m, key, with)
	envelope, _ := get(t, m, kv.SecretsName)
	put(t, to, kv.SecretsName, envelope)
	for _, e := range lying(t, to) {
		if e.Name == kv.SecretsName {
			continue
		}
		if _, err := get(t, sealed.New(to, key), e.Name); !errors.Is(err, kv.ErrDamaged) {
			t.Fatalf("record %q under the old data key: %v", e.Name, err)
		}
	}
}

func TestRekeyRefuses(t *testing.T) {
	key, with := sealed.NewKey(), sealed.NewKey()
	m := memory(t, key, many)
	if _, err := rekey(t, m, with, key); !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("with the wrong key: %v", err)
	}
	if _, err := rekey(t, m, key, sealed.Key{}); !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("to no key: %v", err)
	}
	if _, err := rekey(t, kv.NewMemory(), key, with); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("of no store: %v", err)
	}
	change, err := rekey(t, m, key, with)
	if err != nil {
		t.Fatal(err)
	}
	lies, _ := get(t, m, "user/200")
	lies[40] ^= 1
	if _, err := change("user/200", lies); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("a damaged record: %v", err)
	}
	if _, err := change(kv.SecretsName, []byte("?")); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("a damaged envelope: %v", err)
	}
	again, err := rekey(t, m, key, key)
	if err != nil {
		t.Fatal(err)
	}
	rekeyed, err := again(kv.SecretsName, lying(t, m)[300].Value)
	if err != nil {
		t.Fatal(err)
	}
	theirs, _ := get(t, memory(t, key, nil), kv.SecretsName)
	for name, envelope := range map[string][]byte{"another store": theirs, "this store, rekeyed meanwhile": rekeyed} {
		if _, err := change(kv.SecretsName, envelope); !errors.Is(err, sealed.ErrDataKey) {
			t.Errorf("the envelope of %s: %v", name, err)
		}
	}
}

// What was written between the beginning of a rekeying and the copy is in the copy, or the copy is not made.
func TestRekeyWhileWritten(t *testing.T) {
	key, with := sealed.NewKey(), sealed.NewKey()
	m := memory(t, key, many)
	change, err := rekey(t, m, key, with)
	if err != nil {
		t.Fatal(err)
	}
	digest := kv.NewSecrets().Digest
	update(t, sealed.New(m, key), func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		secrets.Digest = digest
		return errors.Join(err, kv.PutSecrets(tx, secrets), tx.Put("user/late", []byte("late")))
	})
	to, err := copied(t, m, change)
	if err != nil {
		t.Fatal(err)
	}
	if value, err := get(t, sealed.New(to, with), "user/late"); string(value) != "late" || err != nil {
		t.Errorf("got %q, %v", value, err)
	}
	if !bytes.Equal(secretsOf(t, sealed.New(to, with)).Digest, digest) {
		t.Error("a secret that was changed meanwhile is the old one again")
	}
	if err := sealed.Reseal(t.Context(), m, key, sealed.NewKey(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := copied(t, m, change); !errors.Is(err, kv.ErrSealKey) {
		t.Errorf("resealed meanwhile: %v", err)
	}
}
