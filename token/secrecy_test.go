package token_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"jotkit/token"
)

// TestKeyNeverShowsItself prints keys in every way by which they get into logs: alone, copied, and inside other structs.
func TestKeyNeverShowsItself(t *testing.T) {
	for _, alg := range token.Algorithms() {
		k := keyFor(t, alg)
		set, err := token.NewKeySet(k)
		if err != nil {
			t.Fatal(err)
		}
		type holder struct {
			Exported *token.Key
			hidden   *token.Key
		}
		type copies struct {
			Exported token.Key
			hidden   token.Key
		}
		var log bytes.Buffer
		out := map[string]string{}
		for name, v := range map[string]any{
			"pointer": k, "copy": *k, "set": set, "verifier": &token.Verifier{Keys: set}, "list": []*token.Key{k},
			"map": map[string]*token.Key{"k": k}, "holder": holder{k, k}, "copies": copies{*k, *k}, "both": &holder{k, k},
		} {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
				out[name+" "+verb] = fmt.Sprintf(verb, v)
			}
			if j, err := json.Marshal(v); err == nil {
				out[name+" as JSON"] = string(j)
			}
			log.Reset()
			slog.New(slog.NewTextHandler(&log, nil)).Info("x", "k", v)
			slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "k", v)
			out[name+" in a log"] = log.String()
		}
		_, err = token.NewKey("k", "none", k.Material())
		out["error"] = fmt.Sprint(err)
		for how, text := range out {
			for _, form := range formsOf(k.Material()) {
				if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
					t.Errorf("%s: %s shows the key: %s", alg, how, text)
				}
			}
		}
		if got, want := fmt.Sprintf("%v %+v %#v %s", k, k, k, k), strings.TrimSpace(strings.Repeat(alg+` key "k" `, 4)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// formsOf is what would give a key away: the start of its private part, as programs write bytes and numbers.
func formsOf(material any) []string {
	var private []byte
	switch m := material.(type) {
	case []byte:
		private = m
	case *rsa.PrivateKey:
		private = m.D.Bytes()
	case *ecdsa.PrivateKey:
		private, _ = m.Bytes()
	case ed25519.PrivateKey:
		private = m.Seed()
	}
	start := private[8:20]
	list := fmt.Sprint(start)
	return []string{
		hex.EncodeToString(start), base64.StdEncoding.EncodeToString(start), string(start), strings.Trim(list, "[]"),
		strings.ReplaceAll(strings.Trim(list, "[]"), " ", ","), strings.Trim(strings.TrimPrefix(fmt.Sprintf("%#v", start), "[]byte"), "{}"),
	}
}

// TestErrorsHoldNoToken: neither a refusal nor a failed signing quotes the token or its signature.
func TestErrorsHoldNoToken(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	for name, raw := range map[string]string{
		"expired": sign(t, k, head(k), `{"exp":1,"sub":"ada"}`), "forged": join(input(head(k), good), secret(32)),
		"malformed": sign(t, k, head(k), good) + "\n", "no JSON": sign(t, k, head(k), strings.Repeat("secret ", 9)),
	} {
		_, err := v.Verify(t.Context(), raw)
		if err == nil {
			t.Fatalf("%s: accepted", name)
		}
		for part := range strings.SplitSeq(strings.TrimSpace(raw), ".") {
			if strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: the error %q quotes the token", name, err)
			}
		}
	}
}
