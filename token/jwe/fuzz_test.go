package jwe_test

import (
	"errors"
	"strings"
	"testing"

	"jotkit/token"
	"jotkit/token/jwe"
)

// FuzzDecrypt: whatever opens is, byte for byte, a token that was encrypted to the key. There is no second spelling of one,
// nothing makes Decrypt panic, and every refusal has its reason. (Tokens for passwords are left out: hashing is all they
// would be busy with.)
func FuzzDecrypt(f *testing.F) {
	known := map[string]string{}
	var all [][]*jwe.Key
	for _, v := range readVectors(f) { // from files: each worker of the fuzzer must know the same tokens
		f.Add(v.Token)
		if v.Refused != "" || strings.HasPrefix(v.Alg, "PBES2-") {
			continue
		}
		known[v.Token] = v.Plaintext
		all = append(all, parse(f, v.JWK, v.Alg))
		last := len(v.Token) - 1
		for _, altered := range []string{
			v.Token[:last], v.Token + "A", v.Token + "=", v.Token + "\n", v.Token[:last] + flipped(v.Token[last:]),
			strings.Replace(v.Token, ".", "..", 1), strings.ReplaceAll(v.Token, "_", "/"),
		} {
			f.Add(altered)
		}
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, keys := range all {
			opened, err := jwe.Decrypt(raw, keys...)
			if (err == nil) != (opened != nil) {
				t.Fatalf("opened %v and error %v", opened, err)
			}
			if plaintext, ours := known[raw]; err == nil && (!ours || string(opened.Plaintext) != plaintext) {
				t.Errorf("opened %q, which nobody encrypted", raw)
			}
			if err != nil && !errors.As(err, new(token.Reason)) {
				t.Errorf("refused without a reason: %v", err)
			}
		}
	})
}

// FuzzCheck: nothing makes Check panic, and a key that it lets pass encrypts: it was checked when it came in.
func FuzzCheck(f *testing.F) {
	for _, v := range readVectors(f) {
		f.Add(marshal(f, v.JWK), v.Alg)
	}
	f.Add([]byte(`{"keys":[{`+oct16+`,"kid":"a"},{`+ecPrivate+`,"kid":"b","use":"enc"}]}`), "")
	f.Add([]byte("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "ECDH-ES")
	f.Fuzz(func(t *testing.T, data []byte, alg string) {
		keys, err := read(data, alg)
		if err != nil {
			return
		}
		for _, k := range keys {
			if strings.HasPrefix(k.Algorithm(), "PBES2-") {
				continue // slow
			}
			if _, err := jwe.Encrypt(signed, k, ""); err != nil {
				t.Errorf("%v: %v", k, err)
			}
		}
	})
}
