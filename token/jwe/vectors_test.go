package jwe_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"jotkit/token"
	"jotkit/token/jwe"
)

const vectors = "../../testdata/vectors/jwe"

// A vector is a file of testdata/vectors/jwe: a token of an RFC, the key that opens it, and what is in it. Alg is for keys
// that name no algorithm and whose default is another. Refused is what we never accept of such a token, or "".
type vector struct {
	Source, Alg, Token, Plaintext, Refused string
	JWK                                    map[string]any
}

// readVectors reads every vector by its file's name.
func readVectors(tb testing.TB) map[string]vector {
	tb.Helper()
	files, err := filepath.Glob(vectors + "/rfc*.json")
	if err != nil || len(files) != 13 {
		tb.Fatalf("%d vectors, %v", len(files), err)
	}
	all := map[string]vector{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(data, &v); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		all[filepath.Base(name)] = v
	}
	return all
}

// TestPublishedVectors opens the examples that the RFCs print, and refuses those made with what is never accepted.
func TestPublishedVectors(t *testing.T) {
	for name, v := range readVectors(t) {
		t.Run(name, func(t *testing.T) {
			if v.Refused != "" {
				refuse(t, v)
				return
			}
			opened, err := jwe.Decrypt(v.Token, parse(t, v.JWK, v.Alg)...)
			if err != nil || string(opened.Plaintext) != v.Plaintext {
				t.Fatalf("%s: %v", v.Source, err)
			}
		})
	}
}

// refuse wants the token refused for its algorithm, and not for a slip in the vector: go-jose opens it.
func refuse(t *testing.T, v vector) {
	t.Helper()
	if named := v.JWK["alg"]; named == v.Refused {
		if _, err := read(marshal(t, v.JWK), ""); !errors.Is(err, token.ErrUnknownAlgorithm) || !errors.Is(err, jwe.ErrKey) {
			t.Errorf("a key for %s: %v", named, err)
		}
		delete(v.JWK, "alg")
	}
	if opened, err := jwe.Decrypt(v.Token, parse(t, v.JWK, v.Alg)...); !errors.Is(err, token.AlgorithmRefused) || opened != nil {
		t.Errorf("%s: %v", v.Source, err)
	}
	sealed, err := jose.ParseEncryptedCompact(v.Token,
		[]jose.KeyAlgorithm{jose.RSA1_5, jose.RSA_OAEP, jose.A256GCMKW, jose.A128KW},
		[]jose.ContentEncryption{jose.A128CBC_HS256, jose.A128GCM, jose.A256GCM})
	if err != nil {
		t.Fatal(err)
	}
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(marshal(t, v.JWK)); err != nil {
		t.Fatal(err)
	}
	if plaintext, err := sealed.Decrypt(k); err != nil || string(plaintext) != v.Plaintext {
		t.Errorf("%s: go-jose: %v", v.Source, err)
	}
}

// parse reads one JWK.
func parse(tb testing.TB, jwk any, alg string) []*jwe.Key {
	tb.Helper()
	keys, err := read(marshal(tb, jwk), alg)
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

func marshal(tb testing.TB, v any) []byte {
	tb.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}
