package cmd

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// acknowledged counts what processes said was done: those that ended with 0.
type acknowledged struct {
	sync.Mutex
	users, ids map[string]bool
	rotations  int
}

// TestParallel lets twenty processes write at once: each must succeed, and nothing may be lost.
func TestParallel(t *testing.T) {
	h := newHome(t)
	h.run("init")
	done := acknowledged{users: map[string]bool{}, ids: map[string]bool{}}
	var all sync.WaitGroup
	var succeeded atomic.Int64
	for i := range 10 {
		name, id := fmt.Sprintf("person%d", i), fmt.Sprintf("token%d", i)
		done.users[name], done.ids[id] = true, true
		for _, args := range [][]string{{"register", name, "--password-file", "pass"}, {"revoke", "--jti", id}} {
			all.Go(func() {
				out, err := h.command(args...).CombinedOutput()
				if err != nil {
					t.Errorf("jotkit %v: %v\n%s", args, err, out)
					return
				}
				succeeded.Add(1)
			})
		}
	}
	all.Wait()
	lost := done.check(t, h)
	kvtest.Figure(t, "Twenty commands that write at once all succeed",
		kvtest.Tried(int(succeeded.Load()), "writes acknowledged"), kvtest.Never(lost, "writes lost"))
}

// TestKilled kills processes that register, revoke and rotate at random moments. What one of them acknowledged must be
// there afterwards, and the store and its audit must be whole.
func TestKilled(t *testing.T) {
	rounds := 12
	if long() {
		rounds = 200
	}
	h := newHome(t)
	h.run("init")
	start := time.Now()
	h.run("settings")
	usual := time.Since(start) // of a command that is left alone
	done := acknowledged{users: map[string]bool{}, ids: map[string]bool{}}
	for i := range rounds {
		name, id := fmt.Sprintf("person%d", i), fmt.Sprintf("token%d", i)
		var all sync.WaitGroup
		killed := func(ack func(), args ...string) {
			all.Go(func() {
				if endsWell(t, h.command(args...), 6*usual) {
					done.Lock()
					defer done.Unlock()
					ack()
				}
			})
		}
		killed(func() { done.users[name] = true }, "register", name, "--password-file", "pass")
		killed(func() { done.ids[id] = true }, "revoke", "--jti", id)
		killed(func() { done.rotations++ }, "rotate")
		all.Wait()
	}
	lost := done.check(t, h)
	acknowledged := len(done.users) + len(done.ids) + done.rotations
	t.Logf("%d registrations, %d revocations and %d rotations", len(done.users), len(done.ids), done.rotations)
	kvtest.Figure(t, "What register, revoke or rotate has answered is there after kill -9 of others, and the audit is whole",
		kvtest.Tried(rounds, "rounds"), kvtest.Tried(3*rounds-acknowledged, "commands killed"),
		kvtest.Tried(acknowledged, "writes acknowledged"), kvtest.Never(lost, "writes lost"))
}

// endsWell starts a command, kills it with SIGKILL at some moment within a time, and tells whether it had succeeded before.
func endsWell(t *testing.T, c *exec.Cmd, within time.Duration) bool {
	if err := c.Start(); err != nil {
		t.Error(err)
		return false
	}
	kill := time.AfterFunc(rand.N(within), func() { c.Process.Kill() })
	defer kill.Stop()
	return c.Wait() == nil
}

// check finds everything that was acknowledged in the store, by the commands that list it, and returns how much is not
// there.
func (a *acknowledged) check(t *testing.T, h home) (lost int) {
	t.Helper()
	var users []struct{ Name string }
	var revocations []struct{ JTI string }
	var keys []struct{ Version int }
	for command, list := range map[string]any{"users": &users, "revocations": &revocations, "keys": &keys} {
		if err := json.Unmarshal([]byte(h.run(command, "list", "--json")), list); err != nil {
			t.Fatal(command, err)
		}
	}
	found := map[string]bool{}
	for _, u := range users {
		found["user "+u.Name] = true
	}
	for _, r := range revocations {
		found["token "+r.JTI] = true
	}
	for name := range a.users {
		if !found["user "+name] {
			t.Errorf("the user %s was registered and is lost", name)
			lost++
		}
	}
	for id := range a.ids {
		if !found["token "+id] {
			t.Errorf("the token %s was revoked and is not any more", id)
			lost++
		}
	}
	if newest := keys[len(keys)-1].Version; newest < 2+a.rotations {
		t.Errorf("%d rotations were acknowledged, and the newest key has version %d", a.rotations, newest)
		lost += 2 + a.rotations - newest
	}
	h.run("audit", "verify")
	return lost
}
