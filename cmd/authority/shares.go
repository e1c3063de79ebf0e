package authority

import (
	"net/netip"
	"sync"
)

// Shares let no address have more than its share of the places there are for all. This machine, and an address that is not
// known, may have any number: a proxy there speaks for many.
type Shares struct {
	most int

	mu    sync.Mutex
	taken map[netip.Prefix]int
}

// NewShares gives so many places to each address.
func NewShares(most int) *Shares { return &Shares{most: most, taken: map[netip.Prefix]int{}} }

// Take takes a place for an address, if it has not got its share. giveBack may be called more than once.
func (s *Shares) Take(from netip.Addr) (giveBack func(), ok bool) {
	if !from.IsValid() || from.IsLoopback() {
		return func() {}, true
	}
	at := Site(from)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[at] >= s.most {
		return nil, false
	}
	s.taken[at]++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.taken[at]--; s.taken[at] == 0 {
			delete(s.taken, at)
		}
	}), true
}
