package authority

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Pace bounds how often an address may do what is written down each time, well or not: whoever has registered could fill
// the disk by logging in and refreshing. This machine is not held to it, for a proxy there speaks for many. A nil Pace
// holds nobody to anything.
type Pace struct {
	mu    sync.Mutex
	kept  map[netip.Prefix]*rate.Limiter
	often rate.Limit
	burst int
}

const mostPaced = 10_000

// NewPace lets each address do so many things a second, and so many at once.
func NewPace(often float64, burst int) *Pace {
	return &Pace{kept: map[netip.Prefix]*rate.Limiter{}, often: rate.Limit(often), burst: burst}
}

// wait is how long an address has to wait until it may do one more thing; where that is 0, it has done it.
func (p *Pace) wait(from netip.Addr, now time.Time) time.Duration {
	if p == nil || !from.IsValid() || from.IsLoopback() {
		return 0
	}
	one := p.limiter(Site(from)).ReserveN(now, 1)
	wait := one.DelayFrom(now)
	if wait > 0 {
		one.CancelAt(now)
	}
	return wait
}

func (p *Pace) limiter(at netip.Prefix) *rate.Limiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.kept[at]; l != nil {
		return l
	}
	for other := range p.kept {
		if len(p.kept) < mostPaced {
			break
		}
		delete(p.kept, other)
	}
	l := rate.NewLimiter(p.often, p.burst)
	p.kept[at] = l
	return l
}

// paced is a *SlowDown where the address of who acts does too much.
func (a *Authority) paced(verb string) error {
	wait := a.limits().Pace.wait(a.From, a.Now())
	if wait <= 0 {
		return nil
	}
	a.TurnedAway(verb)
	return &SlowDown{wait}
}
