//go:build etcd

package etcd

import (
	"slices"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// A stride is how far a walk reaches beyond a key. Keys that have their first bytes in common are taken for numbers: the
// bytes that are next in them are digits, and there are as many digits as there were different bytes. So a stride that was
// right for one page of random ids, hex digests or numbers is right for the next, and does not end in bytes that are in
// none. The zero stride reaches beyond all keys.
type stride struct {
	common int    // bytes before the digits
	digits []byte // in order
	places int    // of a number
	limit  uint64 // numbers are less: digits to the power of places
	n      uint64
}

// strideOver is a little more than the distance from the first of these keys to the last. There are two at least. Where they
// differ in length alone there is no distance, and the stride is the zero one.
func strideOver(keys []*mvccpb.KeyValue) stride {
	const places, most = 8, 1 << 48
	first, last := keys[0].Key, keys[len(keys)-1].Key
	s := stride{limit: 1}
	for s.common < len(first) && first[s.common] == last[s.common] {
		s.common++
	}
	var seen [256]bool
	for _, found := range keys {
		for _, b := range found.Key[s.common:min(s.common+places, len(found.Key))] {
			seen[b] = true
		}
	}
	for b, ok := range seen {
		if ok {
			s.digits = append(s.digits, byte(b))
		}
	}
	if len(s.digits) < 2 {
		return stride{}
	}
	for base := s.base(); s.places < places && s.limit < most/base; s.places++ {
		s.limit *= base
	}
	n := s.number(last) - s.number(first)
	s.n = n + n/4 + 1
	return s
}

func (s stride) base() uint64 { return uint64(len(s.digits)) }

// number is that of a key. A byte that is no digit counts as the next greater one and ends the number: it may come to s.limit.
func (s stride) number(key []byte) (n uint64) {
	key = key[min(s.common, len(key)):]
	exact := true
	for i := range s.places {
		if n *= s.base(); exact && i < len(key) {
			var digit int
			digit, exact = slices.BinarySearch(s.digits, key[i])
			n += uint64(digit)
		}
	}
	return n
}

// after is the end of a stride that begins at a key: a greater one, or "" or "\x00" where all keys are less. It is not
// beyond those that have the common bytes with the key; cut tells that it would be.
func (s stride) after(key string) (to string, cut bool) {
	if s.places == 0 {
		return "", true
	}
	common := []byte(key[:min(s.common, len(key))])
	for len(common) < s.common {
		common = append(common, s.digits[0])
	}
	n := s.number([]byte(key)) + s.n
	if n >= s.limit {
		return clientv3.GetPrefixRangeEnd(string(common)), true
	}
	number := make([]byte, s.places)
	for i := range number {
		at := len(number) - 1 - i
		number[at] = s.digits[n%s.base()]
		n /= s.base()
	}
	return string(append(common, number...)), false
}

// wider is several times as long.
func (s stride) wider() stride {
	const times = 4
	for s.n *= times; s.n >= s.limit && s.common > 0; s.common-- {
		s.n = max(s.n/s.base(), 1)
	}
	if s.common == 0 {
		return stride{}
	}
	return s
}
