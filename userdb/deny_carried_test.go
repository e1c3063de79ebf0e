package userdb_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// carried returns a list of several chunks, as it is read from what Bytes writes.
func carried(t testing.TB) (list *userdb.DenyList, data []byte) {
	t.Helper()
	m, secrets := newStore(t)
	for i := range 500 {
		must(t, userdb.Deny(m, secrets, userdb.KindToken, fmt.Sprint(i), userdb.Entry{Cut: noon}, noon))
	}
	list, err := userdb.LoadDeny(m, secrets)
	must(t, err)
	return list, list.Bytes()
}

func TestDenyListCarried(t *testing.T) {
	list, data := carried(t)
	again, err := userdb.ParseDenyList(list.Key(), data)
	must(t, err)
	if again.Len() != 500 || len(data) != 500*20+29 || !bytes.Equal(again.Bytes(), data) {
		t.Fatalf("%d entries in %d bytes", again.Len(), len(data))
	}
	for i := range 1000 {
		want, denied, err := list.Denied(userdb.KindToken, fmt.Sprint(i))
		must(t, err)
		got, found, err := again.Denied(userdb.KindToken, fmt.Sprint(i))
		if err != nil || got != want || found != denied || found != (i < 500) {
			t.Fatalf("%d: %v, %v, %v, want %v, %v", i, got, found, err, want, denied)
		}
	}
}

// What is not the whole list is no list: a token must not be good because its entry got lost on the way.
func TestDenyListCarriedDamaged(t *testing.T) {
	list, data := carried(t)
	part := append(bytes.Clone(data[:25]), 0, 0, 0, 0) // none is denied, up to the middle of the space
	part[13] = 0x80
	older := bytes.Clone(data)
	older[0] = 1
	for name, damaged := range map[string][]byte{
		"nothing": nil, "cut off": data[:len(data)-20], "half the space": userdb.WithSum(part), "of older digests": userdb.WithSum(older),
	} {
		if _, err := userdb.ParseDenyList(list.Key(), damaged); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := userdb.ParseDenyList(userdb.DenyKey{}, data); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("without a key: %v", err)
	}
}

// The key of the list may leave the store: the one that it is derived from is another, and each store has its own.
func TestDenyKeyIsItsOwn(t *testing.T) {
	m, secrets := newStore(t)
	keyOf := func(secrets kv.Secrets) userdb.DenyKey {
		t.Helper()
		list, err := userdb.LoadDeny(m, secrets)
		must(t, err)
		return list.Key()
	}
	key := keyOf(secrets)
	if bytes.Equal(key[:], secrets.Digest) || key == keyOf(kv.NewSecrets()) || key != keyOf(secrets) {
		t.Errorf("%x of %x", key, secrets.Digest)
	}
	fixed := keyOf(kv.Secrets{Digest: []byte("0123456789abcdef0123456789abcdef")})
	if hex.EncodeToString(fixed[:]) != "993fb09d4f75a04cdc111167945e36eb71454e0325b7bc946b9f981e30ea496f" { // made with OpenSSL: a list under another key finds nothing
		t.Errorf("%x", fixed)
	}
	if _, err := userdb.LoadDeny(m, kv.Secrets{}); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("without the key of the store: %v", err)
	}
}
