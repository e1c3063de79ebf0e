package token

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"math/big"
)

// check tells what is wrong with material as a key of a, if anything.
func (a *algorithm) check(material any) error {
	if err := a.checkPublic(publicHalf(material)); err != nil {
		return err
	}
	if !halvesFit(material) {
		return fmt.Errorf("%w: its halves are of two keys", ErrKeyMismatch)
	}
	return nil
}

func (a *algorithm) checkPublic(material any) error {
	switch m := material.(type) {
	case []byte:
		return a.checkSecret(m)
	case *rsa.PublicKey:
		return a.checkRSA(m)
	case *ecdsa.PublicKey:
		return a.checkEC(m)
	case ed25519.PublicKey:
		return a.checkEd25519(m)
	}
	return fmt.Errorf("%w: a %T", ErrKeyMismatch, material)
}

// halvesFit tells whether a private half is that of the public one beside it. Otherwise an Ed25519 key would give itself away
// with two signatures, since the nonce does not depend on the public half, and the others sign what nobody can verify.
func halvesFit(material any) bool {
	switch k := material.(type) {
	case *rsa.PrivateKey:
		return k.Validate() == nil
	case *ecdsa.PrivateKey:
		private, err := k.ECDH()
		if err != nil {
			return false
		}
		public, err := k.PublicKey.ECDH()
		return err == nil && private.PublicKey().Equal(public)
	case ed25519.PrivateKey:
		return ed25519.NewKeyFromSeed(k.Seed()).Equal(k)
	}
	return true
}

func (a *algorithm) checkSecret(secret []byte) error {
	switch {
	case a.family != familyHMAC:
		return fmt.Errorf("%w: a secret", ErrKeyMismatch)
	case len(secret) < a.secretMin:
		return fmt.Errorf("%w: a secret of %d bytes, and %s asks for at least %d", ErrWeakKey, len(secret), a.name, a.secretMin)
	}
	return nil
}

func (a *algorithm) checkRSA(k *rsa.PublicKey) error {
	switch {
	case a.family != familyRSA:
		return fmt.Errorf("%w: an RSA key", ErrKeyMismatch)
	case k.N == nil || k.N.Sign() <= 0 || k.N.Bit(0) == 0:
		return fmt.Errorf("%w: an RSA modulus that is not an odd positive number", ErrKeyMismatch)
	case k.N.BitLen() < 2048 || k.N.BitLen() > 8192:
		return fmt.Errorf("%w: an RSA key of %d bits, and 2048 to 8192 are accepted", ErrWeakKey, k.N.BitLen())
	case k.E < 65537 || k.E%2 == 0:
		return fmt.Errorf("%w: an RSA exponent of %d, and an odd one of at least 65537 is wanted", ErrWeakKey, k.E)
	case roca(k.N):
		return fmt.Errorf("%w: an RSA modulus of the shape of CVE-2017-15361 (ROCA), which can be factored", ErrWeakKey)
	}
	return nil
}

func (a *algorithm) checkEC(k *ecdsa.PublicKey) error {
	switch {
	case a.family != familyEC:
		return fmt.Errorf("%w: an EC key", ErrKeyMismatch)
	case k.Curve != a.curve:
		name := "unknown"
		if k.Curve != nil {
			name = k.Curve.Params().Name
		}
		return fmt.Errorf("%w: a key on the curve %s, and %s is for %s", ErrKeyMismatch, name, a.name, a.curve.Params().Name)
	}
	if _, err := k.ECDH(); err != nil { // says whether the point is on the curve, and not at infinity
		return fmt.Errorf("%w: a point that is not on the curve %s", ErrKeyMismatch, a.curve.Params().Name)
	}
	return nil
}

// rocaPrimes are the small primes by which the fingerprint of CVE-2017-15361 is taken.
var rocaPrimes = []int64{
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73,
	79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
}

// roca tells whether n looks like a modulus of the broken Infineon library: its primes are k·M + (65537^a mod M), so
// modulo each small prime n is a power of 65537. A sound modulus passes for one with a chance under 2^-27.
func roca(n *big.Int) bool {
	for _, p := range rocaPrimes {
		rest := new(big.Int).Mod(n, big.NewInt(p)).Int64()
		power := int64(1)
		for range p {
			if power == rest {
				break
			}
			power = power * 65537 % p
		}
		if power != rest {
			return false
		}
	}
	return true
}
