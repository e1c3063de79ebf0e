package token

import (
	"crypto"
	"crypto/hmac"
	"hash"
	"slices"
	"sync"

	"github.com/golang-jwt/jwt/v5"
)

// macs computes HMACs under one secret. golang-jwt's method hashes the secret anew for every token, which takes longer than
// to hash the token; here that is done once for each of the few that are in use at once.
type macs struct{ free sync.Pool } // of *mac

type mac struct {
	state      hash.Hash
	input, sum []byte // reused
}

func newMACs(with crypto.Hash, secret []byte) *macs {
	secret = slices.Clone(secret)
	return &macs{sync.Pool{New: func() any { return &mac{state: hmac.New(with.New, secret)} }}}
}

// verify tells whether signature is the HMAC of input, in a time that does not depend on how much of it is right.
func (m *macs) verify(input string, signature []byte) error {
	one := m.free.Get().(*mac)
	defer m.free.Put(one)
	one.input = append(one.input[:0], input...)
	one.state.Reset()
	one.state.Write(one.input)
	one.sum = one.state.Sum(one.sum[:0])
	if !hmac.Equal(one.sum, signature) {
		return jwt.ErrSignatureInvalid
	}
	return nil
}
