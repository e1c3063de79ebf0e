//go:build unix

package cmd

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jotkit/token"
	"jotkit/userdb/kv/kvtest"
)

// TestNoneLate: what another process has revoked is refused by the very next request, while a third one writes and a
// fourth is killed again and again.
func TestNoneLate(t *testing.T) {
	trials, batch := 300, 100
	if long() {
		trials, batch = 10_000, 500
	}
	d := newDaemon(newHome(t))
	stop := d.disturb()
	var late, done atomic.Int64
	for b := range trials / batch {
		late.Add(int64(d.revokeEach(d.mints(fmt.Sprint("one", b), batch-2), &done)))
		late.Add(int64(d.revokeAll(b, &done)))
	}
	writes, kills := stop()
	if done.Load() != int64(trials) {
		t.Errorf("%d trials, %d were wanted", done.Load(), trials)
	}
	kvtest.Figure(t, "A revoke that has returned is honoured by the next request to serve, while others write and are killed",
		kvtest.Tried(int(done.Load()), "revocations"), kvtest.Tried(writes, "writes beside"),
		kvtest.Tried(kills, "writers killed"), kvtest.Never(int(late.Load()), "revocations late"))
	d.run("audit", "verify")
	d.end()
}

// trial wants a token to be good, has it revoked, and tells whether it was honoured after that.
func (d *daemon) trial(a *actor, raw, line string, done *atomic.Int64) (late bool) {
	if got := d.status(raw); got != http.StatusOK {
		d.t.Errorf("before it was revoked: %d", got)
	}
	a.mustAct(d.t, "%s", line)
	got := d.status(raw)
	if got != http.StatusOK && got != http.StatusUnauthorized {
		d.t.Errorf("after it was revoked: %d", got)
	}
	done.Add(1)
	return got != http.StatusUnauthorized
}

// revokeEach revokes tokens one by one, by two processes, half of them by the id.
func (d *daemon) revokeEach(tokens []string, done *atomic.Int64) (late int64) {
	todo := make(chan string)
	var count atomic.Int64
	var all sync.WaitGroup
	for i := range 2 {
		all.Go(func() {
			a := d.actor()
			defer a.done()
			for raw := range todo {
				line := "token " + raw
				if i == 0 {
					line = "jti " + id(d.t, raw)
				}
				if d.trial(a, raw, line, done) {
					count.Add(1)
				}
			}
		})
	}
	for _, raw := range tokens {
		todo <- raw
	}
	close(todo)
	all.Wait()
	return count.Load()
}

// revokeAll revokes a token by its user, and one by its key.
func (d *daemon) revokeAll(b int, done *atomic.Int64) (late int64) {
	a := d.actor()
	defer a.done()
	raw := d.mints(fmt.Sprint("user", b), 1)[0]
	if d.trial(a, raw, fmt.Sprint("user user", b), done) {
		late++
	}
	raw = d.mints(fmt.Sprint("key", b), 1)[0]
	read, err := token.Decode(raw)
	if err != nil {
		d.t.Fatal(err)
	}
	if d.trial(a, raw, "key "+read.Header.KeyID, done) {
		late++
	}
	return late
}

// disturb writes to the store all the time from one process, and kills another that does so again and again. stop tells
// how many writes were acknowledged, and how many writers were killed.
func (d *daemon) disturb() (stop func() (writes, kills int)) {
	end := make(chan struct{})
	var all sync.WaitGroup
	writes, kills := 0, 0
	ended := func() bool {
		select {
		case <-end:
			return true
		case <-time.After(10 * time.Millisecond):
			return false
		}
	}
	all.Go(func() {
		a := d.actor()
		defer a.done()
		for !ended() {
			a.mustAct(d.t, "jti other%d", writes)
			writes++
		}
	})
	all.Go(func() {
		for !ended() {
			a := d.actor()
			kill := time.AfterFunc(20*time.Millisecond+time.Duration(rand.IntN(100_000))*time.Microsecond, func() { a.Process.Kill() })
			for i := 0; a.act("jti killed%d-%d", kills, i) == "ok"; i++ {
			}
			kill.Stop()
			a.done()
			kills++
		}
	})
	return func() (int, int) { close(end); all.Wait(); return writes, kills }
}
