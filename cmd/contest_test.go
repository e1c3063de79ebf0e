package cmd

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/userdb"
	"jotkit/userdb/kv/kvtest"
)

// A contest is between two who want the same at once. Each has the store for itself, as two processes have it.
type contest struct {
	t      *testing.T
	rivals [2]*authority.Authority
	tries  int
	wrong  int // tries of which not exactly one was the winner
}

func newContest(t *testing.T, quick, many int) *contest {
	t.Helper()
	h := newHome(t)
	h.run("init")
	c := &contest{t, [2]*authority.Authority{h.authority(), h.authority()}, quick, 0}
	if long() {
		c.tries = many
	}
	return c
}

// both has the two do something at once, and returns when both are done.
func (c *contest) both(do func(i int, a *authority.Authority)) {
	start := make(chan struct{})
	var all sync.WaitGroup
	for i, a := range c.rivals {
		all.Go(func() { <-start; do(i, a) })
	}
	close(start)
	all.Wait()
}

func (c *contest) want(ok bool, format string, args ...any) {
	if !ok {
		c.wrong++
		c.t.Errorf(format, args...)
	}
}

func (c *contest) figure(promise string, others ...kvtest.Number) {
	c.t.Helper()
	kvtest.Figure(c.t, promise, append(others, kvtest.Tried(c.tries, "tries"), kvtest.Never(c.wrong, "without exactly one winner"))...)
}

// TestRivalRegistrations: of two who take a name at once, one has it, with the password that was theirs.
func TestRivalRegistrations(t *testing.T) {
	c := newContest(t, 100, 10_000)
	var wins [2]int
	for i := range c.tries {
		who := fmt.Sprint("person", i)
		var errs [2]error
		password := func(i int) string { return fmt.Sprint(testPassword, " number ", i) }
		c.both(func(i int, a *authority.Authority) {
			_, errs[i] = a.Register(t.Context(), who, password(i), nil)
		})
		winner := slices.Index(errs[:], nil)
		if winner < 0 || !errors.Is(errs[1-winner], userdb.ErrUserExists) {
			c.want(false, "%s: %v", who, errs)
			continue
		}
		wins[winner]++
		_, err := c.rivals[0].Login(t.Context(), authority.LoginRequest{Name: who, Password: password(winner)})
		c.want(err == nil, "the winner of %s: %v", who, err)
	}
	t.Logf("wins: %v", wins)
	c.figure("Of two who register a name at once exactly one has it, and the other is told so")
}

// TestRivalRefreshes: two who present a refresh token at once get the same successor, and it is good.
func TestRivalRefreshes(t *testing.T) {
	c := newContest(t, 100, 10_000)
	now := time.Now()
	for _, a := range c.rivals {
		a.Now = func() time.Time { return now } // so that the two are never more than ten seconds apart
	}
	g := opens(t, c.rivals[0], "ada")
	for i := range c.tries {
		var got [2]*authority.Grant
		var errs [2]error
		c.both(func(i int, a *authority.Authority) { got[i], errs[i] = a.Refresh(t.Context(), g.RefreshToken) })
		if errs != [2]error{} {
			c.want(false, "try %d: %v", i, errs)
			break // there is no session any more
		}
		c.want(got[0].RefreshToken == got[1].RefreshToken && got[0].RefreshToken != g.RefreshToken, "try %d: two successors", i)
		g = got[0]
	}
	c.figure("Two who present a refresh token at once get the same successor, and the session goes on")
}

// TestRivalRotations: of two who rotate a key that is too old at once, one does; and two who rotate in any case do it one
// after the other.
func TestRivalRotations(t *testing.T) {
	c := newContest(t, 50, 2_000)
	now := time.Now()
	for _, a := range c.rivals {
		a.Now = func() time.Time { return now }
	}
	version := 2 // of the newest key
	for i := range c.tries {
		now = now.Add(48 * time.Hour) // by then nothing verifies any more with what was retired the last time
		for _, r := range []authority.RotateRequest{{IfOlderThan: 24 * time.Hour}, {}} {
			var changed [2]bool
			var errs [2]error
			c.both(func(i int, a *authority.Authority) { changed[i], _, errs[i] = a.Rotate(t.Context(), r) })
			moved := 1
			if r == (authority.RotateRequest{}) {
				moved = 2
			}
			version += moved
			ring, err := c.rivals[0].Ring(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			states, newest := tally(ring.Entries())
			c.want(errs == [2]error{} && (changed[0] != changed[1]) == (moved == 1), "try %d, %+v: %v, %v", i, r, changed, errs)
			c.want(newest == version && states[keyring.Active] == 1 && states[keyring.Next] == 1, "try %d, %+v: %v, %d", i, r, states, newest)
		}
	}
	c.figure("Of two who rotate at once where the key is too old exactly one does, and else both, one after the other; one key signs")
}

// tally counts keys by state, and returns the newest version.
func tally(keys []keyring.Entry) (states map[keyring.State]int, newest int) {
	states = map[keyring.State]int{}
	for _, k := range keys {
		states[k.State]++
		newest = max(newest, k.Version)
	}
	return states, newest
}

// TestRivalCommands is all that with processes, by their exit status.
func TestRivalCommands(t *testing.T) {
	h := newHome(t)
	h.run("init")
	c := &contest{t: t, tries: 8}
	if long() {
		c.tries = 100
	}
	h.write("session", opens(t, h.authority(), "ada").RefreshToken)
	for i := range c.tries {
		c.want(h.ends("register", fmt.Sprint("person", i), "--password-file", "pass") == [2]int{0, 6}, "try %d: register", i)
		c.want(h.ends("refresh", "--refresh-file", "session") == [2]int{0, 0}, "try %d: refresh", i)
		raw := h.run("mint", "--sub", "ada")
		c.want(h.ends("revoke", raw) == [2]int{0, 0}, "try %d: revoke", i)
		h.exits(15, "verify", raw)
	}
	second := []string{"--store", "second.db", "--seal-key-file", "second.key"}
	c.want(h.ends(append(second, "init")...) == [2]int{0, 6}, "init")
	h.run(append(second, "keys", "list")...)
	c.want(h.faults() == 0, "the store")
	c.figure("Of two commands at once that want the same one does it, and the other ends with 6 or finds it done")
}

// ends runs two such commands at once, and returns their exit statuses, the lesser first.
func (h home) ends(args ...string) (status [2]int) {
	var all sync.WaitGroup
	for i := range status {
		all.Go(func() {
			c := h.command(args...)
			c.Run()
			status[i] = c.ProcessState.ExitCode()
		})
	}
	all.Wait()
	slices.Sort(status[:])
	return status
}
