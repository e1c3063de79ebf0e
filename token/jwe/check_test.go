package jwe_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/token/jwe"
)

const (
	ecPublic  = `"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`
	ecPrivate = ecPublic + `,"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"`
	oct16     = `"kty":"oct","k":"GawgguFyGrWKav7AX4VKUg"`
	oct32     = `"kty":"oct","k":"qC57l_uxcm7Nm3K-ct4GFjx8tM1U8CZ0NLBvdQstiS8"`
	okp       = `"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"`
)

// TestCheckJSON makes keys of JWKs and sets: how those are to be written is for the tests of package keyring. want is the keys as kid and algorithm, or a word of the error beside it.
func TestCheckJSON(t *testing.T) {
	for _, row := range []struct {
		name, in, alg, want string
		err                 error
	}{
		{"EC", `{` + ecPublic + `}`, "", "ECDH-ES", nil},
		{"EC, named", `{` + ecPublic + `,"alg":"ECDH-ES+A128KW","kid":"k"}`, "", "k ECDH-ES+A128KW", nil},
		{"EC, asked", `{` + ecPrivate + `}`, "ECDH-ES+A256KW", "ECDH-ES+A256KW", nil},
		{"16 bytes", `{` + oct16 + `}`, "", "A128KW", nil},
		{"32 bytes", `{` + oct32 + `}`, "", "A256KW", nil},
		{"for contents", `{` + oct32 + `,"alg":"A256GCM"}`, "", "dir", nil},
		{"use enc", `{` + oct32 + `,"use":"enc"}`, "", "A256KW", nil},
		{"key_ops", `{` + ecPublic + `,"key_ops":["deriveKey"]}`, "", "ECDH-ES", nil},
		{"key_ops of Web Crypto", `{` + ecPublic + `,"key_ops":[]}`, "", "ECDH-ES", nil},
		{"password", `{"kty":"oct","k":"VGh1cyBmcm9tIG15IGxpcHMsIGJ5IHlvdXJzLCBteSBzaW4gaXMgcHVyZ2VkLg"}`, "PBES2-HS256+A128KW", "PBES2-HS256+A128KW", nil},
		{"set", `{"keys":[{` + okp + `},{` + ecPublic + `,"use":"sig"},{` + oct32 + `,"alg":"HS256"},{` + oct16 + `}]}`, "", "A128KW", nil},
		{"set, asked", `{"keys":[{` + oct16 + `,"kid":"a"},{` + ecPublic + `,"kid":"b"}]}`, "ECDH-ES", "b ECDH-ES", nil},
		{"set of two", `{"keys":[{` + oct16 + `,"kid":"a"},{` + ecPublic + `,"kid":"b"}]}`, "", "a A128KW, b ECDH-ES", nil},

		{"use sig", `{` + ecPublic + `,"use":"sig"}`, "", "its use", jwe.ErrKey},
		{"use empty", `{` + ecPublic + `,"use":""}`, "", "its use", jwe.ErrKey},
		{"key_ops sign", `{` + ecPrivate + `,"key_ops":["sign"]}`, "", "key_ops", jwe.ErrKey},
		{"key_ops none", `{` + ecPrivate + `,"key_ops":[]}`, "", "key_ops", jwe.ErrKey},
		{"revoked", `{` + ecPublic + `,"revoked":{"revoked_at":1}}`, "", "revoked", jwe.ErrKey},
		{"for signatures", `{` + ecPublic + `,"alg":"ES256"}`, "", "ES256", jwe.ErrKey},
		{"RSA1_5", `{` + oct16 + `,"alg":"RSA1_5"}`, "", "RSA1_5", token.ErrUnknownAlgorithm},
		{"asked for another", `{` + oct16 + `,"alg":"A128KW"}`, "dir", "asked for", jwe.ErrKey},
		{"of another kind", `{` + oct16 + `,"alg":"ECDH-ES"}`, "", "a secret", token.ErrKeyMismatch},
		{"15 bytes for 16", `{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VK"}`, "", "15 bytes", token.ErrKeyMismatch},
		{"17 bytes for anything", `{"kty":"oct","k":"GawgguFyGrWKav7AX4VKUgA"}`, "", "17 bytes", jwe.ErrKey},
		{"32 bytes for 16", `{` + oct32 + `,"alg":"A128GCM"}`, "", "32 bytes", token.ErrKeyMismatch},
		{"short password", `{"kty":"oct","k":"c2hvcnQ"}`, "PBES2-HS256+A128KW", "5 bytes", token.ErrWeakKey},
		{"Ed25519", `{` + okp + `}`, "", "Ed25519", jwe.ErrKey},
		{"three primes", `{"kty":"RSA","oth":[],"n":"` + b64.EncodeToString(rsaKey().N.Bytes()) + `","e":"AQAB"}`, "", "two primes", keyring.ErrUnsupported},
		{"P-224", `{"kty":"EC","crv":"P-224","x":"AA","y":"AA"}`, "", "P-224", keyring.ErrUnsupported},
		{"halves of two keys", `{` + ecPublic + `,"d":"AAAQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}`, "", "private half", token.ErrKeyMismatch},
		{"two with one kid", `{"keys":[{` + oct16 + `,"kid":"a"},{` + oct32 + `,"kid":"a"}]}`, "", "twice", jwe.ErrKey},
		{"two, one without kid", `{"keys":[{` + oct16 + `,"kid":"a"},{` + oct32 + `}]}`, "", "kid", jwe.ErrKey},
		{"nothing in a set", `{"keys":[{` + okp + `},{` + oct32 + `,"alg":"HS256"}]}`, "", "none of its 2 keys", jwe.ErrKey},
		{"no key", `{` + oct16 + `,"kid":1}`, "", "kid", keyring.ErrNotAKey},
		{"set with a broken one", `{"keys":[{` + oct16 + `},{"kty":"oct","alg":"A128KW","k":"AAAA"}]}`, "", "key 2", token.ErrKeyMismatch},
	} {
		t.Run(row.name, func(t *testing.T) {
			keys, err := read([]byte(row.in), row.alg)
			if row.err != nil {
				if !errors.Is(err, row.err) || !strings.Contains(err.Error(), row.want) {
					t.Errorf("got %v, want %v with %q", err, row.err, row.want)
				}
				return
			}
			if got := names(keys); err != nil || got != row.want {
				t.Errorf("got %s and %v, want %s", got, err, row.want)
			}
		})
	}
}

func names(keys []*jwe.Key) string {
	var out []string
	for _, k := range keys {
		out = append(out, strings.TrimSpace(k.ID()+" "+k.Algorithm()))
	}
	return strings.Join(out, ", ")
}

// TestCheckRFC7517 reads the sets of RFC 7517 appendix A, of which package keyring takes the other keys.
func TestCheckRFC7517(t *testing.T) {
	for name, want := range map[string]string{"rfc7517-a1": "1 ECDH-ES", "rfc7517-a2": "1 ECDH-ES", "rfc7517-a3": "A128KW"} {
		text, err := os.ReadFile("../../testdata/vectors/keys/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var v struct{ Key json.RawMessage }
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		keys, err := read(v.Key, "")
		if got := names(keys); err != nil || got != want {
			t.Errorf("%s: got %s and %v, want %s", name, got, err, want)
		}
	}
}
