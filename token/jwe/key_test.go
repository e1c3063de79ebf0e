package jwe_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"jotkit/token"
	"jotkit/token/jwe"
)

// TestFind: the kid of the token chooses, and is compared when both sides have one.
func TestFind(t *testing.T) {
	a, b, unnamed := newKey(t, "a", "A128KW", secret(16, 1)), newKey(t, "b", "A128KW", secret(16, 2)), newKey(t, "", "A128KW", secret(16, 1))
	toA, toNobody := encrypt(t, a, ""), encrypt(t, unnamed, "")
	for _, row := range []struct {
		name, raw string
		keys      []*jwe.Key
		want      error
	}{
		{"by kid", toA, []*jwe.Key{b, a}, nil},
		{"the only one, unnamed", toA, []*jwe.Key{unnamed}, nil},
		{"the only one, for no kid", toNobody, []*jwe.Key{a}, nil},
		{"another kid", toA, []*jwe.Key{b}, token.BadSignature},
		{"no kid, and several", toNobody, []*jwe.Key{a, b}, token.BadSignature},
		{"no keys", toA, nil, token.BadSignature},
		{"the zero key", toA, []*jwe.Key{{}}, token.AlgorithmRefused},
	} {
		if opened, err := jwe.Decrypt(row.raw, row.keys...); !errors.Is(err, row.want) || (opened == nil) == (row.want == nil) {
			t.Errorf("%s: got %v, want %v", row.name, err, row.want)
		}
	}
}

// TestEncryptRefused: what is no signed token, and contents that are not the key's.
func TestEncryptRefused(t *testing.T) {
	k := direct(t)
	for _, raw := range []string{"", "{}", `{"sub":"ada"}`, encrypt(t, k, ""), signed + "."} {
		if made, err := jwe.Encrypt(raw, k, ""); !errors.Is(err, token.Malformed) || made != nil {
			t.Errorf("%q: %v", raw, err)
		}
	}
	if made, err := jwe.Encrypt(signed, k, "A128GCM"); !errors.Is(err, token.ErrKeyMismatch) || made != nil {
		t.Errorf("%v", err)
	}
	if made, err := jwe.Encrypt(signed, new(jwe.Key), ""); !errors.Is(err, jwe.ErrKey) || made != nil {
		t.Errorf("%v", err)
	}
}

// TestPasswordLength: both bounds, to the byte.
func TestPasswordLength(t *testing.T) {
	for length, want := range map[int]error{15: token.ErrWeakKey, 16: nil, 1024: nil, 1025: token.ErrKeyMismatch} {
		if k, err := jwe.NewKey("", "PBES2-HS256+A128KW", make([]byte, length)); !errors.Is(err, want) || (k == nil) == (want == nil) {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
}

// TestKeyNeverShowsItself prints keys in the ways by which they get into logs.
func TestKeyNeverShowsItself(t *testing.T) {
	password := []byte("correct horse battery staple")
	k := newKey(t, "k", "PBES2-HS256+A128KW", password)
	made := encrypt(t, k, "")
	header, _, _ := strings.Cut(made, ".")
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "key", k)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "key", k)
	if strings.Contains(logged.String(), "horse") || !strings.Contains(logged.String(), "PBES2-HS256+A128KW key") {
		t.Errorf("logged: %s", &logged)
	}
	type holder struct{ hidden jwe.Key }
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		for _, v := range []any{k, *k, []*jwe.Key{k}, holder{*k}} {
			out := fmt.Sprintf(format, v)
			if strings.Contains(out, "horse") || strings.Contains(out, fmt.Sprintf("%x", password)) || strings.Contains(out, fmt.Sprint(password)[1:20]) {
				t.Errorf("%s shows the password", format)
			}
		}
	}
	if text, err := b64.DecodeString(header); err != nil || !strings.Contains(string(text), `"kid":"k"`) {
		t.Errorf("header %s, %v", text, err)
	}
	password[0] = 'x' // the key has a copy
	if _, err := jwe.Decrypt(made, k); err != nil {
		t.Error(err)
	}
}
