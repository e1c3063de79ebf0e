package authority

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// TestForesightIsWhatIsThere: what was read ahead says the same as a look-up, also of what was changed between two Views.
func TestForesightIsWhatIsThere(t *testing.T) {
	ctx, now, key := context.Background(), time.Now(), sealed.NewKey()
	under := kv.NewMemory()
	var secrets kv.Secrets
	if _, err := under.Update(ctx, sealed.Fill(key, func(tx kv.Tx) (err error) {
		secrets, err = kv.ReadSecrets(tx)
		return errors.Join(err, userdb.CreateDeny(tx))
	})); err != nil {
		t.Fatal(err)
	}
	store := sealed.New(under, key)
	id := func(i int) string { return fmt.Sprint("token-", i) }
	deny := func(from, to int) {
		t.Helper()
		if _, err := store.Update(ctx, func(tx kv.Tx) (err error) {
			for i := from; i < to && err == nil; i++ {
				err = errors.Join(userdb.Deny(tx, secrets, userdb.KindToken, id(i), userdb.Entry{Until: now.Add(time.Hour), Cut: now}, now),
					tx.Put(fmt.Sprintf("user/%04d", i), []byte(id(i))))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	f := &foresight{}
	looked := 0
	look := func() {
		t.Helper()
		if err := store.View(ctx, func(v kv.View) error {
			r := f.over(v)
			if err := r.read("user/", "user/0010", "user/0500"); err != nil {
				return err
			}
			for i := range 1000 {
				_, was, err := userdb.Denied(r, secrets, userdb.KindToken, id(i))
				if _, is, _ := userdb.Denied(v, secrets, userdb.KindToken, id(i)); err != nil || is != was {
					t.Errorf("%s: denied %v, and %v ahead: %v", id(i), is, was, err)
				}
				name := fmt.Sprintf("user/%04d", i)
				is, missing := v.Get(name)
				was2, err := r.Get(name)
				if !bytes.Equal(is, was2) || (missing == nil) != (err == nil) || errors.Is(missing, kv.ErrNotFound) != errors.Is(err, kv.ErrNotFound) {
					t.Errorf("%s: %q %v, and %q %v ahead", name, is, missing, was2, err)
				}
				looked++
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	for from := 0; from <= 900; from += 300 { // chunks split in between
		deny(from, from+300)
		look()
	}
	if _, err := store.Update(ctx, func(tx kv.Tx) (err error) {
		for i := 0; i < 1000 && err == nil; i += 2 {
			err = userdb.Allow(tx, secrets, userdb.KindToken, id(i), now)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	look()
	deny(0, 1)
	if err := store.View(ctx, func(v kv.View) error { return f.renew(noGet{v}) }); !errors.Is(err, kv.ErrUnreachable) {
		t.Errorf("of a store out of reach: %v", err)
	}
	look()
	if len(f.marks) < 3 || looked != 6000 {
		t.Errorf("%d records of the deny list, %d names", len(f.marks), looked)
	}
}

// A noGet is of a store that does not answer any more.
type noGet struct{ kv.View }

func (noGet) Get(string) ([]byte, error) { return nil, kv.ErrUnreachable }
