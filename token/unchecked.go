package token

import "crypto/x509"

// An UncheckedKey is a key as its file has it, with what the file says of it. Package keyring reads them; what each may be
// used for is for those to decide who make keys of them: keyring for signatures, jwe for encryption. The material is read
// when it is asked for, so that nothing is computed with keys that are for something else.
type UncheckedKey struct {
	KID, Algorithm string              // "" where the file does not say
	Use            *string             // nil where the file does not say
	Operations     []string            // key_ops: nil where the file does not say, empty for an empty list
	Revoked        bool                // its issuer has marked it so (OpenID Federation 1.0)
	Private        bool                // it has a private half
	Symmetric      bool                // it is a secret
	Certificates   []*x509.Certificate // those in the file that are for this key

	// Public reads the public half, or the secret: []byte, *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey.
	Public func() (any, error)
	// Whole reads it with its private half, where it has one: *rsa.PrivateKey, *ecdsa.PrivateKey or ed25519.PrivateKey. That
	// the halves belong together was checked for JWKs; NewKey checks it for all.
	Whole func() (any, error)
}

// PassedOver marks an error that costs a set one key (RFC 7517 section 5), and a file with one key everything.
type PassedOver struct{ error }

// PassOver marks err.
func PassOver(err error) error { return PassedOver{err} }

func (p PassedOver) Unwrap() error { return p.error }
