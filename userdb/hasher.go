package userdb

import (
	"crypto/rand"
	"crypto/subtle"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// A Hasher hashes passwords with Argon2id. The zero value is ready, and makes hashes of [DefaultCost]. It takes tens of
// milliseconds and Cost.Memory a hash: the caller bounds how many run at once, and none runs inside a transaction.
type Hasher struct {
	Cost    Cost
	Hashing func() // called before each hash, when it is set: a counter, or a gate
}

const saltBytes, sumBytes = 16, 32

// Hash returns the PHC string of password under a fresh salt. The password is brought to NFKC first, so that it can be
// typed on another keyboard. Policy is [CheckPassword]'s; only what is too long or no UTF-8 is ErrPasswordPolicy here.
func (h Hasher) Hash(password string) (string, error) {
	if err := hashable(password); err != nil {
		return "", err
	}
	if err := h.Cost.Check(); err != nil {
		return "", err
	}
	p := phc{cost: h.Cost.orDefault(), salt: make([]byte, saltBytes), sum: make([]byte, sumBytes)}
	rand.Read(p.salt) // never fails: it ends the program instead (crypto/rand)
	p.sum = h.sum(p, password)
	return p.String(), nil
}

// Verify tells whether password is the one that stored was made from, and whether the hash is cheaper than this Hasher
// makes them and so wants making anew while the password is at hand. It costs exactly one hash whatever the password
// is; a stored text that is not within bounds is ErrHash and costs none.
func (h Hasher) Verify(stored, password string) (ok, rehash bool, err error) {
	p, err := parsePHC(stored)
	if err != nil {
		return false, false, err
	}
	good := hashable(password) == nil
	if !good {
		password = "" // hashed all the same: how long an answer takes says nothing
	}
	same := subtle.ConstantTimeCompare(h.sum(p, password), p.sum) == 1
	ok = same && good
	return ok, ok && h.wantsMore(p), nil
}

// Dummy returns a hash that no password fits, of this Hasher's cost. Verifying against it when a name is unknown makes
// that attempt as slow as any other (user enumeration).
func (h Hasher) Dummy() string {
	return phc{cost: h.Cost.orDefault(), salt: make([]byte, saltBytes), sum: make([]byte, sumBytes)}.String()
}

func (h Hasher) sum(p phc, password string) []byte {
	if h.Hashing != nil {
		h.Hashing()
	}
	text := []byte(norm.NFKC.String(password))
	return argon2.IDKey(text, p.salt, p.cost.Time, p.cost.Memory, p.cost.Threads, uint32(len(p.sum)))
}

func (h Hasher) wantsMore(p phc) bool {
	want := h.Cost.orDefault()
	return p.cost.Memory < want.Memory || p.cost.Time < want.Time || len(p.sum) < sumBytes
}
