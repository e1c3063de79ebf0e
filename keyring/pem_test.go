package keyring_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
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
)

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// certificate is the PEM of a certificate for a public key, issued by another name and key.
func certificate(t *testing.T, name string, public any, issuer string, signer any) string {
	t.Helper()
	of := func(cn string) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: cn}, NotAfter: time.Unix(1, 0)}
	}
	der, err := x509.CreateCertificate(rand.Reader, of(name), of(issuer), public, signer)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", der)
}

func pemOf(t *testing.T, k *token.Key, private bool) string {
	t.Helper()
	text, err := keyring.MarshalPEM(k, private)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestParsePEM(t *testing.T) {
	ec, rs, ed := keyFor(t, "ES384"), keyFor(t, "RS256"), keyFor(t, "EdDSA")
	ecKey, rsKey := ec.Material().(*ecdsa.PrivateKey), rs.Material().(*rsa.PrivateKey)
	sec1, err := x509.MarshalECPrivateKey(ecKey)
	if err != nil {
		t.Fatal(err)
	}
	openssh, err := ssh.MarshalPrivateKey(ed.Material(), "a comment")
	if err != nil {
		t.Fatal(err)
	}
	cert := certificate(t, "leaf", ecKey.Public(), "ca", rsKey)
	ca := certificate(t, "ca", rsKey.Public(), "ca", rsKey)
	line := authorized(t, ed)

	tests := []struct {
		name, in string
		want     []*token.Key
	}{
		{"PKCS #1 private", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsKey)), []*token.Key{rs}},
		{"PKCS #1 public", block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&rsKey.PublicKey)), []*token.Key{rs.Public()}},
		{"SEC 1 with parameters", block("EC PARAMETERS", []byte{6, 5}) + block("EC PRIVATE KEY", sec1), []*token.Key{ec}},
		{"PKCS #8", pemOf(t, ed, true), []*token.Key{ed}},
		{"SPKI, text before and after", "Bag Attributes\n" + pemOf(t, ed, false) + "the end", []*token.Key{ed.Public()}},
		{"OpenSSH private", string(pem.EncodeToMemory(openssh)), []*token.Key{ed}},
		{"certificate", cert, []*token.Key{ec.Public()}},
		{"private key and its certificate", pemOf(t, ec, true) + cert, []*token.Key{ec}},
		{"certificate first, chain last", cert + pemOf(t, ec, true) + ca, []*token.Key{ec}},
		{"chain: the end alone", cert + ca, []*token.Key{ec.Public()}},
		{"self-signed", ca, []*token.Key{rs.Public()}},
		{"both halves", pemOf(t, ed, false) + pemOf(t, ed, true), []*token.Key{ed}},
		{"two keys", pemOf(t, ed, false) + pemOf(t, rs, false), []*token.Key{ed.Public(), rs.Public()}},
		{"authorized_keys", "# mine\n\n" + line + "\r\n" + `from="10.0.0.0/8",no-pty ` + authorized(t, ec) + "\n" + line,
			[]*token.Key{ed.Public(), ec.Public()}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mustParse(t, tt.in, keyring.ParseOptions{})
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i := range got {
				if !same(t, got[i], tt.want[i]) {
					t.Errorf("got %v (signs: %v), want %v (%v)", got[i], got[i].CanSign(), tt.want[i], tt.want[i].CanSign())
				}
			}
		})
	}
}

// authorized is the line of authorized_keys for a key.
func authorized(t *testing.T, k *token.Key) string {
	t.Helper()
	p, err := ssh.NewPublicKey(k.Public().Material())
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(p)))
}

func TestParsePEMRefuses(t *testing.T) {
	ec := keyFor(t, "ES256")
	private := pemOf(t, ec, true)
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(ec.Material(), "", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	p224, _ := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	p224DER, _ := x509.MarshalPKIXPublicKey(p224.Public())
	x25519, _ := ecdh.X25519().GenerateKey(rand.Reader)
	x25519DER, _ := x509.MarshalPKIXPublicKey(x25519.Public())
	other := otherEd25519(t)
	cert := certificate(t, "leaf", other.Public().(ed25519.PublicKey), "ca", other)

	tests := []struct {
		name, in, alg string
		err           error
		says          string
	}{
		{"encrypted PKCS #8", block("ENCRYPTED PRIVATE KEY", []byte("x")), "", keyring.ErrNotAKey, "an encrypted PEM key"},
		{"encrypted PKCS #1", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "", keyring.ErrNotAKey, "an encrypted PEM key"},
		{"OpenSSH with a passphrase", string(pem.EncodeToMemory(locked)), "", keyring.ErrNotAKey, "passphrase"},
		{"CSR", block("CERTIFICATE REQUEST", []byte("x")), "", keyring.ErrNotAKey, "a CSR"},
		{"something else", block("PGP MESSAGE", []byte("x")), "", keyring.ErrNotAKey, "PGP MESSAGE"},
		{"parameters alone", block("EC PARAMETERS", []byte{6, 5}), "", keyring.ErrNotAKey, "without a key"},
		{"cut off", private[:len(private)-20], "", keyring.ErrNotAKey, "a damaged PEM block"},
		{"one good, one cut off", private + private[:60], "", keyring.ErrNotAKey, "a damaged PEM block"},
		{"noise in the block", block("PRIVATE KEY", []byte("noise")), "", keyring.ErrNotAKey, `"PRIVATE KEY"`},
		{"noise in the certificate", block("CERTIFICATE", []byte("noise")), "", keyring.ErrNotAKey, "a damaged certificate"},
		{"too large a block", block("PRIVATE KEY", make([]byte, 9<<10)), "", keyring.ErrNotAKey, "8 KiB"},
		{"curve P-224", block("PUBLIC KEY", p224DER), "", token.ErrUnknownAlgorithm, ""},
		{"X25519", block("PUBLIC KEY", x25519DER), "", keyring.ErrUnsupported, "ecdh"},
		{"certificate of another key", private + cert, "", token.ErrKeyMismatch, "certificate"},
		{"alg of another kind", private, "RS256", token.ErrKeyMismatch, ""},
		{"one of several of another kind", private + pemOf(t, keyFor(t, "RS256"), false), "RS256", token.ErrKeyMismatch, "key 1 of the file"},
		{"authorized_keys damaged", "ssh-ed25519 AAAA\n", "", keyring.ErrNotAKey, "line 1: "},
		{"authorized_keys of a security key", "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABHNzaDo= x", "", keyring.ErrUnsupported, "sk-ssh"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys, err := keyring.Parse([]byte(tt.in), keyring.ParseOptions{Algorithm: tt.alg})
			if !errors.Is(err, tt.err) || keys != nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("got %v, %v; want %v with %q", keys, err, tt.err, tt.says)
			}
		})
	}
}
