package keyring

import (
	"fmt"

	"jotkit/token"
)

// maxKid bounds a kid in bytes: it goes into the header of every token.
const maxKid = 1024

// readJSON reads a JWK or a JWK Set.
func readJSON(data []byte) (*file, error) {
	top, err := readObject(data)
	switch {
	case err != nil:
		return nil, err
	case top.has("kty"):
		u, err := uncheckedJWK(top)
		return &file{keys: []found{{"", u}}}, err
	case top.has("keys"):
		return readSet(top)
	}
	return nil, fmt.Errorf("%w: %s", ErrNotAKey, whatJSONItIs(top))
}

// uncheckedJWK reads what a JWK says of itself. What is wrong with its kid or alg is told with the material alone: a key
// that is for something else may have any.
func uncheckedJWK(j object) (token.UncheckedKey, error) {
	u := token.UncheckedKey{Revoked: j.has("revoked"), Private: hasPrivate(j)}
	use, err := j.text("use")
	if err != nil {
		return u, err
	}
	if j.has("use") {
		u.Use = &use
	}
	if u.Operations, err = j.list("key_ops"); err != nil {
		return u, err
	}
	kty, _ := j.text("kty")
	u.Symmetric = kty == "oct"
	var fault error
	u.KID, u.Algorithm, fault = namesIn(j)
	u.Public = func() (any, error) {
		if fault != nil {
			return nil, fault
		}
		return publicMaterial(j)
	}
	u.Whole = func() (any, error) {
		public, err := u.Public()
		if err != nil || u.Symmetric || !u.Private {
			return public, err
		}
		return privateMaterial(j, public)
	}
	return u, nil
}

// namesIn is the kid and the algorithm of a JWK, or "" for what it does not say.
func namesIn(j object) (kid, alg string, err error) {
	if kid, err = j.text("kid"); err != nil {
		return "", "", err
	}
	if len(kid) > maxKid {
		return "", "", fmt.Errorf("%w: a kid of more than %d bytes", ErrNotAKey, maxKid)
	}
	alg, err = j.text("alg")
	return kid, alg, err
}

// withPrivate adds the private half of the JWK to its public half, and refuses one that belongs to another key.
func withPrivate(j object, public *token.Key) (*token.Key, error) {
	private, err := privateMaterial(j, public.Material())
	if err != nil {
		return nil, err
	}
	return token.NewKey(public.ID(), public.Algorithm(), private)
}
