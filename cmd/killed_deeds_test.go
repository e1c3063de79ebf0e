package cmd

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
	"jotkit/userdb"
	"jotkit/userdb/kv/kvtest"
)

// A deed is a command that is killed, in each round with a person or token of its own.
type deed struct {
	name    string
	prepare func(w *witness, who string)
	command func(w *witness, who string) []string
	// done tells what came of it; each of the answers is to be the same: it was done whole, or not at all.
	done func(w *witness, who string) []bool
}

// A witness looks at what was done, and keeps what it was done to.
type witness struct {
	*authority.Authority
	t      *testing.T
	grants map[string]*authority.Grant
	// by who: a token, and the ID of its revocation
	tokens, undoable map[string]string
}

var deeds = []deed{
	{
		name:    "register",
		prepare: func(*witness, string) {},
		command: func(_ *witness, who string) []string { return []string{"register", who, "--password-file", "pass"} },
		done:    func(w *witness, who string) []bool { return []bool{w.isThere(who), w.logsIn(who, testPassword)} },
	}, {
		name:    "revoke",
		prepare: func(w *witness, who string) { w.tokens[who] = minted(w.t, w.Authority) },
		command: func(w *witness, who string) []string { return []string{"revoke", w.tokens[who]} },
		done:    func(w *witness, who string) []bool { return []bool{w.revoked(w.tokens[who]), w.listed(who)} },
	}, {
		name: "revocations undo",
		prepare: func(w *witness, who string) {
			w.tokens[who] = minted(w.t, w.Authority)
			r, err := w.RevokeToken(w.t.Context(), w.tokens[who], authority.Revoke{})
			w.must(err)
			w.undoable[who] = r.ID()
		},
		command: func(w *witness, who string) []string {
			return []string{"revocations", "undo", w.undoable[who]}
		},
		done: func(w *witness, who string) []bool { return []bool{!w.revoked(w.tokens[who]), !w.listed(who)} },
	}, {
		name:    "logout",
		prepare: func(w *witness, who string) { w.grants[who] = opens(w.t, w.Authority, who) },
		command: func(*witness, string) []string { return []string{"logout", "-"} },
		done:    func(w *witness, who string) []bool { return w.ended(who) },
	}, {
		name:    "users passwd",
		prepare: func(w *witness, who string) { w.grants[who] = opens(w.t, w.Authority, who) },
		command: func(_ *witness, who string) []string {
			return []string{"users", "passwd", who, "--password-file", "other"}
		},
		done: func(w *witness, who string) []bool {
			return append(w.ended(who), w.logsIn(who, otherPassword), !w.logsIn(who, testPassword))
		},
	}, {
		name:    "users disable",
		prepare: func(w *witness, who string) { w.grants[who] = opens(w.t, w.Authority, who) },
		command: func(_ *witness, who string) []string { return []string{"users", "disable", who} },
		done: func(w *witness, who string) []bool {
			return append(w.ended(who), !w.logsIn(who, testPassword))
		},
	}, {
		name:    "users remove",
		prepare: func(w *witness, who string) { w.grants[who] = opens(w.t, w.Authority, who) },
		command: func(_ *witness, who string) []string { return []string{"users", "remove", who, "--yes"} },
		done:    func(w *witness, who string) []bool { return append(w.ended(who), !w.isThere(who)) },
	},
}

const otherPassword = "battery staple horse correct"

// TestKilled kills commands at random moments. What one of them said was done is there afterwards, what it did not live to
// say was done whole or not at all, and the store and its audit are whole.
func TestKilled(t *testing.T) {
	for _, d := range deeds {
		t.Run(d.name, func(t *testing.T) { t.Parallel(); d.killed(t) })
	}
}

func (d deed) killed(t *testing.T) {
	h := newHome(t)
	h.run("init")
	h.write("other", otherPassword)
	w := &witness{h.authority(), t, map[string]*authority.Grant{}, map[string]string{}, map[string]string{}}
	d.prepare(w, "first")
	k := newKiller(h, h.deed(d, w, "first"))
	told := map[string]bool{}
	for i := range k.each(10, 200) {
		who := fmt.Sprint("person", i)
		d.prepare(w, who)
		_, told[who] = k.run(h.deed(d, w, who))
	}
	w.Now = func() time.Time { return time.Now().Add(2 * time.Second) } // a login waits for the second of a cut to be over
	lost, halves, untold := 0, 0, 0
	for who, told := range told {
		came := d.done(w, who)
		switch {
		case slices.Contains(came, !came[0]):
			t.Errorf("%s of %s was half done: %v", d.name, who, came)
			halves++
		case told && !came[0]:
			t.Errorf("%s of %s was acknowledged and is lost", d.name, who)
			lost++
		case came[0] && !told:
			untold++
		}
	}
	t.Logf("%d killed after the commit and before they could tell", untold)
	kvtest.Figure(t, "What register, revoke, undo, logout, passwd, disable or remove has acknowledged is there after kill -9; "+
		"no deed is half done, and store and audit are whole",
		kvtest.Tried(k.rounds, "commands"), kvtest.Tried(k.killed, "killed before they told"),
		kvtest.Tried(k.acknowledged, "acknowledged"), kvtest.Never(lost, "lost"), kvtest.Never(halves, "half done"),
		kvtest.Never(k.refused, "refused"), kvtest.Never(h.faults(), "faults"))
}

// deed is the command of one.
func (h home) deed(d deed, w *witness, who string) *exec.Cmd {
	c := h.command(d.command(w, who)...)
	if g := w.grants[who]; g != nil {
		c.Stdin = strings.NewReader(g.RefreshToken)
	}
	return c
}

func (w *witness) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *witness) isThere(who string) bool {
	w.t.Helper()
	_, err := w.User(w.t.Context(), who)
	if err != nil && !errors.Is(err, userdb.ErrNoUser) {
		w.t.Fatal(err)
	}
	return err == nil
}

func (w *witness) logsIn(who, password string) bool {
	w.t.Helper()
	_, err := w.Login(w.t.Context(), authority.LoginRequest{Name: who, Password: password})
	if err != nil && !errors.Is(err, authority.ErrLoginRefused) {
		w.t.Fatal(err)
	}
	return err == nil
}

func (w *witness) revoked(raw string) bool {
	w.t.Helper()
	report, err := w.Examine(w.t.Context(), raw, token.Expect{}, time.Time{})
	if err != nil {
		w.t.Fatal(err)
	}
	if got := report.Reason(); got != "" && got != token.Revoked {
		w.t.Fatal(got)
	}
	return report.Reason() == token.Revoked
}

// listed tells whether the token is on the list of revocations.
func (w *witness) listed(who string) bool {
	w.t.Helper()
	all, err := w.Revocations(w.t.Context())
	w.must(err)
	return slices.ContainsFunc(all, func(r userdb.Revocation) bool { return r.Name == id(w.t, w.tokens[who]) })
}

// ended tells of the session and of its access token whether they were ended.
func (w *witness) ended(who string) []bool {
	w.t.Helper()
	_, err := w.Session(w.t.Context(), w.grants[who].RefreshToken)
	if err != nil && !errors.Is(err, token.Revoked) {
		w.t.Fatal(err)
	}
	return []bool{err != nil, w.revoked(w.grants[who].AccessToken)}
}
