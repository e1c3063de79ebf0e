package jwe

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"

	"jotkit/token"
)

// family is the kind of key that a key management algorithm works with.
type family int

const (
	familyRSA family = iota
	familyEC
	familyWrap     // a secret that wraps the content key
	familyDirect   // a secret that is the content key
	familyPassword // a password, from which the secret that wraps is derived
)

// management is one row of RFC 7518 section 4.1.
type management struct {
	name   string
	family family
	wrap   int // length in bytes of the AES key that wraps the content key; 0 where none does
	rounds int // how often a password is hashed for a token that we make: OWASP's figures for PBKDF2
}

// managements is every key management algorithm there is. RSA1_5 and RSA-OAEP are not among them, and nothing can add them:
// the padding of the one gives the plaintext away to who may ask often enough, the other has SHA-1 in it.
var managements = []*management{
	{"RSA-OAEP-256", familyRSA, 0, 0},
	{"ECDH-ES", familyEC, 0, 0},
	{"ECDH-ES+A128KW", familyEC, 16, 0},
	{"ECDH-ES+A256KW", familyEC, 32, 0},
	{"A128KW", familyWrap, 16, 0},
	{"A256KW", familyWrap, 32, 0},
	{"dir", familyDirect, 0, 0},
	{"PBES2-HS256+A128KW", familyPassword, 16, 600_000},
	{"PBES2-HS384+A192KW", familyPassword, 24, 210_000},
	{"PBES2-HS512+A256KW", familyPassword, 32, 210_000},
}

// content is one row of RFC 7518 section 5.1, with lengths in bytes.
type content struct {
	name         string
	key, iv, tag int
}

// contents is every content encryption algorithm there is. Of those for keys of the same length the first is preferred.
var contents = []*content{
	{"A256GCM", 32, 12, 16},
	{"A128GCM", 16, 12, 16},
	{"A128CBC-HS256", 32, 16, 16},
	{"A256CBC-HS512", 64, 16, 32},
}

// Algorithms lists the names of all key management algorithms, in the order of RFC 7518.
func Algorithms() []string {
	var names []string
	for _, a := range managements {
		names = append(names, a.name)
	}
	return names
}

// PasswordAlgorithms lists the names of those that take a password, the one of RFC 7517's example first.
func PasswordAlgorithms() []string {
	var names []string
	for _, a := range managements {
		if a.family == familyPassword {
			names = append(names, a.name)
		}
	}
	return names
}

// Contents lists the names of all content encryption algorithms, the preferred one first.
func Contents() []string {
	var names []string
	for _, c := range contents {
		names = append(names, c.name)
	}
	return names
}

// defaultAlgorithm names the algorithm of a key that does not name one, or is "".
func defaultAlgorithm(material any) string {
	switch m := material.(type) {
	case *rsa.PublicKey, *rsa.PrivateKey:
		return "RSA-OAEP-256"
	case *ecdsa.PublicKey, *ecdsa.PrivateKey:
		return "ECDH-ES"
	case []byte:
		return map[int]string{16: "A128KW", 32: "A256KW"}[len(m)]
	}
	return ""
}

// algorithmNamed finds a key management algorithm. The name of a content algorithm (RFC 7517 section 4.4 allows both) is
// dir for this one.
func algorithmNamed(name string) (*management, *content, error) {
	only := contentNamed(name)
	if only != nil {
		name = "dir"
	}
	for _, a := range managements {
		if a.name == name {
			return a, only, nil
		}
	}
	return nil, nil, fmt.Errorf("%w: %.64q", token.ErrUnknownAlgorithm, name)
}

func contentNamed(name string) *content {
	for _, c := range contents {
		if c.name == name {
			return c
		}
	}
	return nil
}
