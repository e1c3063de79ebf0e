package token_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jotkit/token"
)

var update = flag.Bool("update", false, "make the attack tokens anew")

// attacks is testdata/vectors/tokens/attacks.json: tokens with the verdict that any careful verifier gives on them. Each is
// for the key of the published vector that Keys names for its algorithm.
type attacks struct {
	About   string            `json:"about"`
	Now     int64             `json:"now"`
	Keys    map[string]string `json:"keys"`
	Attacks []attack          `json:"attacks"`
}

type attack struct {
	Name   string       `json:"name"`
	Source string       `json:"source"`
	Alg    string       `json:"alg"`
	Token  string       `json:"token"`
	Reason token.Reason `json:"reason"` // "" for a token to accept
}

var attackFile = filepath.Join(vectors, "attacks.json")

func readAttacks(tb testing.TB) (a attacks) {
	tb.Helper()
	data, err := os.ReadFile(attackFile)
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// TestAttackVectors holds the verdicts of the file.
func TestAttackVectors(t *testing.T) {
	if *update {
		writeAttacks(t)
	}
	file := readAttacks(t)
	if file.Now != now.Unix() || len(file.Attacks) < 40 {
		t.Fatalf("%d attacks at %d", len(file.Attacks), file.Now)
	}
	for _, a := range file.Attacks {
		t.Run(a.Alg+" "+a.Name, func(t *testing.T) {
			k := newKey(t, "k", a.Alg, readVector(t, file.Keys[a.Alg]).material(t)).Public()
			if a.Reason == "" {
				accepted(t, verifier(t, k), a.Token)
				return
			}
			_, err := verifier(t, k).Verify(t.Context(), a.Token)
			if !isReason(err, a.Reason) {
				t.Errorf("got %v, want %v", err, a.Reason)
			}
		})
	}
}

func writeAttacks(t *testing.T) {
	file := attacks{
		About: "now is the time of verification; a key is that of the published vector, under the kid k; " +
			"reason is empty for a token to accept",
		Now: now.Unix(), Keys: map[string]string{
			"HS256": "rfc7515-a1.json", "RS256": "rfc7515-a2.json", "PS256": "rfc7515-a2.json", "ES256": "rfc7515-a3.json",
			"ES512": "rfc7515-a4.json", "EdDSA": "rfc8037-a4.json",
		},
		Attacks: slices.Concat(honest(t), forgedSignatures(t), badShapes(t), badContents(t)),
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err == nil {
		err = os.WriteFile(attackFile, append(data, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func honest(t *testing.T) (list []attack) {
	for _, alg := range []string{"HS256", "RS256", "PS256", "ES256", "ES512", "EdDSA"} {
		k := keyFor(t, alg)
		list = append(list, attack{"good", "RFC 9068 section 2", alg, sign(t, k, head(k), good), ""},
			attack{"least header", "RFC 7515 section 4.1.1", alg, sign(t, k, `{"alg":"`+alg+`"}`, `{"exp":1700000001}`), ""})
	}
	return list
}

func forgedSignatures(t *testing.T) []attack {
	rs, es, ps := keyFor(t, "RS256"), keyFor(t, "ES256"), keyFor(t, "PS256")
	private := rs.Material().(*rsa.PrivateKey)
	spki, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})
	unsigned := func(header string) string { return join(input(header, good), nil) }
	by := func(k *token.Key, signature func(signed string) []byte) string {
		signed := input(head(k), good)
		return join(signed, signature(signed))
	}
	asHMAC := input(`{"alg":"HS256","kid":"k"}`, good)
	order := es.Material().(*ecdsa.PrivateKey).Params().N
	stranger := newKey(t, "k", "ES256", generated(t, "ES256"))
	return []attack{
		{"none", "RFC 8725 section 2.1", "RS256", unsigned(`{"alg":"none"}`), token.AlgorithmRefused},
		{"nOnE", "GO-2022-0945", "ES256", unsigned(`{"alg":"nOnE"}`), token.AlgorithmRefused},
		{"none, unknown kid", "RFC 8725 section 2.1", "ES256", unsigned(`{"alg":"none","kid":"x"}`), token.AlgorithmRefused},
		{"public PEM as HMAC secret", "CVE-2015-9235", "RS256", join(asHMAC, raw(t, "HS256", block, asHMAC)), token.AlgorithmRefused},
		{"public DER as HMAC secret", "CVE-2015-9235", "RS256", join(asHMAC, raw(t, "HS256", spki, asHMAC)), token.AlgorithmRefused},
		{"PSS under RS256", "RFC 8725 section 3.1", "RS256", by(rs, func(s string) []byte {
			return raw(t, "PS256", private, s)
		}), token.BadSignature},
		{"PS256 for an RS256 key", "RFC 8725 section 3.1", "RS256", sign(t, ps, head(ps), `{"exp":1}`), token.AlgorithmRefused},
		{"other key", "RFC 7515 section 5.2", "ES256", sign(t, stranger, head(es), good), token.BadSignature},
		{"other key, expired", "CVE-2024-51744", "ES256", sign(t, stranger, head(es), `{"exp":1}`), token.BadSignature},
		{"r = s = 0", "CVE-2022-21449", "ES256", by(es, func(string) []byte { return make([]byte, 64) }), token.BadSignature},
		{"r = s = n", "CVE-2022-21449", "ES256", by(es, func(string) []byte { return bytes.Repeat(order.Bytes(), 2) }), token.BadSignature},
		{"DER", "RFC 7518 section 3.4", "ES256", by(es, func(s string) []byte { return der(t, es, s) }), token.BadSignature},
		{"NULL omitted", "RFC 8017 section 9.2", "RS256", by(rs, func(s string) []byte {
			sum := sha256.Sum256([]byte(s))
			info := append([]byte{0x30, 0x2f, 0x30, 0x0b}, digestInfo[4:15]...)
			return power(private, padding(append(append(info, 4, 32), sum[:]...), 256))
		}), token.BadSignature},
		{"garbage after DigestInfo", "CVE-2006-4339", "RS256", by(rs, func(s string) []byte {
			sum := sha256.Sum256([]byte(s))
			em := padding(append(slices.Clone(digestInfo), sum[:]...), 200)
			return power(private, append(em, bytes.Repeat([]byte{0xff}, 56)...))
		}), token.BadSignature},
		{"salt of 20 bytes", "RFC 7518 section 3.5", "PS256", by(ps, func(s string) []byte {
			sum := sha256.Sum256([]byte(s))
			sig, err := rsa.SignPSS(rand.Reader, private, 5, sum[:], &rsa.PSSOptions{SaltLength: 20})
			if err != nil {
				t.Fatal(err)
			}
			return sig
		}), token.BadSignature},
		{"signature + n", "RFC 8017 section 8.2.2", "RS256", by(rs, func(s string) []byte {
			n := new(big.Int).SetBytes(raw(t, "RS256", private, s))
			return n.Add(n, private.N).Bytes()
		}), token.BadSignature},
	}
}

func der(t *testing.T, k *token.Key, signed string) []byte {
	sum := sha256.Sum256([]byte(signed))
	signature, err := ecdsa.SignASN1(rand.Reader, k.Material().(*ecdsa.PrivateKey), sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func badShapes(t *testing.T) []attack {
	k := keyFor(t, "HS256")
	ok := sign(t, k, head(k), good)
	part := strings.Split(ok, ".")
	flat := `{"protected":"` + part[0] + `","payload":"` + part[1] + `","signature":"` + part[2] + `"}`
	return []attack{
		{"newline inside the signature", "RFC 7515 section 2", "HS256", ok[:len(ok)-3] + "\n" + ok[len(ok)-3:], token.Malformed},
		{"CR LF after the token", "RFC 7515 section 2", "HS256", ok + "\r\n", token.Malformed},
		{"spare bits", "RFC 4648 section 3.5", "HS256", ok[:len(ok)-1] + next(ok[len(ok)-1]), token.Malformed},
		{"padding", "RFC 7515 section 2", "HS256", ok + "=", token.Malformed},
		{"JSON serialisation", "RFC 7515 section 7.2.2", "HS256", flat, token.Malformed},
		{"five parts", "RFC 7516 section 3.1", "HS256", ok + ".AAAA.AAAA", token.Malformed},
		{"dots", "CVE-2025-30204", "HS256", strings.Repeat(".", 1000), token.Malformed},
	}
}
