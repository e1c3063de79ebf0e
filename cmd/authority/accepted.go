package authority

import (
	"sync"
	"sync/atomic"

	"jotkit/token"
	"jotkit/userdb/kv"
)

// accepted remembers tokens that were verified by one set of keys and expectations, so that a signature is computed once
// and not for each request. It is asked by the whole text of a token: another spelling of it is another token here. Only
// genuine tokens come in, so strangers cannot fill it.
//
// The oldest go when there are too many: those of the generation before the last.
type accepted struct {
	mu         sync.Mutex
	young, old map[string]*acceptance
}

// An acceptance is a token that passed every check. What can change about it, but for its key and what is expected of
// it, is whether it is alive and whether it was revoked.
type acceptance struct {
	claims *token.Claims
	clean  atomic.Uint64 // the revision at which it was last found not to be revoked
}

const (
	generation  = 4096
	longestKept = 4096 // bytes of a token: 32 MiB of texts in two generations, and their claims beside
)

func newAccepted() *accepted { return &accepted{young: map[string]*acceptance{}} }

func (a *accepted) get(raw string) *acceptance {
	a.mu.Lock()
	defer a.mu.Unlock()
	if found := a.young[raw]; found != nil {
		return found
	}
	found := a.old[raw]
	if found != nil {
		a.put(raw, found)
	}
	return found
}

func (a *accepted) add(raw string, c *token.Claims, rev kv.Rev) {
	if len(raw) > longestKept {
		return
	}
	found := &acceptance{claims: c}
	found.clean.Store(uint64(rev))
	a.mu.Lock()
	defer a.mu.Unlock()
	a.put(raw, found)
}

// put takes one into the young generation; a.mu is held.
func (a *accepted) put(raw string, found *acceptance) {
	if len(a.young) >= generation {
		a.young, a.old = map[string]*acceptance{}, a.young
	}
	a.young[raw] = found
}
