package cmd

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// acknowledged counts what processes said was done: those that ended with 0.
type acknowledged struct {
	users, ids map[string]bool
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

// check finds everything that was acknowledged in the store, by the commands that list it, and returns how much is not
// there.
func (a *acknowledged) check(t *testing.T, h home) (lost int) {
	t.Helper()
	var users []struct{ Name string }
	var revocations []struct{ JTI string }
	for command, list := range map[string]any{"users": &users, "revocations": &revocations} {
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
	h.run("audit", "verify")
	return lost
}
