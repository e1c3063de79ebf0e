package token

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"testing"
)

// The neutral element as a public key shows why the points are refused: the signature (R = neutral, S = 0) fits any
// message, for S·B = R + h·A whatever h is.
func TestSmallOrder(t *testing.T) {
	forged := append([]byte{1}, make([]byte, 63)...)
	for _, text := range smallOrder {
		for _, sign := range []byte{0, 0x80} {
			point, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			point[31] |= sign
			if _, err := NewKey("", "EdDSA", ed25519.PublicKey(point)); !errors.Is(err, ErrWeakKey) {
				t.Errorf("%x: %v", point, err)
			}
		}
	}
	neutral, _ := hex.DecodeString(smallOrder[1])
	if !ed25519.Verify(neutral, []byte("anything"), forged) {
		t.Error("the forgery that the check is for does not work any more: is the check still needed?")
	}
}
