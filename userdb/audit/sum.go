package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"

	"jotkit/userdb/kv"
)

// A Sum is an HMAC-SHA256, lower-case hex in JSON.
type Sum [sha256.Size]byte

// MarshalText writes the sum in hex.
func (s Sum) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

// UnmarshalText reads hex of the right length.
func (s *Sum) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(s) {
		return fmt.Errorf("not the hex of %d bytes", len(s))
	}
	*s = Sum(b)
	return nil
}

// A keyed is an HMAC whose parts cannot run into one another: each text goes in behind its length.
type keyed struct{ hash.Hash }

// newMAC begins a sum for one use; the label keeps the sums of one use from passing for those of another.
func newMAC(key []byte, label string) keyed {
	k := keyed{hmac.New(sha256.New, key)}
	k.text(label)
	return k
}

func (k keyed) number(n uint64) { k.Write(binary.BigEndian.AppendUint64(nil, n)) }

func (k keyed) text(s string) {
	k.number(uint64(len(s)))
	k.Write([]byte(s))
}

func (k keyed) sum() Sum { return Sum(k.Sum(nil)) }

// checkKey refuses a key that is none: anybody could make the sums of an empty one.
func checkKey(key []byte) error {
	if len(key) != 32 {
		return fmt.Errorf("%w: no audit key of 32 bytes", kv.ErrDamaged)
	}
	return nil
}
