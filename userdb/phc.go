package userdb

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// ErrHash comes back when a stored password hash is no Argon2id PHC string, or asks for more than the bounds allow.
var ErrHash = errors.New("not an argon2id hash within bounds")

const (
	minSalt, maxSalt = 16, 64
	minSum, maxSum   = 16, 64
	maxPHC           = 256 // bytes; the longest within bounds is shorter
)

// phc is one hash in the PHC string format: $argon2id$v=19$m=65536,t=3,p=4$salt$sum.
type phc struct {
	cost      Cost
	salt, sum []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.cost.Memory, p.cost.Time, p.cost.Threads,
		b64.EncodeToString(p.salt), b64.EncodeToString(p.sum))
}

// CheckHash returns ErrHash unless s is a hash that [Hasher.Verify] takes: for hashes that come from elsewhere.
func CheckHash(s string) error {
	_, err := parsePHC(s)
	return err
}

// parsePHC takes exactly what String writes: whatever reads the same but is spelt otherwise (signs, leading zeros,
// padding, spare bits, another order) is refused, for one hash has one text. No error repeats the hash.
func parsePHC(s string) (phc, error) {
	parts := strings.Split(s[:min(len(s), maxPHC)], "$")
	if len(s) > maxPHC || len(parts) != 6 || parts[1] != "argon2id" {
		return phc{}, fmt.Errorf("%w: no string of that form", ErrHash)
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.Memory, &p.cost.Time, &p.cost.Threads); err != nil {
		return phc{}, fmt.Errorf("%w: its cost cannot be read", ErrHash)
	}
	if p.cost == (Cost{}) || p.cost.Check() != nil {
		return phc{}, fmt.Errorf("%w: its cost is out of bounds", ErrHash)
	}
	var err, err2 error
	p.salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	p.sum, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	switch {
	case err != nil || len(p.salt) < minSalt || len(p.salt) > maxSalt:
		return phc{}, fmt.Errorf("%w: its salt is not %d to %d bytes", ErrHash, minSalt, maxSalt)
	case err2 != nil || len(p.sum) < minSum || len(p.sum) > maxSum:
		return phc{}, fmt.Errorf("%w: its hash is not %d to %d bytes", ErrHash, minSum, maxSum)
	case p.String() != s:
		return phc{}, fmt.Errorf("%w: it is spelt in another way than the usual", ErrHash)
	}
	return p, nil
}
