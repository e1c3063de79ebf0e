package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/golang-jwt/jwt/v5"
)

var (
	// ErrUnknownAlgorithm comes back for an algorithm that is not in [Algorithms]; "none" is such a one.
	ErrUnknownAlgorithm = errors.New("unknown algorithm")
	// ErrWeakKey comes back for a key that is too weak to trust, whatever it signed.
	ErrWeakKey = errors.New("weak key")
	// ErrKeyMismatch comes back for a key that is not of the kind its algorithm wants, or is no valid key at all.
	ErrKeyMismatch = errors.New("key does not fit its algorithm")
	// ErrCannotSign comes back when a key without a private half is asked to sign.
	ErrCannotSign = errors.New("key cannot sign: it has no private half")
)

// A Key is one cryptographic key, bound for life to exactly one algorithm (RFC 8725 section 3.1). Keys are checked when
// they are made, so one that exists may be used. The zero Key verifies and signs nothing.
type Key struct {
	id  string
	alg *algorithm
	// material is the most that is known of the key: []byte, *rsa.PublicKey, *rsa.PrivateKey, *ecdsa.…, ed25519.…
	// It lies behind a pointer because fmt shows the inside of a copied struct, and of one in somebody's unexported
	// field, without asking its methods.
	material *any
	macs     *macs // HMAC alone
}

// NewKey makes a key from its id ("" for none), its algorithm and its material: a []byte secret, or a public or private
// *rsa, *ecdsa or ed25519 key. It refuses secrets shorter than the hash, RSA keys outside 2048 to 8192 bits, with an
// exponent under 65537 or a modulus of the ROCA shape (all ErrWeakKey), and curves and points that are not the
// algorithm's own, or a private half that is not the public one's (ErrKeyMismatch).
func NewKey(id, alg string, material any) (*Key, error) {
	a, err := algorithmNamed(alg)
	if err != nil {
		return nil, err
	}
	if err := a.check(material); err != nil {
		return nil, fmt.Errorf("%s key %q: %w", alg, id, err)
	}
	k := &Key{id: id, alg: a, material: &material}
	if secret, ok := material.([]byte); ok {
		material = slices.Clone(secret)
		k.macs = newMACs(a.method.(*jwt.SigningMethodHMAC).Hash, secret)
	}
	return k, nil
}

// ID is the key's kid, or "".
func (k *Key) ID() string { return k.id }

// WithID is the same key under another id.
func (k *Key) WithID(id string) *Key {
	return &Key{id: id, alg: k.alg, material: k.material, macs: k.macs}
}

// Algorithm is the name of the one algorithm of this key, or "" for the zero Key.
func (k *Key) Algorithm() string {
	if k.alg == nil {
		return ""
	}
	return k.alg.name
}

// Symmetric tells whether who can verify with this key can sign with it too.
func (k *Key) Symmetric() bool { return k.alg != nil && k.alg.family == familyHMAC }

// CanSign tells whether the private half, or the secret, is there.
func (k *Key) CanSign() bool {
	if k.Symmetric() {
		return true
	}
	_, ok := k.Material().(crypto.Signer)
	return ok
}

// Public is the key without its private half. A symmetric key has no public half: it is returned whole.
func (k *Key) Public() *Key {
	if !k.CanSign() || k.Symmetric() {
		return k
	}
	public := publicHalf(k.Material())
	return &Key{id: k.id, alg: k.alg, material: &public}
}

// Material is what NewKey was given: the secret, or the private key, or the public key where that is all there is.
// Handle it with care.
func (k *Key) Material() any {
	if k.material == nil {
		return nil
	}
	return *k.material
}

// String names the key and shows nothing of it, nor do GoString and LogValue.
func (k *Key) String() string { return fmt.Sprintf("%s key %q", k.Algorithm(), k.id) }

// GoString is String.
func (k *Key) GoString() string { return k.String() }

// LogValue is String.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

func (k *Key) sign(input string) ([]byte, error) {
	if !k.CanSign() {
		return nil, fmt.Errorf("%w: %v", ErrCannotSign, k)
	}
	return k.alg.method.Sign(input, k.Material())
}

func (k *Key) verify(input string, signature []byte) error {
	switch {
	case k.alg == nil:
		return ErrKeyMismatch
	case k.macs != nil:
		return k.macs.verify(input, signature)
	}
	return k.alg.method.Verify(input, signature, publicHalf(k.Material()))
}

// publicHalf is the public half of a private key, and whatever is none as it is.
func publicHalf(material any) any {
	switch k := material.(type) {
	case *rsa.PrivateKey:
		return &k.PublicKey
	case *ecdsa.PrivateKey:
		return &k.PublicKey
	case ed25519.PrivateKey:
		if len(k) == ed25519.PrivateKeySize { // Public panics for others
			return k.Public()
		}
	}
	return material
}
