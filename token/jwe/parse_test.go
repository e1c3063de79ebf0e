package jwe_test

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

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

// TestParseJSON reads JWKs and sets. want is the keys as kid and algorithm, or a word of the error beside it.
func TestParseJSON(t *testing.T) {
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
		{"use null", `{` + ecPublic + `,"use":null}`, "", "its use", jwe.ErrKey},
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
		{"Ed25519", `{` + okp + `}`, "", "OKP", jwe.ErrKey},
		{"P-224", `{"kty":"EC","crv":"P-224","x":"AA","y":"AA"}`, "", "P-224", jwe.ErrKey},
		{"off the curve", `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}`, "", "do not make up", jwe.ErrKey},
		{"halves of two keys", `{` + ecPublic + `,"d":"AAAQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}`, "", "halves", token.ErrKeyMismatch},
		{"spare bits", `{"kty":"oct","k":"GawgguFyGrWKav7AX4VKUh"}`, "", "base64url", jwe.ErrKey},
		{"line end", `{"kty":"oct","k":"GawgguFyGrWK\nav7AX4VKUg"}`, "", "base64url", jwe.ErrKey},
		{"RSA too large to look at", `{"kty":"RSA","e":"AQAB","n":"` + strings.Repeat("A", 2000) + `"}`, "", "at most 1024", jwe.ErrKey},
		{"a name twice", `{` + oct16 + `,` + oct16 + `}`, "", "twice", jwe.ErrKey},
		{"kid too long", `{` + oct16 + `,"kid":"` + strings.Repeat("k", 1025) + `"}`, "", "kid", jwe.ErrKey},
		{"kid a number", `{` + oct16 + `,"kid":1}`, "", "kid", jwe.ErrKey},
		{"two with one kid", `{"keys":[{` + oct16 + `,"kid":"a"},{` + oct32 + `,"kid":"a"}]}`, "", "twice", jwe.ErrKey},
		{"two, one without kid", `{"keys":[{` + oct16 + `,"kid":"a"},{` + oct32 + `}]}`, "", "kid", jwe.ErrKey},
		{"set with a broken one", `{"keys":[{` + oct16 + `},{"kty":"oct","alg":"A128KW","k":"AAAA"}]}`, "", "key 2", token.ErrKeyMismatch},
		{"empty set", `{"keys":[]}`, "", "empty", jwe.ErrKey},
		{"no array", `{"keys":{}}`, "", "array", jwe.ErrKey},
		{"neither", `{"a":1}`, "", "without", jwe.ErrKey},
		{"nothing", ``, "", "neither JSON nor PEM", jwe.ErrKey},
		{"too long", strings.Repeat(" ", jwe.MaxKeyFile+1), "", "512 KiB", jwe.ErrKey},
	} {
		t.Run(row.name, func(t *testing.T) {
			keys, err := jwe.Parse([]byte(row.in), row.alg)
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

// TestParseRFC7517 reads the sets of RFC 7517 appendix A, of which package keyring takes the other keys.
func TestParseRFC7517(t *testing.T) {
	for name, want := range map[string]string{"rfc7517-a1": "1 ECDH-ES", "rfc7517-a2": "1 ECDH-ES", "rfc7517-a3": "A128KW"} {
		text, err := os.ReadFile("../../testdata/vectors/keys/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var v struct{ Key json.RawMessage }
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		keys, err := jwe.Parse(v.Key, "")
		if got := names(keys); err != nil || got != want {
			t.Errorf("%s: got %s and %v, want %s", name, got, err, want)
		}
	}
}

// TestParsePEM reads every form of a key, and opens with the private ones what was encrypted to the public ones.
func TestParsePEM(t *testing.T) {
	ec, rs := ecKey(t, elliptic.P384()), rsaKey()
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	params := block("EC PARAMETERS", []byte{6, 5, 43, 129, 4, 0, 34})
	rsaPublic, ecPublic := spki(t, &rs.PublicKey), spki(t, &ec.PublicKey)
	for name, row := range map[string]struct{ public, private string }{
		"RSA SPKI, PKCS #8": {rsaPublic, pkcs8(t, rs)},
		"RSA PKCS #1":       {block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rs.PublicKey)), block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rs))},
		"EC SPKI, PKCS #8":  {ecPublic, pkcs8(t, ec)},
		"EC SEC 1":          {ecPublic, params + block("EC PRIVATE KEY", sec1)},
		"certificate":       {certificate(t, 0, rs), certificate(t, 0, rs) + "text\n" + pkcs8(t, rs) + rsaPublic},
		"its usage":         {certificate(t, x509.KeyUsageKeyAgreement, ec), pkcs8(t, ec)},
	} {
		t.Run(name, func(t *testing.T) {
			to, err := jwe.Parse([]byte(row.public), "")
			if err != nil {
				t.Fatal(err)
			}
			keys, err := jwe.Parse([]byte("\ufeff"+row.private), "")
			if err != nil || to[0].CanDecrypt() || !keys[0].CanDecrypt() {
				t.Fatal(err)
			}
			raw := encrypt(t, to[0], "")
			if opened, err := jwe.Decrypt(raw, keys...); err != nil || string(opened.Plaintext) != signed {
				t.Errorf("%v", err)
			}
			if opened, err := jwe.Decrypt(raw, to...); !errors.Is(err, jwe.ErrNoPrivate) || opened != nil {
				t.Errorf("with the public key: %v", err)
			}
			if from := encrypt(t, keys[0], ""); from == raw {
				t.Error("the same token twice")
			}
		})
	}
}

func TestParsePEMRefused(t *testing.T) {
	ec, rs := ecKey(t, elliptic.P256()), rsaKey()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	three := &rsa.PublicKey{N: rs.N, E: 3}
	good := pkcs8(t, ec)
	for name, row := range map[string]struct {
		in   string
		want error
	}{
		"RSA of 1024 bits":  {spki(t, &weak.PublicKey), token.ErrWeakKey},
		"exponent 3":        {spki(t, three), token.ErrWeakKey},
		"Ed25519":           {pkcs8(t, ed), jwe.ErrKey},
		"P-224":             {spki(t, &ecKey(t, elliptic.P224()).PublicKey), token.ErrKeyMismatch},
		"two keys":          {good + pkcs8(t, rs), jwe.ErrKey},
		"for signatures":    {certificate(t, x509.KeyUsageDigitalSignature, ec), jwe.ErrKey},
		"cut off":           {good[:len(good)-30], jwe.ErrKey},
		"damaged, and good": {strings.Replace(good, "\nM", "\n!", 1) + good, jwe.ErrKey},
		"not what it says":  {block("PUBLIC KEY", []byte("x")), jwe.ErrKey},
		"a CSR":             {block("CERTIFICATE REQUEST", []byte("x")), jwe.ErrKey},
		"bad certificate":   {block("CERTIFICATE", []byte("x")), jwe.ErrKey},
		"parameters alone":  {block("EC PARAMETERS", []byte("x")), jwe.ErrKey},
		"encrypted":         {block("ENCRYPTED PRIVATE KEY", []byte("x")), jwe.ErrKey},
	} {
		if keys, err := jwe.Parse([]byte(row.in), ""); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, %v", name, keys, err)
		}
	}
}

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

// TestKeyNeverShowsItself prints keys in the ways by which they get into logs.
func TestKeyNeverShowsItself(t *testing.T) {
	password := []byte("correct horse battery staple")
	k := newKey(t, "k", "PBES2-HS256+A128KW", password)
	made := encrypt(t, k, "")
	header, _, _ := strings.Cut(made, ".")
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
	unnamed, _, _ := strings.Cut(encrypt(t, newKey(t, "", "PBES2-HS256+A128KW", password), ""), ".")
	if text, err := b64.DecodeString(unnamed); err != nil || strings.Contains(string(text), "kid") {
		t.Errorf("a password is named %s, %v", text, err)
	}
	password[0] = 'x' // the key has a copy
	if _, err := jwe.Decrypt(made, k); err != nil {
		t.Error(err)
	}
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func spki(t *testing.T, public any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return block("PUBLIC KEY", der)
}

func pkcs8(t *testing.T, private any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return block("PRIVATE KEY", der)
}

func certificate(t *testing.T, usage x509.KeyUsage, private any) string {
	t.Helper()
	about := &x509.Certificate{SerialNumber: big.NewInt(1), KeyUsage: usage, NotAfter: time.Unix(1<<31, 0)}
	der, err := x509.CreateCertificate(rand.Reader, about, about, publicHalf(private), private)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der)
}
