package authority_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/userdb"
	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/kvtest"
)

// A hand does acts beside other hands on the same store: by a process of its own, which is killed in some of them, or in this
// process. Its acts come out the same whatever the others do: it has a person, ids and a chain of the audit to itself.
type hand struct {
	chain, name string
	acts        []act
	wants       []error
	events      []string // that its chain must have
	registered  bool
	disabled    bool
	ids         []string
	rotations   int

	w                   *world // to look with
	here                *actor // nil where it has a process of its own
	child               *child
	usual               time.Duration // that an act takes
	killed, half, wrong int
}

// TestAtOnceFollowsTheModel: two processes act on one store at once, and are killed. Each comes to what it would have come to
// alone, and so do both together.
func TestAtOnceFollowsTheModel(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	kvtest.Checks(t, 4, 100)
	atOnceFollowsTheModel(t, newFiles(t), "Two processes that act at once, and are killed, both come to what each would have come to alone", nil)
}

// atOnceFollowsTheModel has two processes act, and beside them those in this process, on the stores that here opens.
func atOnceFollowsTheModel(t *testing.T, stores stores, promise string, here func(lasting) (open []kv.Store, end func())) {
	t.Helper()
	var lives, acts, killed, half, wrong int
	defer func() {
		kvtest.Figure(t, promise,
			kvtest.Tried(lives, "lives of a store"), kvtest.Tried(acts, "acts"), kvtest.Tried(killed, "acts killed"),
			kvtest.Never(half, "half done"), kvtest.Never(wrong, "wrong outcomes"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		s := stores.next(t)
		defer s.remove()
		w := newModel(t, s.store).w
		hands := []*hand{drawHand(t, "left", "ada", w), drawHand(t, "right", "bob", w)}
		if here != nil {
			open, end := here(s)
			defer end()
			for i, own := range open {
				h := drawHand(t, fmt.Sprint("here", i), fmt.Sprint("eve", i), w)
				h.here = newActor(own)
				hands = append(hands, h)
			}
		}
		failed := make([]error, len(hands))
		var all sync.WaitGroup
		for i, h := range hands {
			all.Go(func() { failed[i] = h.run(s) })
		}
		all.Wait()
		lives++
		for _, h := range hands {
			acts, killed, half, wrong = acts+len(h.acts), killed+h.killed, half+h.half, wrong+h.wrong
		}
		if err := errors.Join(failed...); err != nil {
			t.Fatal(err)
		}
		checkTogether(t, w, hands)
	})
}

// drawHand draws what a hand is to do, and says what has to come of it.
func drawHand(t *rapid.T, chain, name string, w *world) *hand {
	h := &hand{chain: chain, name: name, w: w, usual: 4 * time.Millisecond}
	verbs := []string{"register", "users remove", "users disable", "users enable", "revoke id", "revoke id", "rotate"}
	for i, verb := range rapid.SliceOfN(rapid.SampledFrom(verbs), 5, 25).Draw(t, name) {
		x := act{Verb: verb, Name: name, Chain: chain, Now: w.now}
		want := unless(h.registered)
		switch verb {
		case "register":
			want = nil
			if h.registered {
				want = userdb.ErrUserExists
			}
			h.registered = true
		case "users remove":
			h.registered, h.disabled = false, false
		case "users disable":
			h.disabled = h.registered
		case "users enable":
			h.disabled = false
		case "revoke id":
			x.Name, want = fmt.Sprint(name, i), nil
			h.ids = append(h.ids, x.Name)
		case "rotate":
			want = nil
			h.rotations++
		}
		outcome := audit.OK
		if want != nil {
			outcome = audit.Refused
		}
		h.acts, h.wants = append(h.acts, x), append(h.wants, want)
		h.events = append(h.events, x.event()+" "+outcome)
	}
	return h
}

// run does the acts. What was cut off and has left no line is begun again.
func (h *hand) run(s lasting) error {
	defer func() { h.child.end() }()
	for i := 0; i < len(h.acts); {
		d, err := h.try(s, i)
		if err == errKilled {
			h.killed++
			if err := settle(context.Background(), s.store, h.chain); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		if err == nil && !errors.Is(d.err, h.wants[i]) {
			h.wrong++
			return fmt.Errorf("%s by %s: %v, want %v", h.acts[i].Verb, h.chain, d.err, h.wants[i])
		}
		events, readErr := h.written()
		switch {
		case readErr != nil:
			return readErr
		case slices.Equal(events, h.events[:i+1]):
			i++
		case err == nil || !slices.Equal(events, h.events[:i]):
			h.half++
			return fmt.Errorf("%s by %s, %v: the chain says %q, want %q", h.acts[i].Verb, h.chain, err, events, h.events[:i+1])
		}
	}
	return nil
}

var errKilled = errors.New("killed")

// try has an act done. With errKilled the process was killed in it; not in its first, which begins the chain.
func (h *hand) try(s lasting, i int) (d done, err error) {
	if h.here != nil {
		return h.here.do(h.acts[i]), nil
	}
	if h.child == nil {
		if h.child, err = newChild(s); err != nil {
			return d, err
		}
	}
	stop := func() bool { return true }
	if i > 0 && rand.N(3) == 0 {
		stop = time.AfterFunc(rand.N(h.usual*5/4), h.child.kill).Stop
	}
	start := time.Now()
	d, err = h.child.ask(h.acts[i])
	killed := !stop()
	if killed || err != nil {
		h.child.end()
		h.child = nil
	}
	if killed && err != nil {
		return d, errKilled
	}
	h.usual = (7*h.usual + time.Since(start)) / 8
	return d, err
}

// written is what the chain of the hand says.
func (h *hand) written() (events []string, err error) {
	_, err = h.w.Audit(context.Background(), audit.Filter{}, func(l audit.Line) error {
		if l.Chain == h.chain {
			events = append(events, l.Event.Event+" "+l.Outcome)
		}
		return nil
	})
	return events, err
}

// checkTogether holds the lists against what the hands have done.
func checkTogether(t *rapid.T, w *world, hands []*hand) {
	users, revoked, version := map[string]bool{}, map[string]bool{}, 2
	for _, h := range hands {
		if h.registered {
			users[h.name] = h.disabled
		}
		for _, id := range h.ids {
			revoked[id] = true
		}
		version += h.rotations
	}
	list, err := w.Users(t.Context())
	agree(t, "users", err, nil)
	gotUsers := map[string]bool{}
	for _, u := range list {
		gotUsers[u.Name] = u.Disabled
	}
	revocations, err := w.Revocations(t.Context())
	agree(t, "revocations", err, nil)
	gotRevoked := map[string]bool{}
	for _, r := range revocations {
		gotRevoked[r.Name] = true
	}
	ring, err := w.Ring(t.Context())
	agree(t, "ring", err, nil)
	newest := 0
	for _, e := range ring.Entries() {
		newest = max(newest, e.Version)
	}
	if !maps.Equal(gotUsers, users) || !maps.Equal(gotRevoked, revoked) || newest != version {
		t.Fatalf("users %v, want %v; revoked %v, want %v; newest key %d, want %d", gotUsers, users, gotRevoked, revoked, newest, version)
	}
	w.auditHolds(t)
}
