//go:build unix

package cmd

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"os"
	"strings"
	"testing"

	"jotkit/userdb/kv/kvtest"
)

// A wound is what is done to the store of a running server, and what that makes of the whole file.
type wound struct {
	name  string
	says  string // what commands say of it
	moved bool   // another file is moved there, instead of writing into the one that is
	file  func(whole, old []byte) []byte
}

var wounds = []wound{
	{"cut by half", "damaged", false, func(whole, _ []byte) []byte { return whole[:len(whole)/2] }},
	{"the newest meta page destroyed", "rolled back", false, func(whole, _ []byte) []byte { return withoutMeta(whole, false) }},
	{"an old copy over it", "rolled back", false, func(_, old []byte) []byte { return old }},
	{"an old copy moved there", "rolled back", true, func(_, old []byte) []byte { return old }},
	// from here on with JOTKIT_LONG
	{"cut to nothing", "damaged", false, func([]byte, []byte) []byte { return nil }},
	{"cut to a page and a half", "damaged", false, func(whole, _ []byte) []byte { return whole[:6144] }},
	{"cut to its two first pages", "damaged", false, func(whole, _ []byte) []byte { return whole[:8192] }},
	{"both meta pages destroyed", "damaged", false, func(whole, _ []byte) []byte { return withoutMeta(whole, true) }},
	{"an empty file moved there", "damaged", true, func([]byte, []byte) []byte { return nil }},
	{"something else moved there", "damaged", true, func(whole, _ []byte) []byte { return bytes.Repeat([]byte("else"), len(whole)/4) }},
}

// withoutMeta returns the file without the meta page of the last commit, or without both.
func withoutMeta(whole []byte, both bool) []byte {
	const page, commit = 4096, 64 // where a meta page has its number
	at := 0
	if binary.NativeEndian.Uint64(whole[page+commit:]) > binary.NativeEndian.Uint64(whole[commit:]) {
		at = page
	}
	b, noise := bytes.Clone(whole), bytes.Repeat([]byte{0x5a}, page)
	copy(b[at:at+page], noise)
	if both {
		copy(b[page-at:2*page-at], noise)
	}
	return b
}

// TestWounded wounds the store of a running server. At the next request or within seconds it answers 503, and it never
// lets a revoked token in; commands refuse the store and leave it as it is. When it is put back all is well.
func TestWounded(t *testing.T) {
	some := wounds[:4]
	if long() {
		some = wounds
	}
	for _, w := range some {
		t.Run(w.name, func(t *testing.T) { t.Parallel(); w.inflict(t) })
	}
}

func (w wound) inflict(t *testing.T) {
	d := newDaemon(newHome(t))
	d.run("register", "ada", "--password-file", "pass")
	tokens := d.mints("ada", 3)
	good, revoked := tokens[0], tokens[1]
	old := d.bytes(t)
	d.run("revoke", revoked)
	d.becomes("revoked", revoked, http.StatusUnauthorized)
	d.becomes("good", good, http.StatusOK)
	whole := d.bytes(t)
	wounds := 0
	stopGood, stopRevoked := d.asks(good, 1), d.asks(revoked, 1)
	d.put(t, w.file(whole, old), w.moved)
	d.becomes(w.name, good, http.StatusServiceUnavailable)
	wounds++
	wrong := d.whileWounded(t, w, good, revoked)
	d.put(t, whole, w.moved)
	d.becomes("put back", good, http.StatusOK)
	if got := d.login("ada"); got.status != http.StatusOK {
		t.Errorf("a login afterwards: %+v", got)
		wrong++
	}
	d.run("revoke", tokens[2])
	if got := d.status(tokens[2]); got != http.StatusUnauthorized {
		t.Errorf("revoked afterwards: %d", got)
		wrong++
	}
	asked, let := d.told(stopGood(), http.StatusOK), d.told(stopRevoked(), http.StatusUnauthorized)
	wrong += d.faults()
	d.end()
	kvtest.Figure(t, "While the store of a server is cut, overwritten or exchanged it answers 503, and no revoked token is good; put back, all is well",
		kvtest.Tried(wounds, "wounds"), kvtest.Tried(asked.answers+let.answers, "requests answered"),
		kvtest.Never(asked.wrong+let.wrong, "wrong verdicts"), kvtest.Never(wrong, "wrong answers of commands and logins"))
}

// whileWounded wants commands and logins to refuse the store, and to leave it as it is. It counts those that do not.
func (d *daemon) whileWounded(t *testing.T, w wound, good, revoked string) (wrong int) {
	t.Helper()
	before := d.bytes(t)
	if got := d.login("ada"); got.status != http.StatusServiceUnavailable || got.retry == "" {
		t.Errorf("a login meanwhile: %+v", got)
		wrong++
	}
	for _, args := range [][]string{{"verify", revoked}, {"verify", good}, {"mint", "--sub", "ada"}, {"serve", "--addr", "127.0.0.1:0"}} {
		if status, said := d.ending(args...); status != 3 || !strings.Contains(said, w.says) {
			t.Errorf("%v: %d, %s", args, status, said)
			wrong++
		}
	}
	if !bytes.Equal(d.bytes(t), before) {
		t.Error("the file was changed")
		wrong++
	}
	return wrong
}

func (h home) bytes(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(h.store())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// put has the store be these bytes: written into its file, or moved there as another file.
func (h home) put(t *testing.T, b []byte, moved bool) {
	t.Helper()
	to := h.store()
	if moved {
		to = h.path("other.db")
	}
	err := os.WriteFile(to, b, 0o600)
	if err == nil && moved {
		err = os.Rename(to, h.store())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Tolds are the answers that a token got while the store was wounded.
type tolds struct{ answers, wrong int }

// told counts those that are neither the right one nor none.
func (d *daemon) told(counts map[int]int, right int) (n tolds) {
	for status, many := range counts {
		n.answers += many
		if status != right && status != http.StatusServiceUnavailable {
			d.t.Errorf("%d times %d, where only %d or 503 may be", many, status, right)
			n.wrong += many
		}
	}
	return n
}
