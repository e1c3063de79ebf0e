//go:build unix

package cmd

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"jotkit/userdb/kv/kvtest"
)

// TestKilledServe kills the server again and again while clients refresh.
func TestKilledServe(t *testing.T) {
	rounds := 5
	if long() {
		rounds = 100
	}
	d := newDaemon(newHome(t))
	a := d.authority()
	clients, asked, acknowledged := make([]*client, 3), make([]int, 3), make([]int, 3)
	for i := range clients {
		clients[i] = &client{refresh: opens(t, a, string(rune('a'+i))+"da").RefreshToken}
	}
	var ends []func()
	for i, c := range clients {
		ends = append(ends, repeated(func() bool {
			asked[i]++
			if d.refreshes(c) {
				acknowledged[i]++
			}
			return true
		}))
	}
	for range rounds {
		time.Sleep(rand.N(100 * time.Millisecond)) // the moment of the kill, which is all that this decides
		d.kill()
		d.start()
	}
	for _, end := range ends {
		end()
	}
	var sum client
	tried, told := 0, 0
	for i, c := range clients {
		c.goesOn(t, a)
		sum.lost, sum.doubled, sum.thefts = sum.lost+c.lost, sum.doubled+c.doubled, sum.thefts+c.thefts
		tried, told = tried+asked[i], told+acknowledged[i]
	}
	d.end()
	kvtest.Figure(t, "Who refreshes at a server that is killed"+staysLoggedIn,
		kvtest.Tried(tried, "refreshes"), kvtest.Tried(rounds, "servers killed"), kvtest.Tried(told, "acknowledged"),
		kvtest.Never(sum.lost, "successors lost"), kvtest.Never(sum.doubled, "successors doubled"),
		kvtest.Never(sum.thefts, "taken for theft"), kvtest.Never(d.faults(), "faults"))
}

// refreshes has a client refresh, and tells whether it got an answer.
func (d *daemon) refreshes(c *client) bool {
	answer, err := d.client.Post(d.url+"/refresh", "application/json", strings.NewReader(`{"refresh_token":"`+c.refresh+`"}`))
	if err != nil {
		return false // there is no server, or it was killed: once more, with the same token
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return false
	case answer.StatusCode == http.StatusServiceUnavailable: // as it starts
		return false
	case answer.StatusCode != http.StatusOK:
		d.t.Errorf("%s: %s", answer.Status, text)
		c.thefts++
		return false
	}
	c.got(d.t, string(text))
	return true
}
