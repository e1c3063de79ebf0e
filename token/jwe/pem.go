package jwe

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// parsePEM reads a file with one key in it. A private key and its own certificate or public key count as one. A block that
// is cut off or damaged is not stepped over, although encoding/pem would.
func parsePEM(data []byte, alg string) (*Key, error) {
	var found any
	left := bytes.Count(data, []byte("-----BEGIN "))
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		left--
		if block.Type == "EC PARAMETERS" { // describes the key that follows
			continue
		}
		material, err := inBlock(block)
		if err != nil {
			return nil, err
		}
		switch {
		case found == nil:
			found = material
		case !samePublic(found, material):
			return nil, fmt.Errorf("%w: several keys in one PEM file", ErrKey)
		case isPrivate(material):
			found = material
		}
	}
	switch {
	case left != 0:
		return nil, fmt.Errorf("%w: a damaged PEM block", ErrKey)
	case found == nil:
		return nil, fmt.Errorf("%w: PEM without a key in it", ErrKey)
	}
	return newKey("", "", alg, found)
}

// inBlock is the key in a block.
func inBlock(b *pem.Block) (any, error) {
	var material any
	var err error
	switch b.Type {
	case "CERTIFICATE":
		return inCertificate(b.Bytes)
	case "PUBLIC KEY":
		material, err = x509.ParsePKIXPublicKey(b.Bytes)
	case "PRIVATE KEY":
		material, err = x509.ParsePKCS8PrivateKey(b.Bytes)
	case "RSA PUBLIC KEY":
		material, err = x509.ParsePKCS1PublicKey(b.Bytes)
	case "RSA PRIVATE KEY":
		material, err = x509.ParsePKCS1PrivateKey(b.Bytes)
	case "EC PRIVATE KEY":
		material, err = x509.ParseECPrivateKey(b.Bytes)
	default:
		return nil, fmt.Errorf("%w: a PEM block %.64q", ErrKey, b.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: a PEM block %q that is damaged, encrypted, or of a kind that is not supported", ErrKey, b.Type)
	}
	return material, nil
}

// inCertificate is the key that a certificate is about. Neither its signature nor its dates are checked: who names the
// file trusts what is in it. What the key may be used for is its owner's word (RFC 5280 section 4.2.1.3).
func inCertificate(der []byte) (any, error) {
	const encrypts = x509.KeyUsageKeyEncipherment | x509.KeyUsageDataEncipherment | x509.KeyUsageKeyAgreement
	c, err := x509.ParseCertificate(der)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: a damaged certificate", ErrKey)
	case c.KeyUsage != 0 && c.KeyUsage&encrypts == 0:
		return nil, fmt.Errorf("%w: the usage of the certificate's key does not allow it", ErrKey)
	}
	return c.PublicKey, nil
}

func isPrivate(material any) bool { _, ok := material.(crypto.Signer); return ok }

func samePublic(a, b any) bool {
	k, ok := publicOf(a).(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(publicOf(b))
}

func publicOf(material any) any {
	if s, ok := material.(crypto.Signer); ok {
		return s.Public()
	}
	return material
}
