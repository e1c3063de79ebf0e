package token

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
)

// smallOrder are the encodings of the points of Ed25519 whose order divides 8, without the sign bit: under such a key
// anybody can make a signature that verifies, for any message.
var smallOrder = []string{
	"0000000000000000000000000000000000000000000000000000000000000000", // y = 0, of order 4
	"0100000000000000000000000000000000000000000000000000000000000000", // the neutral element
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // of order 8
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // of order 8
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // y = -1, of order 2
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // y = p, another spelling of 0
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // y = p + 1, another spelling of 1
}

func (a *algorithm) checkEd25519(k ed25519.PublicKey) error {
	if a.family != familyEd25519 || len(k) != ed25519.PublicKeySize {
		return fmt.Errorf("%w: an Ed25519 key", ErrKeyMismatch)
	}
	y := [ed25519.PublicKeySize]byte(k)
	y[31] &= 0x7f
	for _, bad := range smallOrder {
		if hex.EncodeToString(y[:]) == bad {
			return fmt.Errorf("%w: an Ed25519 point of small order, for which anybody can sign", ErrWeakKey)
		}
	}
	return nil
}
