package cmd

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"testing"
)

// TestStoreShowsNoSecret looks for every private key, secret, password hash and refresh token in the bytes of the store, as
// text and as the bytes that the text stands for.
func TestStoreShowsNoSecret(t *testing.T) {
	for _, alg := range []string{"ES256", "HS256", "RS256"} {
		t.Run(alg, func(t *testing.T) {
			h := newHome(t)
			h.run("init", "--alg", alg)
			h.run("register", "ada", "--password-file", "pass")
			secrets := exported(t, h)
			h.run("rotate")
			secrets = append(secrets, exported(t, h)...)
			if len(secrets) < 4 {
				t.Fatalf("only %d secrets to look for", len(secrets))
			}
			hashes := h.run("users", "export", "--with-hashes")
			if !bytes.Contains([]byte(hashes), []byte("$argon2id$")) {
				t.Fatal("no hash to look for")
			}
			secrets = append(secrets, []byte("$argon2id$"), []byte(testPassword))
			h.run("login", "ada", "--password-file", "pass", "--refresh-file", "session")
			refresh, err := os.ReadFile(h.path("session"))
			if err != nil {
				t.Fatal(err)
			}
			mac := refresh[bytes.LastIndexByte(refresh, '.')+1 : len(refresh)-1]
			raw, err := base64.RawURLEncoding.DecodeString(string(mac))
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, []byte("jkr_"), mac, raw)
			store, err := os.ReadFile(h.store())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range secrets {
				if bytes.Contains(store, s) {
					t.Errorf("the store shows a secret of %d bytes", len(s))
				}
			}
		})
	}
}

// exported are the private members of the keys in the store, as base64url and as bytes.
func exported(t *testing.T, h home) (secrets [][]byte) {
	t.Helper()
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal([]byte(h.run("keys", "export", "--private", "--reveal")), &set); err != nil {
		t.Fatal(err)
	}
	for _, k := range set.Keys {
		for _, name := range []string{"d", "p", "q", "k"} {
			text, ok := k[name].(string)
			if !ok {
				continue
			}
			raw, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			secrets = append(secrets, []byte(text), raw)
		}
	}
	return secrets
}
