package cmd

import (
	"bytes"
	"context"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// A killer runs commands of a home and kills each at some moment.
type killer struct {
	home
	within               time.Duration // from the start of a command to where its kill may fall
	rounds               int
	killed, acknowledged int // commands: killed before they said that they had done it, and those that said so
	refused              int // that ended by themselves with anything but 0
}

// newKiller measures a command like those that are to be killed.
func newKiller(h home, like *exec.Cmd) *killer {
	h.t.Helper()
	start := time.Now()
	if out, err := like.CombinedOutput(); err != nil {
		h.t.Fatalf("%v: %v\n%s", like.Args, err, out)
	}
	return &killer{home: h, within: time.Since(start) * 13 / 10}
}

// each yields the rounds, and some more where by then no command was killed, or none lived to tell.
func (k *killer) each(quick, many int) iter.Seq[int] {
	if long() {
		quick = many
	}
	return func(yield func(int) bool) {
		for k.rounds < quick || (k.killed == 0 || k.acknowledged == 0) && k.rounds < 20*quick {
			k.rounds++
			if !yield(k.rounds) {
				return
			}
		}
	}
}

// run starts a command and kills it with SIGKILL at a moment between its start and well after its usual end: so before its
// commit, in it, and after it. However busy the machine is, about one of four lives to tell: each that does brings the next
// kill nearer. It returns what the command answered, and whether it told that it was done: by its answer, or by how it ended.
func (k *killer) run(c *exec.Cmd) (answer string, done bool) {
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Start(); err != nil {
		k.t.Error(err)
		return "", false
	}
	kill := time.AfterFunc(rand.N(k.within), func() { c.Process.Kill() })
	defer kill.Stop()
	err := c.Wait()
	switch {
	case err == nil || out.Len() > 0:
		k.acknowledged++
		k.within -= k.within / 15
		return out.String(), true
	case c.ProcessState.Exited():
		k.t.Errorf("%v ended with %v\n%s", c.Args, err, errs.String())
		k.refused++
	default:
		k.killed++
		k.within += k.within / 50
	}
	return "", false
}

// faults is how much is wrong with the store as a whole, which must be nothing.
func (h home) faults() int {
	h.t.Helper()
	found, err := bolt.New(h.store(), bolt.Options{}).Check(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, fault := range found {
		h.t.Error(fault)
	}
	h.run("audit", "verify")
	return len(found)
}

// key is the seal key of the home.
func (h home) key() sealed.Key {
	h.t.Helper()
	text, err := os.ReadFile(h.path("seal.key"))
	if err != nil {
		h.t.Fatal(err)
	}
	key, err := sealed.ParseKey(text)
	if err != nil {
		h.t.Fatal(err)
	}
	return key
}

// authority acts on the store of the home in the test itself, with cheap hashes.
func (h home) authority() *authority.Authority {
	h.t.Helper()
	return acting(h.store(), h.key())
}

// opens registers somebody and opens a session for them.
func opens(t testing.TB, a *authority.Authority, name string) *authority.Grant {
	t.Helper()
	if _, err := a.Register(t.Context(), name, testPassword, nil); err != nil {
		t.Fatal(err)
	}
	g, err := a.Login(t.Context(), authority.LoginRequest{Name: name, Password: testPassword, Session: true})
	if err != nil {
		t.Fatal(err)
	}
	return g
}
