package token

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// family is the kind of key that an algorithm works with.
type family int

const (
	familyHMAC family = iota
	familyRSA
	familyEC
	familyEd25519
)

// algorithm is one row of RFC 7518 section 3.1, RFC 8037 or RFC 9864.
type algorithm struct {
	name      string
	family    family
	method    jwt.SigningMethod
	secretMin int            // HMAC: least length of the secret in bytes, the hash's own (RFC 7518 section 3.2)
	curve     elliptic.Curve // EC: the one curve of this algorithm
}

// algorithms is every algorithm there is. "none" is not among them, and nothing can add it.
var algorithms = []*algorithm{
	{name: "HS256", family: familyHMAC, method: jwt.SigningMethodHS256, secretMin: 32},
	{name: "HS384", family: familyHMAC, method: jwt.SigningMethodHS384, secretMin: 48},
	{name: "HS512", family: familyHMAC, method: jwt.SigningMethodHS512, secretMin: 64},
	{name: "RS256", family: familyRSA, method: jwt.SigningMethodRS256},
	{name: "RS384", family: familyRSA, method: jwt.SigningMethodRS384},
	{name: "RS512", family: familyRSA, method: jwt.SigningMethodRS512},
	{name: "PS256", family: familyRSA, method: pss(jwt.SigningMethodPS256)},
	{name: "PS384", family: familyRSA, method: pss(jwt.SigningMethodPS384)},
	{name: "PS512", family: familyRSA, method: pss(jwt.SigningMethodPS512)},
	{name: "ES256", family: familyEC, method: jwt.SigningMethodES256, curve: elliptic.P256()},
	{name: "ES384", family: familyEC, method: jwt.SigningMethodES384, curve: elliptic.P384()},
	{name: "ES512", family: familyEC, method: jwt.SigningMethodES512, curve: elliptic.P521()},
	{name: "EdDSA", family: familyEd25519, method: jwt.SigningMethodEdDSA},
	{name: "Ed25519", family: familyEd25519, method: jwt.SigningMethodEdDSA},
}

// pss is m with the one salt length that RFC 7518 section 3.5 allows; golang-jwt's own accepts any when it verifies.
func pss(m *jwt.SigningMethodRSAPSS) jwt.SigningMethod {
	return &jwt.SigningMethodRSAPSS{
		SigningMethodRSA: m.SigningMethodRSA,
		Options:          &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: m.Hash},
	}
}

// Algorithms lists the names of all algorithms, in the order of RFC 7518.
func Algorithms() []string {
	names := make([]string, len(algorithms))
	for i, a := range algorithms {
		names[i] = a.name
	}
	return names
}

func algorithmNamed(name string) (*algorithm, error) {
	for _, a := range algorithms {
		if a.name == name {
			return a, nil
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknownAlgorithm, name)
}

// DefaultAlgorithm names the algorithm of a key that does not name one: EC and Ed25519 keys imply theirs, an RSA key is
// taken for RS256 and a secret for HS256. For other material it is "".
func DefaultAlgorithm(material any) string {
	switch m := publicHalf(material).(type) {
	case []byte:
		return "HS256"
	case *rsa.PublicKey:
		return "RS256"
	case ed25519.PublicKey:
		return "EdDSA"
	case *ecdsa.PublicKey:
		for _, a := range algorithms {
			if a.family == familyEC && a.curve == m.Curve {
				return a.name
			}
		}
	}
	return ""
}

// GenerateKey makes a new key for the algorithm named, without an id: RSA keys of 2048 bits, secrets as long as the hash.
func GenerateKey(alg string) (*Key, error) {
	a, err := algorithmNamed(alg)
	if err != nil {
		return nil, err
	}
	material, err := a.generate()
	if err != nil {
		return nil, err
	}
	return NewKey("", alg, material)
}

func (a *algorithm) generate() (any, error) {
	switch a.family {
	case familyHMAC:
		secret := make([]byte, a.secretMin)
		rand.Read(secret) // never fails: it ends the program instead (crypto/rand)
		return secret, nil
	case familyRSA:
		return rsa.GenerateKey(rand.Reader, 2048)
	case familyEC:
		return ecdsa.GenerateKey(a.curve, rand.Reader)
	default:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	}
}
