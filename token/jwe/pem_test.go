package jwe_test

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"jotkit/token"
	"jotkit/token/jwe"
)

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
