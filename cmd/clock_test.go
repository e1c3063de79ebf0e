package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// A clocked is a store that is asked by clocks that are wrong, and counts what it should not have answered.
type clocked struct {
	*inProcess
	right        time.Time
	asked, wrong int
}

func newClocked(t *testing.T) *clocked {
	c := &clocked{inProcess: newInProcess(t)}
	c.right = c.now
	c.run(0, "", "init")
	c.write("pass", testPassword)
	c.run(0, "", "register", "ada", "--password-file", c.dir+"/pass")
	return c
}

// ends runs a command at a time, and counts it as wrong where it ends with another status.
func (c *clocked) ends(at time.Time, status int, stdin string, args ...string) (stdout string) {
	c.t.Helper()
	c.now = at
	defer func() { c.now = c.right }()
	var out, errs bytes.Buffer
	c.asked++
	if got := c.env(stdin, &out, &errs).run(c.t.Context(), args); got != status {
		c.t.Errorf("%s: jotkit %s: %d, want %d\n%s", at.Format(time.RFC3339), strings.Join(args, " "), got, status, errs.String())
		c.wrong++
	}
	return strings.TrimSpace(out.String())
}

func (c *clocked) figure(promise string) {
	c.t.Helper()
	kvtest.Figure(c.t, promise, kvtest.Tried(c.asked, "commands by a wrong clock or after one"), kvtest.Never(c.wrong, "wrong answers"))
}

// ages are the clocks that a machine may have after a flat battery, or a slip.
func (c *clocked) ages() []time.Time {
	return []time.Time{
		c.right.Add(-time.Hour), c.right.Add(time.Hour), time.Date(1970, 1, 1, 0, 0, 9, 0, time.UTC),
		time.Date(2106, 2, 8, 0, 0, 0, 0, time.UTC), // the deny list counts to the day before
	}
}

// TestClockVerifies: whatever the clock shows, no token is good by it that is expired or from the future, and none that was
// revoked, also when the clock has come back.
func TestClockVerifies(t *testing.T) {
	c := newClocked(t)
	const leeway = 30 * time.Second
	for life, name := range map[time.Duration]string{15 * time.Minute: "15m", 24 * time.Hour: "24h"} {
		good, revoked := c.ends(c.right, 0, "", "mint", "--sub", "ada", "--ttl", name), c.ends(c.right, 0, "", "mint", "--sub", "ada", "--ttl", name)
		c.ends(c.right, 0, "", "revoke", revoked)
		edges := []time.Time{c.right.Add(-leeway - time.Second), c.right.Add(-leeway), c.right.Add(life + leeway - time.Second), c.right.Add(life + leeway)}
		for _, at := range append(edges, c.ages()...) {
			of := 0
			switch {
			case at.Before(c.right.Add(-leeway)):
				of = 13
			case !at.Before(c.right.Add(life + leeway)):
				of = 12
			}
			c.ends(at, of, "", "verify", good)
			c.ends(at, 15, "", "verify", revoked)
			c.ends(c.right, 0, "", "verify", good)
			c.ends(c.right, 15, "", "verify", revoked)
		}
	}
	c.figure("By no clock a token is good that is expired, from the future or revoked")
}

// TestClockBehind: a clock behind the newest key makes no tokens and no keys; it revokes, and what it revoked stays so.
func TestClockBehind(t *testing.T) {
	c := newClocked(t)
	c.ends(c.right, 0, "", "login", "ada", "--password-file", c.dir+"/pass", "--refresh-file", c.dir+"/session")
	for i, at := range []time.Time{c.ages()[0], c.ages()[2]} {
		raw := c.ends(c.right, 0, "", "mint", "--sub", "ada")
		c.ends(at, 6, "", "mint", "--sub", "ada")
		c.ends(at, 6, "", "login", "ada", "--password-file", c.dir+"/pass")
		c.ends(at, 6, "", "refresh", "--refresh-file", c.dir+"/session")
		c.ends(at, 6, "", "rotate")
		c.ends(at, 0, "", "revoke", raw)
		c.ends(at, 0, "", "register", fmt.Sprint("person", i), "--password-file", c.dir+"/pass")
		c.ends(c.right, 15, "", "verify", raw)
	}
	c.ends(c.right.Add(-20*time.Second), 0, "", "mint", "--sub", "ada") // verifiers allow for that
	c.ends(c.right, 0, "", "refresh", "--refresh-file", c.dir+"/session")
	c.ends(c.right, 0, "", "rotate")
	c.ends(c.right, 0, "", "audit", "verify")
	c.figure("A clock behind the newest key makes no tokens and no keys, and takes no revocation back")
}

// TestClockAhead: what a clock far ahead has made is not good when it is right again, and there is a way out.
func TestClockAhead(t *testing.T) {
	c := newClocked(t)
	before := c.ends(c.right, 0, "", "mint", "--sub", "ada")
	far := c.ages()[3]
	from := c.ends(far, 0, "", "mint", "--sub", "ada")
	c.ends(far, 0, "", "rotate")
	c.ends(c.right, 13, "", "verify", from)
	c.ends(c.right, 6, "", "mint", "--sub", "ada")
	c.ends(c.right, 6, "", "rotate")
	var keys []struct {
		KID, State string
		Created    time.Time
	}
	if err := json.Unmarshal([]byte(c.ends(c.right, 0, "", "keys", "list", "--json")), &keys); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys { // the active key is one of before: it had waited
		if k.Created.After(c.right) {
			c.ends(c.right, 0, "", "keys", "revoke", k.KID, "--yes")
		}
	}
	raw := c.ends(c.right, 0, "", "mint", "--sub", "ada")
	c.ends(c.right, 0, "", "verify", raw)
	c.ends(c.right, 0, "", "verify", before)
	for range 2 { // the key that was made by the right clock signs, and those after it are of now
		c.ends(c.right, 0, "", "rotate")
		c.ends(c.right, 0, "", "verify", c.ends(c.right, 0, "", "mint", "--sub", "ada"))
	}
	c.figure("What a clock far ahead has made is not good when it is right, and keys revoke gets rid of its keys")
}
