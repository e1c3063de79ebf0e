package jwe

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"

	jose "github.com/go-jose/go-jose/v4"

	"jotkit/token"
)

// errClosed is the one answer to all that fails once a secret is in play.
var errClosed = fmt.Errorf("%w: it does not open with this key, or was altered", token.BadSignature)

// An Opened is an encrypted token that opened.
type Opened struct {
	Header    json.RawMessage // as it was received
	Plaintext []byte          // any bytes; a token is yet to be verified
}

// Decrypt opens an encrypted token with that one of the keys which its kid names; a lone key does for a token without kid,
// and a lone key without kid for any. No plaintext comes out before the tag was checked.
//
// The error is token.Malformed for what is no encrypted token of a shape that its algorithms make, token.AlgorithmRefused
// for algorithms that are not the key's or never accepted, token.BadSignature where no key is known by that kid or the
// token does not open, and ErrNoPrivate for a public key.
func Decrypt(raw string, keys ...*Key) (*Opened, error) {
	p, err := split(raw)
	if err != nil {
		return nil, err
	}
	h, err := readHeader(p.header)
	if err != nil {
		return nil, err
	}
	a, only, err := algorithmNamed(h.alg)
	if err != nil || only != nil {
		return nil, fmt.Errorf("%w: alg is %.64q, which is never accepted", token.AlgorithmRefused, h.alg)
	}
	k, err := find(keys, h.kid)
	if err != nil {
		return nil, err
	}
	if a != k.alg {
		return nil, fmt.Errorf("%w: alg is %s, and the key is for %s", token.AlgorithmRefused, a.name, k.Algorithm())
	}
	c, err := h.content(k)
	if err != nil {
		return nil, err
	}
	if err := p.checkLengths(k, c); err != nil {
		return nil, err
	}
	if err := h.checkParameters(k); err != nil {
		return nil, err
	}
	if !k.CanDecrypt() {
		return nil, fmt.Errorf("%w: %v", ErrNoPrivate, k)
	}
	plaintext, err := k.open(raw, c)
	if err != nil {
		return nil, err
	}
	return &Opened{Header: p.header, Plaintext: plaintext}, nil
}

// find is the key for a kid, which is compared when both sides have one.
func find(keys []*Key, kid string) (*Key, error) {
	for _, k := range keys {
		if k.id == kid && kid != "" || len(keys) == 1 && (k.id == "" || kid == "") {
			return k, nil
		}
	}
	return nil, fmt.Errorf("%w: no key is known by the kid %.64q", token.BadSignature, kid)
}

// open hands a token that was looked at to go-jose, which knows no other algorithms for it than those.
func (k *Key) open(raw string, c *content) ([]byte, error) {
	sealed, err := jose.ParseEncryptedCompact(raw,
		[]jose.KeyAlgorithm{jose.KeyAlgorithm(k.alg.name)}, []jose.ContentEncryption{jose.ContentEncryption(c.name)})
	if err != nil { // what we never use, such as a jwk, it still wants to be one
		return nil, fmt.Errorf("%w: a header that cannot be read", token.Malformed)
	}
	plaintext, err := sealed.Decrypt(k.get())
	if err != nil {
		return nil, errClosed
	}
	return plaintext, nil
}

// encryptedLength is how long the encrypted content key is, in bytes.
func (k *Key) encryptedLength(c *content) int {
	if public, ok := k.public().(*rsa.PublicKey); ok {
		return public.Size()
	}
	if k.alg.wrap == 0 {
		return 0 // the content key is agreed upon, or is the secret itself
	}
	return c.key + 8 // AES key wrap adds a block (RFC 3394)
}
