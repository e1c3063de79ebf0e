package authority

import (
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"time"

	"jotkit/userdb"
)

// A SlowDown is the error of an address that has to wait, after failed logins or many registrations. It is told so, for
// it learns nothing from it about any name.
type SlowDown struct{ Wait time.Duration }

func (e *SlowDown) Error() string {
	return fmt.Sprintf("too many attempts from this address: wait %v", e.Wait)
}

// Addresses counts what came from where over the network, and asks for waits. A nil one counts nothing. It lives with the
// process: what has to last is counted by name, in the store.
type Addresses struct {
	mu      sync.Mutex
	counted map[netip.Prefix]userdb.Attempt
}

const (
	freeOfAddress = 20 // attempts that ask for nothing: many people may share one address
	mostAddresses = 10_000
	forgetAddress = time.Hour        // after which an address is let go where there is no room
	forgetOne     = 10 * time.Minute // after which one attempt less is on record
)

// NewAddresses has counted nothing yet.
func NewAddresses() *Addresses {
	return &Addresses{counted: map[netip.Prefix]userdb.Attempt{}}
}

// Site is what counts as one address: of IPv6 one link, for whoever has it has 2^64 addresses.
func Site(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // fails for bits out of range alone; of no address it is no prefix
	return p
}

// wait is how long an address has to wait.
func (a *Addresses) wait(addr netip.Addr, now time.Time) time.Duration {
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.counted[Site(addr)].WaitAfter(freeOfAddress, now)
}

// count counts one attempt.
func (a *Addresses) count(addr netip.Addr, now time.Time) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	at := Site(addr)
	was, known := a.counted[at]
	if !known && len(a.counted) >= mostAddresses {
		a.forget(now)
	}
	if known { // many people may share an address: a slip now and then must not add up
		was.Failures = max(0, was.Failures-int(max(0, now.Sub(was.Last))/forgetOne))
	}
	a.counted[at] = userdb.Attempt{Failures: was.Failures + 1, Last: now}
}

// forget makes room: those idle for long go, and if they are few, any others.
func (a *Addresses) forget(now time.Time) {
	maps.DeleteFunc(a.counted, func(_ netip.Prefix, f userdb.Attempt) bool { return now.Sub(f.Last) > forgetAddress })
	for at := range a.counted {
		if len(a.counted) <= mostAddresses-mostAddresses/10 {
			return
		}
		delete(a.counted, at)
	}
}

// slowed is a *SlowDown where the address of who acts has to wait.
func (a *Authority) slowed(by *Addresses, verb string) error {
	wait := by.wait(a.From, a.Now())
	if wait <= 0 {
		return nil
	}
	a.TurnedAway(verb)
	return &SlowDown{wait}
}
