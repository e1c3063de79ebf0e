package userdb

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"jotkit/userdb/kv"
)

// A Digest stands for an id in the store: HMAC-SHA256 under a key of the store, cut to 96 bits. Who reads the store
// cannot tell the ids, and who chooses ids cannot choose where they lie.
type Digest [12]byte

func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// parseDigest reads what String writes, and nothing else.
func parseDigest(s string) (d Digest, ok bool) {
	if len(s) != 2*len(d) {
		return Digest{}, false
	}
	if _, err := hex.Decode(d[:], []byte(s)); err != nil || d.String() != s {
		return Digest{}, false
	}
	return d, true
}

// before returns the digest just below d, and false below the least one.
func (d Digest) before() (Digest, bool) {
	for i := len(d) - 1; i >= 0; i-- {
		d[i]--
		if d[i] != 0xff {
			return d, true
		}
	}
	return Digest{}, false
}

// digestOf digests an id that is not of the deny list.
func digestOf(secrets kv.Secrets, label, id string) (Digest, error) {
	if err := checkDigestKey(secrets); err != nil {
		return Digest{}, err
	}
	return digestUnder(secrets.Digest, label, id), nil
}

// checkDigestKey makes a missing key an error: under an empty one every look-up would miss, and what is denied would pass.
func checkDigestKey(secrets kv.Secrets) error {
	if len(secrets.Digest) != sha256.Size {
		return fmt.Errorf("%w: no digest key of 32 bytes", kv.ErrDamaged)
	}
	return nil
}

// digestUnder digests label ‖ 0 ‖ id; labels are words of this package, so none holds a zero byte.
func digestUnder(key []byte, label, id string) Digest {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(label + "\x00" + id))
	return Digest(mac.Sum(nil)[:12])
}
