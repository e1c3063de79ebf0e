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
	"jotkit/userdb/kv/kvtest"
)

// A hand does acts by a process of its own, which is killed in some of them, beside other hands on the same store. Its acts
// come out the same whatever the others do: it has a person, ids and a chain of the audit to itself.
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
	child               *child
	killed, half, wrong int
}

// TestAtOnceFollowsTheModel: two processes act on one store at once, and are killed. Each comes to what it would have come to
// alone, and so do both together.
func TestAtOnceFollowsTheModel(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	kvtest.Checks(t, 4, 100)
	files := newFiles(t)
	var lives, acts, killed, half, wrong int
	defer func() {
		kvtest.Figure(t, "Two processes that act at once, and are killed, both come to what each would have come to alone",
			kvtest.Tried(lives, "lives of a store"), kvtest.Tried(acts, "acts"), kvtest.Tried(killed, "acts killed"),
			kvtest.Never(half, "half done"), kvtest.Never(wrong, "wrong outcomes"))
	}()
	rapid.Check(t, func(t *rapid.T) {
		file := files.next(t)
		defer file.remove()
		w := newModel(t, file.store).w
		hands := []*hand{drawHand(t, "left", "ada", w), drawHand(t, "right", "bob", w)}
		failed := make([]error, len(hands))
		var all sync.WaitGroup
		for i, h := range hands {
			all.Go(func() { failed[i] = h.run(file) })
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
	h := &hand{chain: chain, name: name, w: w}
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
func (h *hand) run(file storeFile) error {
	defer func() { h.child.end() }()
	for i := 0; i < len(h.acts); {
		if h.child == nil {
			var err error
			if h.child, err = newChild(file); err != nil {
				return err
			}
		}
		stop := func() bool { return true }
		if rand.N(3) == 0 {
			stop = time.AfterFunc(rand.N(5*time.Millisecond), h.child.kill).Stop
		}
		d, err := h.child.ask(h.acts[i])
		if !stop() || err != nil {
			h.child.end()
			h.child = nil
		}
		if err != nil {
			h.killed++
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
