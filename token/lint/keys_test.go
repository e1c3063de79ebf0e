package lint_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/token/lint"
)

// TestGuessable: published secrets and those made by hand, long enough for HS256 or not.
func TestGuessable(t *testing.T) {
	published, _ := hex.DecodeString("404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970")
	for _, secret := range []string{
		"", "secret", "SECRET\n", "Secret-Key", "changeme", "your-256-bit-secret", "a-string-secret-at-least-256-bits-long",
		"super-secret-jwt-token-with-at-least-32-characters-long", "reallyreallyreallyreallyverysafe",
		"404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970", string(published),
		"your_super_secret_jwt_key_change_this_in_production", "MySuperSecretKeyForJWT2024!", "jwt_secret_key_2024_prod", "change_this_secret_in_production",
		"secretsecretsecretsecretsecretse", strings.Repeat("a", 32), strings.Repeat("\x00", 64), strings.Repeat("abc123", 8),
		"abcdefghijklmnopqrstuvwxyz012345", "0123456789abcdef0123456789ABCDEF", "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f",
		"12345678901234567890123456789012", "31415926535897932384626433832795", "qwertyuiopasdfghjklzxcvbnm123456",
		"MySuperSecretKey12345678901234567", "S3cr3tK3yF0rJwtT0k3ns!!!!!!!!!!!", "P@ssw0rd!P@ssw0rd!2024",
		"it was a bright cold day in April", "Horses eat no cucumber salad", "PLEASE-ROTATE-THIS-ONE-SOON-OR-ELSE", "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbc",
	} {
		if why, guessable := lint.Guessable([]byte(secret)); !guessable || why == "" {
			t.Errorf("%q: %v %q", secret, guessable, why)
		}
	}
}

// Secrets by chance never come out as guessable, in whatever encoding they are used.
func TestChanceIsNotGuessable(t *testing.T) {
	if why, guessable := lint.Guessable([]byte("q-9-secret-w-7-v-b-m-2-k-d")); guessable {
		t.Errorf("a word among other letters, with much between them: %s", why)
	}
	chance := mathrand.NewChaCha8([32]byte([]byte("a seed, so that runs are the same")))
	encodings := map[string]func([]byte) string{
		"raw":       func(b []byte) string { return string(b) },
		"hex":       hex.EncodeToString,
		"base64":    base64.StdEncoding.EncodeToString,
		"base64url": base64.RawURLEncoding.EncodeToString,
		"base32":    base32.StdEncoding.EncodeToString,
		"decimal":   func(b []byte) string { return new(big.Int).SetBytes(b).String() },
	}
	for range 2_000 {
		for _, n := range []int{16, 20, 32, 48, 64} {
			b := make([]byte, n)
			chance.Read(b)
			for name, encode := range encodings {
				if n == 16 && name == "decimal" {
					continue // may have 38 digits and fewer
				}
				if why, guessable := lint.Guessable([]byte(encode(b))); guessable {
					t.Fatalf("%d bytes as %s: %q: %s", n, name, encode(b), why)
				}
			}
		}
	}
}

func TestJWKs(t *testing.T) {
	const whole = `"use":"sig","alg":"ES256","kty":"EC"`
	for _, c := range []struct {
		name, in string
		own      bool
		want     []string
	}{
		{"sound", `{"kid":"a",` + whole + `}`, false, nil},
		{"a private one alone", `{"kid":"a","d":"x",` + whole + `}`, false, nil},
		{"sound set", `{"keys":[{"kid":"a",` + whole + `},{"kid":"b",` + whole + `}]}`, false, nil},
		{"bare", `{"kty":"EC"}`, false, []string{"missing_kid key", "missing_alg key", "missing_use key"}},
		{"key_ops", `{"kty":"EC","kid":"a","alg":"ES256","key_ops":["verify"]}`, false, nil},
		{"kid", `{"kid":"../a",` + whole + `}`, false, []string{"odd_kid key"}},
		{"equal", `{"keys":[{"kid":"a",` + whole + `},{"kid":"a",` + whole + `}]}`, false, []string{"equal_kids key 2"}},
		{"no kids are not equal ones", `{"keys":[{` + whole + `},{` + whole + `}]}`, false, []string{"missing_kid key 1", "missing_kid key 2"}},
		{"private set for all", `{"keys":[{"kid":"a","d":"x",` + whole + `}]}`, false, []string{"private_in_set keys"}},
		{"private set for one", `{"keys":[{"kid":"a","d":"x",` + whole + `}]}`, true, nil},
		{"a secret among others", `{"keys":[{"kid":"a",` + whole + `},{"kid":"b","use":"sig","alg":"HS256","kty":"oct","k":"x"}]}`, false, []string{"private_in_set keys"}},
		{"guessable", `{"kty":"oct","use":"sig","alg":"HS256","kid":"a","k":"c2VjcmV0"}`, true, []string{"guessable_secret key"}},
		{"no keys", `{"issuer":"x"}`, false, nil},
		{"no list", `{"keys":5}`, false, nil},
		{"no objects", `{"keys":[5,"x",null]}`, false, nil},
		{"no JSON", `-----BEGIN`, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.want == nil {
				c.want = []string{}
			}
			if diff := cmp.Diff(c.want, short(lint.JWKs([]byte(c.in), c.own))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSecret(t *testing.T) {
	if got := short(lint.Secret([]byte("changeme"))); !cmp.Equal(got, []string{"guessable_secret secret"}) {
		t.Error(got)
	}
	if got := lint.Secret([]byte("kX9#fQ2!vB7@zL5$mN8%cR4^tY1&wE6*")); len(got) > 0 {
		t.Error(got)
	}
}

func TestCertificates(t *testing.T) {
	from, to := time.Unix(1_700_000_000, 0), time.Unix(1_700_086_400, 0)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	text = append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), text...)
	for at, want := range map[time.Time]int{from.Add(-time.Second): 1, from: 0, to: 0, to.Add(time.Second): 1} {
		got := lint.Certificates(text, at)
		if len(got) != want || want > 0 && got[0].Where != "certificate 2" {
			t.Errorf("%s: %+v", at, got)
		}
	}
}
