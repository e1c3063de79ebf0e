package authority

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"sync"

	"jotkit/userdb/audit"
)

// Unseen counts requests that were turned away before they cost anything. They write nothing to the store, or strangers
// could fill it; they become one line of the audit now and then, for each address and verb. A nil one counts nothing.
type Unseen struct {
	mu      sync.Mutex
	counted map[unseen]int
}

type unseen struct {
	from netip.Prefix
	verb string
}

func (u unseen) compare(v unseen) int {
	return cmp.Or(cmp.Compare(u.verb, v.verb), u.from.Addr().Compare(v.from.Addr()))
}

// mostUnseen is how many addresses and verbs are told apart; beyond that they count together.
const mostUnseen = 100

// NewUnseen has counted nothing yet.
func NewUnseen() *Unseen { return &Unseen{counted: map[unseen]int{}} }

func (u *Unseen) add(what unseen, n int) {
	if u == nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, known := u.counted[what]; !known && len(u.counted) >= mostUnseen {
		what.from = netip.Prefix{}
	}
	u.counted[what] += n
}

// take returns what was counted since the last time.
func (u *Unseen) take() map[unseen]int {
	if u == nil {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	was := u.counted
	u.counted = map[unseen]int{}
	return was
}

// TurnedAway counts a request of who acts that was refused before it cost anything.
func (a *Authority) TurnedAway(verb string) { a.limits().Unseen.add(unseen{Site(a.From), verb}, 1) }

// NoteUnseen writes down what was turned away since the last time. What cannot be written is kept for the next one.
func (a *Authority) NoteUnseen(ctx context.Context) (failed error) {
	counted := a.limits().Unseen.take()
	for _, what := range slices.SortedFunc(maps.Keys(counted), unseen.compare) {
		n := counted[what]
		if failed == nil {
			failed = a.noteUnseen(ctx, what, n)
		}
		if failed != nil {
			a.limits().Unseen.add(what, n)
		}
	}
	return failed
}

func (a *Authority) noteUnseen(ctx context.Context, what unseen, n int) error {
	from := "many addresses"
	if what.from.IsValid() {
		from = what.from.String()
	}
	event := a.event(what.verb, "")
	event.Outcome = audit.Refused
	event.Detail = map[string]string{"why": "turned away unseen", "from": from, "count": strconv.Itoa(n)}
	return a.write(ctx, event, nothingElse)
}
