package jwe

import (
	"crypto"
	"encoding/base64"
	"fmt"

	jose "github.com/go-jose/go-jose/v4"

	"jotkit/token"
)

// An Encrypted is a token that was encrypted, and with what.
type Encrypted struct {
	Token     string
	KeyID     string // kid, or ""
	Algorithm string // alg
	Content   string // enc
}

// Encrypt encrypts a signed token to a key, under the content algorithm enc or, where it is "", the preferred one of the
// key. The header names the contents a JWT (cty, RFC 7519 section 5.2) and the key by its kid, or else by its thumbprint
// (RFC 7638); a secret without kid is not named. The error is token.Malformed for what is no signed token,
// token.ErrKeyMismatch for an enc that is not one for the key, and ErrKey for the zero Key.
func Encrypt(raw string, k *Key, enc string) (*Encrypted, error) {
	if _, err := token.Decode(raw); err != nil {
		return nil, err
	}
	if k.alg == nil {
		return nil, ErrKey
	}
	c, err := k.choose(enc)
	if err != nil {
		return nil, err
	}
	to := jose.Recipient{
		Algorithm: jose.KeyAlgorithm(k.alg.name), Key: k.public(), KeyID: k.name(), PBES2Count: k.alg.rounds,
	}
	options := new(jose.EncrypterOptions).WithContentType("JWT")
	encrypter, err := jose.NewEncrypter(jose.ContentEncryption(c.name), to, options)
	if err != nil {
		return nil, fmt.Errorf("encrypt with %v: %w", k, err)
	}
	sealed, err := encrypter.Encrypt([]byte(raw))
	if err != nil {
		return nil, fmt.Errorf("encrypt with %v: %w", k, err)
	}
	text, err := sealed.CompactSerialize()
	return &Encrypted{Token: text, KeyID: to.KeyID, Algorithm: k.alg.name, Content: c.name}, err
}

func (k *Key) choose(enc string) (*content, error) {
	for _, c := range k.contents() {
		if enc == "" || c.name == enc {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%w: %v cannot be used with %.64q", token.ErrKeyMismatch, k, enc)
}

// name is how a token names the key. The thumbprint of a password would be a hash of it that is quick to try guesses on.
func (k *Key) name() string {
	if k.id != "" || k.alg.family != familyRSA && k.alg.family != familyEC {
		return k.id
	}
	sum, err := (&jose.JSONWebKey{Key: k.public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return "" // of no key that NewKey makes
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}
