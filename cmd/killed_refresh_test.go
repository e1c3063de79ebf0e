package cmd

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv/kvtest"
)

// staysLoggedIn is the end of a promise to who refreshes.
const staysLoggedIn = " stays logged in: no successor is lost, none is doubled, and nobody is taken for a thief"

// A client keeps the refresh token of a session, and what it has used up before it.
type client struct {
	refresh, parent       string
	lost, doubled, thefts int
}

// got takes what a refresh has answered.
func (c *client) got(t testing.TB, answer string) {
	t.Helper()
	var g grant
	if err := json.Unmarshal([]byte(answer), &g); err != nil || g.Refresh == "" {
		t.Errorf("%q: %v", answer, err)
		c.lost++
		return
	}
	if g.Refresh != c.refresh {
		c.parent, c.refresh = c.refresh, g.Refresh
	}
}

// TestKilledRefresh kills commands that refresh. The client goes on with the successor that it got, and where it got none
// presents its token again.
func TestKilledRefresh(t *testing.T) {
	h := newHome(t)
	h.run("init")
	a := h.authority()
	like := h.command("refresh", "-", "--json")
	like.Stdin = strings.NewReader(opens(t, a, "first").RefreshToken)
	k := newKiller(h, like)
	c := &client{refresh: opens(t, a, "ada").RefreshToken}
	for range k.each(20, 400) {
		command := h.command("refresh", "-", "--json")
		command.Stdin = strings.NewReader(c.refresh)
		if answer, done := k.run(command); done {
			c.got(t, answer)
		}
	}
	c.goesOn(t, a)
	c.figure(t, "Who refreshes by commands that are killed"+staysLoggedIn, k)
}

// TestKilledRefreshFile is that for commands that keep the token in a file: whatever is in it can be refreshed.
func TestKilledRefreshFile(t *testing.T) {
	h := newHome(t)
	h.run("init")
	a := h.authority()
	h.write("session", opens(t, a, "ada").RefreshToken)
	k := newKiller(h, h.command("refresh", "--refresh-file", "session"))
	for range k.each(20, 400) {
		k.run(h.command("refresh", "--refresh-file", "session"))
	}
	c := &client{refresh: h.read("session")}
	c.goesOn(t, a)
	c.figure(t, "Who keeps a refresh token in a file, while the commands that renew it are killed,"+staysLoggedIn, k)
}

func (h home) read(name string) string {
	h.t.Helper()
	text, err := os.ReadFile(h.path(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// goesOn refreshes twice with what the client has, which must give one successor and not two, and one more with that.
func (c *client) goesOn(t *testing.T, a *authority.Authority) {
	t.Helper()
	first, err := a.Refresh(t.Context(), c.refresh)
	if err != nil {
		t.Errorf("the newest token: %v", err)
		c.thefts++
		return
	}
	again, err := a.Refresh(t.Context(), c.refresh)
	if err != nil || again.RefreshToken != first.RefreshToken {
		t.Errorf("its reply was lost, and the same token again gets another successor: %v", err)
		c.doubled++
	}
	if _, err := a.Refresh(t.Context(), first.RefreshToken); err != nil {
		t.Errorf("its successor: %v", err)
		c.lost++
	}
	if _, err := a.Refresh(t.Context(), c.refresh); err == nil {
		t.Error("the token is good beside its successor's successor")
		c.doubled++
	}
}

func (c *client) figure(t *testing.T, promise string, k *killer) {
	t.Helper()
	kvtest.Figure(t, promise,
		kvtest.Tried(k.rounds, "refreshes"), kvtest.Tried(k.killed, "killed before they told"),
		kvtest.Tried(k.acknowledged, "acknowledged"), kvtest.Never(c.lost, "successors lost"),
		kvtest.Never(c.doubled, "successors doubled"), kvtest.Never(c.thefts+k.refused, "taken for theft"),
		kvtest.Never(k.faults(), "faults"))
}
