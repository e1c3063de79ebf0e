//go:build unix

package cmd

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// revoker revokes jti0, jti1, … one after the other until stop. acked is how many have been acknowledged.
func (d *daemon) revoker(acked *atomic.Int64) (stop func()) {
	a := d.actor()
	end := repeated(func() bool {
		a.mustAct(d.t, "jti jti%d", acked.Load())
		acked.Add(1)
		return true
	})
	return func() { end(); a.done() }
}

// TestBackupUnderLoad backs a store of 20 MiB up, again and again, while serve answers and others write. No request fails,
// and each copy is the store as it was at one moment between the beginning and the end.
func TestBackupUnderLoad(t *testing.T) {
	rounds := 3
	if long() {
		rounds = 50
	}
	d := newDaemon(newHome(t))
	d.fill(20)
	stopAsking := d.asks(d.mints("ada", 1)[0], 2)
	var acked atomic.Int64
	var longest time.Duration
	stopWriting := d.revoker(&acked)
	wrong := 0
	for i := range rounds {
		before := acked.Load()
		began := time.Now()
		out := d.run("store", "backup", fmt.Sprintf("b%d", i), "--json")
		longest = max(longest, time.Since(began))
		after := acked.Load() + 1 // one may be done, and not acknowledged yet
		var done struct{ Size int64 }
		if err := json.Unmarshal([]byte(out), &done); err != nil || done.Size < 20<<20 {
			t.Errorf("%s: %v", out, err)
		}
		if n := d.revokedIn(fmt.Sprintf("b%d", i)); n < before || n > after {
			t.Errorf("the copy has %d revocations, of at least %d and at most %d", n, before, after)
			wrong++
		}
	}
	stopWriting()
	counts := stopAsking()
	bad := unlike(counts, http.StatusOK)
	t.Logf("the longest backup took %v; requests meanwhile: %v", longest, counts)
	kvtest.Figure(t, "A backup is one acknowledged state, and nobody is refused meanwhile", kvtest.Tried(rounds, "backups of 20 MiB"),
		kvtest.Tried(int(acked.Load()), "writes beside"), kvtest.Tried(counts[http.StatusOK], "requests answered"),
		kvtest.Never(bad, "requests refused"), kvtest.Never(wrong, "copies of no such state"))
	d.end()
}

// revokedIn opens a backup of the home, checks it whole, and counts the revocations in it, which have no gap.
func (h home) revokedIn(name string) (n int64) {
	h.t.Helper()
	copied := bolt.New(h.path(name), bolt.Options{})
	if faults, err := copied.Check(h.t.Context()); err != nil || faults != nil {
		h.t.Errorf("pages of the copy: %q, %v", faults, err)
	}
	if _, faults, err := openAll(h.t.Context(), copied, h.key()); err != nil || faults != nil {
		h.t.Errorf("records of the copy: %q, %v", faults, err)
	}
	a := &authority.Authority{Store: sealed.New(copied, h.key()), Now: time.Now}
	if _, faults, err := a.CheckAudit(h.t.Context()); err != nil || faults != nil {
		h.t.Errorf("audit of the copy: %v, %v", faults, err)
	}
	list, err := a.Revocations(h.t.Context())
	if err != nil {
		h.t.Error(err)
	}
	there := map[string]bool{}
	for _, r := range list {
		there[r.Name] = true
	}
	for ; there[fmt.Sprint("jti", n)]; n++ {
	}
	if int(n) != len(list) {
		h.t.Errorf("%d revocations in the copy, and number %d is missing", len(list), n)
	}
	return n
}

// TestRestoreUnderServe: a running serve goes on with the restored store. What was revoked since is good again only after
// a rollback that was accepted; sessions are over then; and a key that was made since is unknown.
func TestRestoreUnderServe(t *testing.T) {
	d := newDaemon(newHome(t))
	d.run("register", "ada", "--password-file", "pass")
	raw := d.mints("ada", 1)[0]
	d.run("login", "ada", "--password-file", "pass", "--refresh-file", "session")
	d.run("store", "backup", "b")
	d.run("store", "restore", "b", "--yes")
	d.becomes("after a restore in which nothing was lost", raw, http.StatusOK)
	d.run("refresh", "--refresh-file", "session")

	d.run("store", "backup", "b")
	d.run("revoke", raw)
	d.run("rotate")
	published := d.mints("ada", 1)[0] // by the key that waited when the backup was made
	d.run("rotate")
	unknown := d.mints("ada", 1)[0]
	d.run("refresh", "--refresh-file", "session")
	wantStatus(t, d, "revoked", raw, http.StatusUnauthorized)
	d.exits(3, "store", "restore", "b", "--yes")
	wantStatus(t, d, "after a rollback that was refused", raw, http.StatusUnauthorized)
	wantStatus(t, d, "of the newest key", unknown, http.StatusOK)

	d.run("store", "restore", "b", "--yes", "--accept-rollback")
	d.becomes("after a rollback that was accepted", raw, http.StatusOK)
	wantStatus(t, d, "of the key that waited", published, http.StatusOK)
	wantStatus(t, d, "of a key that is not there any more", unknown, http.StatusUnauthorized)
	d.exits(11, "refresh", "--refresh-file", "session")
	if got := d.login("ada"); got.status != http.StatusOK {
		t.Errorf("a login afterwards: %+v", got)
	}
	d.run("revoke", raw)
	wantStatus(t, d, "revoked again", raw, http.StatusUnauthorized)
	d.run("audit", "verify")
	d.end()
}

func wantStatus(t *testing.T, d *daemon, what, raw string, want int) {
	t.Helper()
	if got := d.status(raw); got != want {
		t.Errorf("%s: /protected answers %d, and %d was wanted", what, got, want)
	}
}

// TestCompactUnderServe: serve goes on through compactions, and through one that seals every record anew: each request is
// answered, none gets through that was revoked, and people log in.
func TestCompactUnderServe(t *testing.T) {
	d := newDaemon(newHome(t))
	d.run("register", "ada", "--password-file", "pass")
	d.fill(5)
	stop := d.asks(d.mints("ada", 1)[0], 2)
	var size struct {
		Compacted     bool
		Before, After storeSizeJSON
	}
	late, rounds := 0, 0
	for i, args := range [][]string{{}, {"--force"}, {"--new-key", "--yes"}, {"--force"}, {"--new-key", "--yes"}} {
		out := d.run(append([]string{"store", "compact", "--json"}, args...)...)
		if err := json.Unmarshal([]byte(out), &size); err != nil || size.Compacted != (i > 0) {
			t.Fatalf("store compact %s: %s, %v", strings.Join(args, " "), out, err)
		}
		if i > 0 && size.After.Pages > size.Before.Pages {
			t.Errorf("more pages than before: %s", out)
		}
		rounds++
		raw := d.mints("ada", 1)[0]
		wantStatus(t, d, "a new token", raw, http.StatusOK)
		d.run("revoke", raw)
		if d.status(raw) == http.StatusOK {
			late++
		}
		if got := d.login("ada"); got.status != http.StatusOK {
			t.Errorf("a login: %+v", got)
		}
	}
	counts := stop()
	bad := unlike(counts, http.StatusOK)
	kvtest.Figure(t, "serve goes on while the store is compacted, also under a new key", kvtest.Tried(rounds, "compactions"),
		kvtest.Tried(counts[http.StatusOK], "requests answered"), kvtest.Never(bad, "requests refused"),
		kvtest.Never(late, "revocations late"))
	d.run("audit", "verify")
	d.run("store", "info")
	d.end()
}
