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
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// Another process is this test binary again, told by its environment on which store to act.
const (
	childStore = "JOTKIT_MODEL_STORE"
	childKey   = "JOTKIT_MODEL_KEY"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childStore); path != "" {
		if err := childActs(path, os.Getenv(childKey)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// childActs does one act after the other, each a line of JSON, and answers each when it is done.
func childActs(path, keyText string) error {
	key, err := sealed.ParseKey([]byte(keyText))
	if err != nil {
		return err
	}
	var now time.Time
	a := &authority.Authority{
		Store:  sealed.New(bolt.New(path, bolt.Options{}), key),
		Now:    func() time.Time { return now },
		Actor:  "tester",
		Hasher: userdb.Hasher{Cost: userdb.Cost{Memory: 8, Time: 1, Threads: 1}},
		Sleep:  func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
	}
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
		now, a.Chain = x.Now, cmp.Or(x.Chain, "cli")
		d := perform(context.Background(), a, x).sent()
		if d.Now = now; x.Die {
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

func newChild(file storeFile) (*child, error) {
	c := &child{cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childStore+"="+file.path, childKey+"="+string(file.key.Encode()))
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
