package authority

import (
	"net/netip"
	"sync"
	"time"

	"jotkit/userdb"
)

// Acquaintances remembers from which addresses names have been let in. A stranger who fails under a name makes it wait, and
// would keep its owner out for as long as he goes on; who was let in from an address before is held to the failures from
// there alone. A nil one remembers nobody.
type Acquaintances struct {
	mu     sync.Mutex
	failed map[acquaintance]userdb.Attempt
}

type acquaintance struct {
	name string // as it is kept
	from netip.Prefix
}

const mostAcquaintances = 10_000

// NewAcquaintances remembers nobody yet.
func NewAcquaintances() *Acquaintances {
	return &Acquaintances{failed: map[acquaintance]userdb.Attempt{}}
}

// attempt is what is remembered of the failures of a name from an address that knows it.
func (a *Acquaintances) attempt(name string, from netip.Addr) (attempt userdb.Attempt, known bool) {
	if a == nil {
		return attempt, false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	attempt, known = a.failed[acquaintance{name, Site(from)}]
	return attempt, known
}

// meet notes that a name was let in from an address, which forgets its failures.
func (a *Acquaintances) meet(name string, from netip.Addr) {
	if a == nil || !from.IsValid() {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for other := range a.failed {
		if len(a.failed) < mostAcquaintances {
			break
		}
		delete(a.failed, other)
	}
	a.failed[acquaintance{name, Site(from)}] = userdb.Attempt{}
}

// fail counts a failure of a name from an address that knows it, and tells whether it does.
func (a *Acquaintances) fail(name string, from netip.Addr, now time.Time) (known bool) {
	if a == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	at := acquaintance{name, Site(from)}
	attempt, known := a.failed[at]
	if known {
		a.failed[at] = userdb.Attempt{Failures: attempt.Failures + 1, Last: now}
	}
	return known
}
