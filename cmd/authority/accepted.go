package authority

import (
	"strings"
	"sync"
	"sync/atomic"

	"jotkit/token"
	"jotkit/userdb/kv"
)

// accepted remembers tokens that were verified by one set of keys and expectations, so that a signature is computed once
// and not for each request. It is asked by the whole text of a token, which is compared to the last byte: another spelling
// of it is another token here. Only genuine tokens come in, so strangers cannot fill it.
//
// The oldest go when there are too many: those of the generation before the last. Nobody waits for anybody to find one,
// for all requests do so.
type accepted struct {
	now  atomic.Pointer[generations]
	turn sync.Mutex // held to begin a generation
}

// generations are the tokens that were asked for lately, and those that were before.
type generations struct{ young, old *generation }

// A generation holds texts and their *acceptance, up to a number of them and of their bytes.
type generation struct {
	sync.Map
	texts, bytes atomic.Int64
}

// An acceptance is a token that passed every check. What can change about it, but for its key and what is expected of
// it, is whether it is alive and whether it was revoked.
type acceptance struct {
	text   string
	claims *token.Claims
	clean  atomic.Uint64 // the revision at which it was last found not to be revoked
}

// A generation is full with either. Beside a text lie its claims, about four times as long: two generations take 55 MiB with
// the tokens that a login gives, and 80 with longer ones. Tokens that are nearly all scopes of one letter take most, 150 MiB:
// who has them made has them signed by this store.
const (
	mostTexts   = 12_000
	mostBytes   = 8 << 20
	longestKept = 4096 // bytes of a token
)

func newAccepted() *accepted {
	a := &accepted{}
	a.now.Store(&generations{&generation{}, &generation{}})
	return a
}

func (a *accepted) get(raw string) *acceptance {
	g := a.now.Load()
	if found, there := g.young.Load(raw); there {
		return found.(*acceptance)
	}
	found, there := g.old.Load(raw)
	if !there {
		return nil
	}
	a.put(found.(*acceptance))
	return found.(*acceptance)
}

func (a *accepted) add(raw string, c *token.Claims, rev kv.Rev) {
	if len(raw) > longestKept {
		return
	}
	found := &acceptance{text: strings.Clone(raw), claims: c} // a part of a text keeps the whole one: the header it came in
	found.clean.Store(uint64(rev))
	a.put(found)
}

// put takes one into the young generation.
func (a *accepted) put(found *acceptance) {
	g := a.now.Load()
	if g.young.full() {
		g = a.begin(g)
	}
	if _, there := g.young.Swap(found.text, found); !there {
		g.young.texts.Add(1)
		g.young.bytes.Add(int64(len(found.text)))
	}
}

func (g *generation) full() bool { return g.texts.Load() >= mostTexts || g.bytes.Load() >= mostBytes }

// begin makes the young generation the old one, unless somebody has done so.
func (a *accepted) begin(after *generations) *generations {
	a.turn.Lock()
	defer a.turn.Unlock()
	if now := a.now.Load(); now != after {
		return now
	}
	next := &generations{&generation{}, after.young}
	a.now.Store(next)
	return next
}
