package keyring

import (
	"crypto/rsa"
	"fmt"
	"math/big"

	"jotkit/token"
)

// maxRSA bounds the numbers of an RSA key in bytes before anything is computed with them.
const maxRSA = 1024

// publicRSA reads n and e. What sizes are good enough is for token.NewKey to say.
func publicRSA(j object) (*rsa.PublicKey, error) {
	n, err := j.number("n")
	if err != nil {
		return nil, err
	}
	e, err := j.number("e")
	if err != nil {
		return nil, err
	}
	if e.BitLen() > 31 {
		return nil, fmt.Errorf("%w: an RSA exponent of %d bits, and at most 31 are supported", token.ErrWeakKey, e.BitLen())
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

// privateRSA reads d and all that goes with it. RFC 7518 section 6.3.2 lets a writer leave out the primes; such keys are
// refused, as are those of more than two primes (oth): no writer in use makes them.
func privateRSA(j object, public any) (*rsa.PrivateKey, error) {
	pub, ok := public.(*rsa.PublicKey)
	if !ok {
		return nil, errNotItsPrivate
	}
	if j.has("oth") {
		return nil, fmt.Errorf("%w: an RSA key of more than two primes", ErrUnsupported)
	}
	var v [6]*big.Int
	for i, name := range privateMembers[:6] {
		n, err := j.number(name)
		if err != nil {
			return nil, err
		}
		v[i] = n
	}
	k := &rsa.PrivateKey{PublicKey: *pub, D: v[0], Primes: []*big.Int{v[1], v[2]}}
	k.Precompute()
	if k.Validate() != nil {
		return nil, errNotItsPrivate
	}
	// A wrong CRT value makes a signature from which anyone can factor the modulus (Boneh, DeMillo, Lipton). Go computes
	// its own, but the next program that reads this key may not.
	c := k.Precomputed
	if c.Dp.Cmp(v[3]) != 0 || c.Dq.Cmp(v[4]) != 0 || c.Qinv.Cmp(v[5]) != 0 {
		return nil, errNotItsPrivate
	}
	return k, nil
}

// number is a Base64urlUInt (RFC 7518 section 2): big-endian, without a zero octet in front.
func (o object) number(name string) (*big.Int, error) {
	b, err := o.bytes(name)
	switch {
	case err != nil:
		return nil, err
	case b[0] == 0:
		return nil, fmt.Errorf("%w: member %q begins with a zero octet", ErrNotAKey, name)
	case len(b) > maxRSA:
		return nil, fmt.Errorf("%w: member %q holds %d bytes, and at most %d are read", ErrNotAKey, name, len(b), maxRSA)
	}
	return new(big.Int).SetBytes(b), nil
}
