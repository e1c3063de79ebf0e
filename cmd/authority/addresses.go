package authority

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/audit"
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
	away    map[turnedAway]int
}

// A turnedAway is one kind of request that was refused before it cost anything.
type turnedAway struct {
	from netip.Prefix
	verb string
}

const (
	freeOfAddress = 20 // attempts that ask for nothing: many people may share one address
	mostAddresses = 10_000
	forgetAddress = time.Hour
)

// NewAddresses has counted nothing yet.
func NewAddresses() *Addresses {
	return &Addresses{counted: map[netip.Prefix]userdb.Attempt{}, away: map[turnedAway]int{}}
}

// site is what counts as one address: of IPv6 the network of a customer, who has 2^64 addresses in it.
func site(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // fails for bits out of range alone; of no address it is no prefix
	return p
}

// check is a *SlowDown for an address that has to wait, and counts it as turned away.
func (a *Addresses) check(addr netip.Addr, verb string, now time.Time) error {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if wait := a.counted[site(addr)].WaitAfter(freeOfAddress, now); wait > 0 {
		a.turnAway(addr, verb)
		return &SlowDown{wait}
	}
	return nil
}

// count counts one attempt.
func (a *Addresses) count(addr netip.Addr, now time.Time) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	at := site(addr)
	was, known := a.counted[at]
	if !known && len(a.counted) >= mostAddresses {
		a.forget(now)
	}
	if now.Sub(was.Last) > forgetAddress {
		was.Failures = 0
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

// TurnedAway counts a request that was refused before it cost anything: such requests write nothing to the store, or
// strangers could fill it. They become one line of the audit now and then: see [Authority.NoteTurnedAway].
func (a *Addresses) TurnedAway(addr netip.Addr, verb string) {
	if a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.turnAway(addr, verb)
	}
}

func (a *Addresses) turnAway(addr netip.Addr, verb string) {
	t := turnedAway{site(addr), verb}
	if _, known := a.away[t]; !known && len(a.away) >= mostAddresses/100 {
		t.from = netip.Prefix{} // many at once count as one
	}
	a.away[t]++
}

// takeAway returns what was turned away since the last time.
func (a *Addresses) takeAway() map[turnedAway]int {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	was := a.away
	a.away = map[turnedAway]int{}
	return was
}

// NoteTurnedAway writes a line of the audit for each address and verb that was turned away since the last time.
func (a *Authority) NoteTurnedAway(ctx context.Context) error {
	for t, n := range a.Addresses.takeAway() {
		from := "many addresses"
		if t.from.IsValid() {
			from = t.from.String()
		}
		event := a.event(t.verb, "")
		event.Outcome = audit.Refused
		event.Detail = map[string]string{"why": "turned away unseen", "from": from, "count": strconv.Itoa(n)}
		if err := a.write(ctx, event, nothingElse); err != nil {
			return err
		}
	}
	return nil
}
