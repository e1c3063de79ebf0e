package jwe_test

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/token/jwe"
)

// TestCheckPEM reads every form of a key, and opens with the private ones what was encrypted to the public ones.
func TestCheckPEM(t *testing.T) {
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
		"leaf and its CA":   {chain(t, ec, rs), pkcs8(t, ec) + chain(t, ec, rs)},
		"OpenSSH EC":        {authorized(t, &ec.PublicKey), openssh(t, ec)},
		"OpenSSH RSA":       {authorized(t, &rs.PublicKey), openssh(t, rs)},
		"its usage":         {certificate(t, x509.KeyUsageKeyAgreement, ec), pkcs8(t, ec)},
	} {
		t.Run(name, func(t *testing.T) {
			to, err := read([]byte(row.public), "")
			if err != nil {
				t.Fatal(err)
			}
			keys, err := read([]byte("\ufeff"+row.private), "")
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

func TestCheckPEMRefused(t *testing.T) {
	ec, rs := ecKey(t, elliptic.P256()), rsaKey()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA1019 what it makes is to be refused
	three, err := rsa.GenerateMultiPrimeKey(rand.Reader, 3, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := pkcs8(t, ec)
	signs := certificate(t, x509.KeyUsageDigitalSignature, ec)
	for name, row := range map[string]struct {
		in   string
		want error
		says string
	}{
		"RSA of 1024 bits":      {spki(t, &weak.PublicKey), token.ErrWeakKey, "1024 bits"},
		"exponent 3":            {spki(t, &rsa.PublicKey{N: rs.N, E: 3}), token.ErrWeakKey, "exponent"},
		"three primes":          {block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(three)), keyring.ErrUnsupported, "two primes"},
		"three primes, PKCS #8": {pkcs8(t, three), keyring.ErrUnsupported, "two primes"},
		"300 KB":                {block("RSA PRIVATE KEY", make([]byte, 300_000)), keyring.ErrNotAKey, "8 KiB"},
		"Ed25519":               {pkcs8(t, ed), jwe.ErrKey, "Ed25519"},
		"P-224":                 {spki(t, &ecKey(t, elliptic.P224()).PublicKey), token.ErrKeyMismatch, "curve"},
		"two keys":              {good + pkcs8(t, rs), jwe.ErrKey, "several keys"},
		"for signatures":        {signs, jwe.ErrKey, "usage"},
		"for signatures, whole": {good + signs, jwe.ErrKey, "usage"},
		"cut off":               {good[:len(good)-30], keyring.ErrNotAKey, "damaged"},
		"encrypted":             {block("ENCRYPTED PRIVATE KEY", []byte("x")), keyring.ErrNotAKey, "decrypt it first"},
	} {
		if keys, err := read([]byte(row.in), ""); !errors.Is(err, row.want) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, %v; want %v with %q", name, keys, err, row.want, row.says)
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
	return issued(t, "", usage, private, "", private)
}

// chain is the certificates of a key and of its authority, whose own key is for certificates alone.
func chain(t *testing.T, leaf, ca any) string {
	t.Helper()
	return issued(t, "leaf", x509.KeyUsageKeyAgreement, leaf, "ca", ca) + issued(t, "ca", x509.KeyUsageCertSign, ca, "ca", ca)
}

// issued is the certificate of a name and its key by another.
func issued(t *testing.T, name string, usage x509.KeyUsage, private any, issuer string, by any) string {
	t.Helper()
	about := func(cn string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: cn}, KeyUsage: usage, NotAfter: time.Unix(1<<31, 0),
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, about(name), about(issuer), publicHalf(private), by)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der)
}

// openssh is the file that ssh-keygen makes of a private key, and authorized is that of its public key.
func openssh(t *testing.T, private any) string {
	t.Helper()
	b, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(b))
}

func authorized(t *testing.T, public any) string {
	t.Helper()
	k, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(ssh.MarshalAuthorizedKey(k))
}
