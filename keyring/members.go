package keyring

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"jotkit/token"
)

// member is one string member of a JWK.
type member struct{ name, value string }

// publicMembersOf are the members that make up the public key, kty first. They are just those of which RFC 7638 section
// 3.2 takes the thumbprint. For a symmetric key they hold the secret.
func publicMembersOf(k *token.Key) []member {
	switch m := k.Public().Material().(type) {
	case []byte:
		return []member{{"kty", "oct"}, {"k", encoded(m)}}
	case *rsa.PublicKey:
		return []member{{"kty", "RSA"}, {"n", encoded(m.N.Bytes())}, {"e", encoded(big.NewInt(int64(m.E)).Bytes())}}
	case *ecdsa.PublicKey:
		point, _ := m.Bytes() // fails for points off the curve alone, and of those no token.Key is made
		x, y := point[1:1+len(point)/2], point[1+len(point)/2:]
		return []member{{"kty", "EC"}, {"crv", m.Curve.Params().Name}, {"x", encoded(x)}, {"y", encoded(y)}}
	case ed25519.PublicKey:
		return []member{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", encoded(m)}}
	}
	return nil
}

// privateMembersOf are the members that make up the private half, or none.
func privateMembersOf(k *token.Key) []member {
	switch m := k.Material().(type) {
	case *rsa.PrivateKey:
		k := *m // a copy, for others may be signing with m
		k.Precompute()
		c := k.Precomputed
		var out []member
		for i, v := range []*big.Int{m.D, m.Primes[0], m.Primes[1], c.Dp, c.Dq, c.Qinv} {
			out = append(out, member{privateMembers[i], encoded(v.Bytes())})
		}
		return out
	case *ecdsa.PrivateKey:
		d, _ := m.Bytes() // fails for numbers that are no private key alone
		return []member{{"d", encoded(d)}}
	case ed25519.PrivateKey:
		return []member{{"d", encoded(m.Seed())}}
	}
	return nil
}

// checkWritable refuses private keys that have no JWK and no PEM form here, though they can sign.
func checkWritable(k *token.Key) error {
	if m, ok := k.Material().(*rsa.PrivateKey); ok && len(m.Primes) != 2 {
		return fmt.Errorf("%w: an RSA key of %d primes, and two are wanted", ErrUnsupported, len(m.Primes))
	}
	return nil
}

// Thumbprint is the SHA-256 thumbprint of RFC 7638 in base64url: 43 characters that name the key by what it is. Of a
// symmetric key it is a hash of the secret, harmless for random secrets, which are the only ones that may be used.
func Thumbprint(k *token.Key) string {
	members := publicMembersOf(k)
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	var w writer
	w.members(members)
	text, _ := w.done() // names and base64url need no escaping and cannot fail
	sum := sha256.Sum256(text)
	return encoded(sum[:])
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
