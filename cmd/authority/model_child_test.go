package authority_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/userdb"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/sealed"
)

// Another process is this test binary again, told by its environment on which store to act.
const (
	childStore = "JOTKIT_MODEL_STORE"
	childKey   = "JOTKIT_MODEL_KEY"
)

func TestMain(m *testing.M) {
	if at := os.Getenv(childStore); at != "" {
		if err := childActs(at, os.Getenv(childKey)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// An actor does acts on a store, by a clock of its own.
type actor struct {
	*authority.Authority
	now time.Time
}

func newActor(s kv.Store) *actor {
	a := &actor{}
	a.Authority = &authority.Authority{
		Store:  s,
		Now:    func() time.Time { return a.now },
		Actor:  "tester",
		Hasher: userdb.Hasher{Cost: userdb.Cost{Memory: 8, Time: 1, Threads: 1}},
		Sleep:  func(_ context.Context, d time.Duration) error { a.now = a.now.Add(d); return nil },
	}
	return a
}

func (a *actor) do(x act) done {
	a.now, a.Chain = x.Now, cmp.Or(x.Chain, "cli")
	d := perform(context.Background(), a.Authority, x)
	d.Now = a.now
	return d
}

// childActs does one act after the other, each a line of JSON, and answers each when it is done.
func childActs(at, keyText string) error {
	key, err := sealed.ParseKey([]byte(keyText))
	if err != nil {
		return err
	}
	a := newActor(sealed.New(openStore(at), key))
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var x act
		switch err := in.Decode(&x); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
		d := a.do(x).sent()
		if x.Die {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill()
			}
			if err != nil {
				return err
			}
			select {} // until it comes
		}
		if err := out.Encode(d); err != nil {
			return err
		}
	}
}

// A child is a process that acts on a store.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func newChild(s lasting) (*child, error) {
	c := &child{cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childStore+"="+s.at, childKey+"="+string(s.key.Encode()))
	c.cmd.Stderr = os.Stderr
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.in, c.out = in, json.NewDecoder(out)
	return c, c.cmd.Start()
}

// ask has an act done. An error means that the process is dead.
func (c *child) ask(x act) (d done, err error) {
	if err := json.NewEncoder(c.in).Encode(x); err != nil {
		return d, err
	}
	if err := c.out.Decode(&d); err != nil {
		return d, err
	}
	return d.received(), nil
}

func (c *child) kill() { c.cmd.Process.Kill() }

// end kills the process, which may be dead, and waits until it is.
func (c *child) end() {
	if c == nil {
		return
	}
	c.kill()
	c.in.Close()
	c.cmd.Wait()
}
