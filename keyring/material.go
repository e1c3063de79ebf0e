package keyring

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"fmt"
	"slices"

	"jotkit/token"
)

// privateMembers are the members of RFC 7518 sections 6.2.2 and 6.3.2 that only the owner of a key may see. "k" is not
// among them, for a symmetric key without it is nothing.
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth"}

func hasPrivate(j object) bool { return slices.ContainsFunc(privateMembers, j.has) }

// publicMaterial is the public key of a JWK, or the secret of a symmetric one.
func publicMaterial(j object) (any, error) {
	kty, err := j.text("kty")
	if err != nil {
		return nil, err
	}
	switch kty {
	case "oct":
		return j.bytes("k")
	case "RSA":
		return publicRSA(j)
	case "EC":
		return publicEC(j)
	case "OKP":
		return publicOKP(j)
	case "":
		return nil, fmt.Errorf("%w: member \"kty\" is missing or empty", ErrNotAKey)
	}
	return nil, token.PassOver(fmt.Errorf("%w: it is of the kind %s", ErrUnsupported, shown(kty)))
}

// privateMaterial is the private key of a JWK whose public key is the one given.
func privateMaterial(j object, public any) (any, error) {
	switch p := public.(type) {
	case *ecdsa.PublicKey:
		return privateEC(j, p)
	case ed25519.PublicKey:
		return privateOKP(j, p)
	}
	return privateRSA(j, public)
}

func curveNamed(name string) elliptic.Curve {
	switch name {
	case "P-256":
		return elliptic.P256()
	case "P-384":
		return elliptic.P384()
	case "P-521":
		return elliptic.P521()
	}
	return nil
}

// publicEC reads x and y, each exactly as long as the field (RFC 7518 section 6.2.1.2), and the point must be on the curve:
// points off it give away the private key bit by bit (RFC 8725 section 3.4).
func publicEC(j object) (*ecdsa.PublicKey, error) {
	crv, err := j.text("crv")
	if err != nil {
		return nil, err
	}
	curve := curveNamed(crv)
	switch {
	case crv == "":
		return nil, fmt.Errorf("%w: member \"crv\" is missing or empty", ErrNotAKey)
	case curve == nil:
		return nil, token.PassOver(fmt.Errorf("%w: it is on the curve %s", ErrUnsupported, shown(crv)))
	}
	size := (curve.Params().BitSize + 7) / 8
	x, err := j.exactly("x", size)
	if err != nil {
		return nil, err
	}
	y, err := j.exactly("y", size)
	if err != nil {
		return nil, err
	}
	k, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, fmt.Errorf("%w: a point that is not on the curve %s", token.ErrKeyMismatch, crv)
	}
	return k, nil
}

func privateEC(j object, public *ecdsa.PublicKey) (*ecdsa.PrivateKey, error) {
	d, err := j.exactly("d", (public.Curve.Params().N.BitLen()+7)/8)
	if err != nil {
		return nil, err
	}
	k, err := ecdsa.ParseRawPrivateKey(public.Curve, d)
	if err != nil || !k.PublicKey.Equal(public) {
		return nil, errNotItsPrivate
	}
	return k, nil
}

func publicOKP(j object) (ed25519.PublicKey, error) {
	crv, err := j.text("crv")
	switch {
	case err != nil:
		return nil, err
	case crv == "":
		return nil, fmt.Errorf("%w: member \"crv\" is missing or empty", ErrNotAKey)
	case crv != "Ed25519":
		return nil, token.PassOver(fmt.Errorf("%w: it is on the curve %s", ErrUnsupported, shown(crv)))
	}
	return j.exactly("x", ed25519.PublicKeySize)
}

func privateOKP(j object, public ed25519.PublicKey) (ed25519.PrivateKey, error) {
	seed, err := j.exactly("d", ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	k := ed25519.NewKeyFromSeed(seed)
	if !public.Equal(k.Public()) {
		return nil, errNotItsPrivate
	}
	return k, nil
}

// errNotItsPrivate is for two halves that were put together by mistake or by malice.
var errNotItsPrivate = fmt.Errorf("%w: its private half does not belong to its public half", token.ErrKeyMismatch)

// exactly is a member of base64url that holds so many bytes.
func (o object) exactly(name string, size int) ([]byte, error) {
	b, err := o.bytes(name)
	if err == nil && len(b) != size {
		return nil, fmt.Errorf("%w: member %q holds %d bytes, and %d are wanted", token.ErrKeyMismatch, name, len(b), size)
	}
	return b, err
}
