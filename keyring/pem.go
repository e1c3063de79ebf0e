package keyring

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"
)

// readPEM reads every block of the file. Text between blocks is allowed, as RFC 7468 section 2 has it; a block that is
// cut off or damaged is not, although encoding/pem would step over it.
func readPEM(data []byte) (*file, error) {
	var all pemKeys
	left := bytes.Count(data, []byte("-----BEGIN "))
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		if left--; len(all.keys)+len(all.certificates) == maxKeys {
			return nil, fmt.Errorf("%w: more than %d keys", ErrSet, maxKeys)
		}
		if err := all.add(block); err != nil {
			return nil, err
		}
		data = rest
	}
	if left != 0 {
		return nil, fmt.Errorf("%w: a damaged PEM block", ErrNotAKey)
	}
	return all.file()
}

// add reads one block. Blocks that only describe a key (EC PARAMETERS) are stepped over.
func (f *pemKeys) add(b *pem.Block) error {
	if b.Headers["Proc-Type"] != "" || b.Type == "ENCRYPTED PRIVATE KEY" {
		return fmt.Errorf("%w: an encrypted PEM key; decrypt it first with openssl", ErrNotAKey)
	}
	if len(b.Bytes) > maxBlock && b.Type != "CERTIFICATE" {
		return fmt.Errorf("%w: a PEM block %s of more than %d KiB", ErrNotAKey, shown(b.Type), maxBlock>>10)
	}
	var material any
	var err error
	switch b.Type {
	case "EC PARAMETERS":
		return nil
	case "CERTIFICATE":
		return f.addCertificate(b.Bytes)
	case "RSA PRIVATE KEY":
		material, err = x509.ParsePKCS1PrivateKey(b.Bytes)
	case "RSA PUBLIC KEY":
		material, err = x509.ParsePKCS1PublicKey(b.Bytes)
	case "EC PRIVATE KEY":
		material, err = x509.ParseECPrivateKey(b.Bytes)
	case "PRIVATE KEY":
		material, err = x509.ParsePKCS8PrivateKey(b.Bytes)
	case "PUBLIC KEY":
		material, err = x509.ParsePKIXPublicKey(b.Bytes)
	case "OPENSSH PRIVATE KEY":
		material, err = opensshPrivate(b)
	default:
		return fmt.Errorf("%w: %s", ErrNotAKey, whatBlockItIs(b.Type))
	}
	if err == nil {
		err = ofOurKinds(material)
	}
	switch {
	case errors.Is(err, ErrNotAKey) || errors.Is(err, ErrUnsupported):
		return err
	case err != nil:
		return fmt.Errorf("%w: a PEM block %q that is damaged, or of a kind that is not supported", ErrNotAKey, b.Type)
	}
	f.keys = append(f.keys, material)
	return nil
}

// opensshPrivate reads the format of ssh-keygen.
func opensshPrivate(b *pem.Block) (any, error) {
	k, err := ssh.ParseRawPrivateKey(pem.EncodeToMemory(b))
	if locked := new(ssh.PassphraseMissingError); errors.As(err, &locked) {
		return nil, fmt.Errorf("%w: an OpenSSH key with a passphrase; take it off a copy with ssh-keygen -p", ErrNotAKey)
	}
	if ed, ok := k.(*ed25519.PrivateKey); ok && err == nil {
		return *ed, nil
	}
	return k, err
}

// ofOurKinds refuses the kinds that the standard library and x/crypto read and no algorithm here uses: DSA, X25519.
func ofOurKinds(material any) error {
	switch k := material.(type) {
	case *rsa.PrivateKey:
		if len(k.Primes) != 2 {
			return fmt.Errorf("%w: an RSA key of more than two primes", ErrUnsupported)
		}
		return nil
	case *ecdsa.PrivateKey, ed25519.PrivateKey, *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return nil
	}
	return fmt.Errorf("%w: a %T", ErrUnsupported, material)
}

// whatBlockItIs names a block that holds no key.
func whatBlockItIs(kind string) string {
	switch kind {
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		return "a CSR"
	case "X509 CRL":
		return "a revocation list"
	}
	return fmt.Sprintf("a PEM block %s", shown(kind))
}

// publicOf is the public half of a material, or the material itself.
func publicOf(material any) any {
	if s, ok := material.(crypto.Signer); ok {
		return s.Public()
	}
	return material
}

func sameKey(a, b any) bool {
	k, ok := publicOf(a).(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(publicOf(b))
}
