package userdb

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"sync"

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

func (d Digest) compare(e Digest) int { return bytes.Compare(d[:], e[:]) }

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
func digestUnder(key []byte, label, id string) Digest { return newMAC(key).digest(label, id) }

// A digester makes digests under one key, in any number of goroutines. It keeps what HMAC makes of the key, which costs as
// much as the digest does, and the memory that it takes.
type digester struct{ idle sync.Pool } // of *mac

func newDigester(key []byte) *digester {
	return &digester{sync.Pool{New: func() any { return newMAC(key) }}}
}

func (d *digester) digest(label, id string) Digest {
	m := d.idle.Get().(*mac)
	defer d.idle.Put(m)
	return m.digest(label, id)
}

// A mac is HMAC-SHA256 under one key, to be used again and again, but by one at a time.
type mac struct {
	hash hash.Hash
	text []byte // what was digested last, and the sum of it
}

func newMAC(key []byte) *mac { return &mac{hash: hmac.New(sha256.New, key)} }

func (m *mac) digest(label, id string) Digest {
	m.text = append(append(append(m.text[:0], label...), 0), id...)
	m.hash.Reset()
	m.hash.Write(m.text)
	m.text = m.hash.Sum(m.text[:0])
	return Digest(m.text[:len(Digest{})])
}
