package cmd

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
	"jotkit/userdb/kv/sealed"
)

// A keeper is the store of commands that copy it or replace it whole, and what has to be in it after each.
type keeper struct {
	*killer
	good, revoked string // tokens
	wrong         int
}

// newKeeper makes a store with something in it, and a backup that lacks the revocation.
func newKeeper(t *testing.T, like ...string) *keeper {
	t.Helper()
	h := newHome(t)
	h.run("init")
	k := &keeper{good: h.run("mint", "--sub", "ada"), revoked: h.run("mint", "--sub", "ada")}
	h.fill(1) // so that there is a while in which it is written
	h.run("store", "backup", "old.db")
	h.run("revoke", k.revoked)
	k.killer = newKiller(h, h.command(like...))
	return k
}

// holds wants the good token to be good, and the other one to end with one of these.
func (k *keeper) holds(revoked ...int) (ended int) {
	k.t.Helper()
	status, said := k.ending("verify", k.good)
	ended, also := k.ending("verify", k.revoked)
	for _, want := range revoked {
		if status == 0 && ended == want {
			return ended
		}
	}
	k.t.Errorf("the good token ends with %d, the revoked one with %d\n%s%s", status, ended, said, also)
	k.wrong++
	return ended
}

func (k *keeper) figure(promise string) {
	k.t.Helper()
	left, err := bolt.Leftovers(k.store())
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Logf("%d files of what was killed lie beside the store", len(left))
	kvtest.Figure(k.t, promise, kvtest.Tried(k.rounds, "rounds"), kvtest.Tried(k.killed, "killed before they told"),
		kvtest.Tried(k.acknowledged, "acknowledged"), kvtest.Never(k.wrong, "wrong answers"),
		kvtest.Never(k.refused, "refused"), kvtest.Never(k.faults(), "faults"))
}

// TestKilledBackup: a backup that was told of is there, and where there is one by that name it is whole: this one, or an older
// one that it was to replace.
func TestKilledBackup(t *testing.T) {
	k := newKeeper(t, "store", "backup", "first.db")
	for i := range k.each(10, 200) {
		name := fmt.Sprint(i%6, ".db")
		_, told := k.run(k.command("store", "backup", name))
		_, err := os.Stat(k.path(name))
		if err != nil && !told {
			continue
		}
		if status, said := k.ending("store", "restore", name, "--dry-run", "--accept-rollback"); status != 0 {
			t.Errorf("told: %v; %s cannot be restored: %s", told, name, said)
			k.wrong++
		}
	}
	k.holds(15)
	k.figure("A backup is whole or not there after kill -9, and one that was acknowledged is there")
}

// TestKilledRestore: a restore was done whole or not at all, and one that was told of was done.
func TestKilledRestore(t *testing.T) {
	restore := []string{"store", "restore", "old.db", "--accept-rollback", "--yes"}
	k := newKeeper(t, restore...)
	done := 0
	for range k.each(12, 200) {
		k.run(k.command("revoke", k.revoked)) // it is killed as well, now and then
		before := k.holds(0, 15)
		_, told := k.run(k.command(restore...))
		after := k.holds(0, 15)
		if told && after != 0 || after != 0 && before == 0 {
			t.Errorf("told: %v; the token that the backup has as good ended with %d, and ends with %d", told, before, after)
			k.wrong++
		}
		if before != after {
			done++
		}
	}
	t.Logf("%d times the restore gave back what had been revoked", done)
	k.figure("A restore is done whole or not at all after kill -9, and one that was acknowledged is done")
}

// TestKilledCompact: after a compaction that was killed, also one that seals every record anew, the store opens with the key
// that is there, is sound, and takes the next write.
func TestKilledCompact(t *testing.T) {
	for _, how := range []string{"--force", "--new-key"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			compact := []string{"store", "compact", how, "--yes"}
			k := newKeeper(t, compact...)
			for i := range k.each(6, 200) {
				k.killer.run(k.command(compact...))
				k.holds(15)
				if status, said := k.ending("revoke", "--jti", fmt.Sprint("J", i)); status != 0 {
					t.Errorf("the next write: %s", said)
					k.wrong++
				}
				if status, said := k.ending("store", "check", "-q"); status != 0 && status != 7 { // what was killed left files
					t.Error(said)
					k.wrong++
				}
			}
			if n := strings.Count(k.home.run("audit", "--event", "revoke"), "\n") + 1; n != k.rounds+1 {
				t.Errorf("%d revocations of %d are in the audit", n, k.rounds+1)
				k.wrong++
			}
			k.figure("A store opens and is whole after kill -9 of its compaction, also under a new key")
		})
	}
}

// fill makes the store of a home larger by this many MiB of records that nobody reads.
func (h home) fill(mib int) {
	h.t.Helper()
	store := sealed.New(bolt.New(h.store(), bolt.Options{}), h.key())
	for i := range mib {
		_, err := store.Update(h.t.Context(), func(tx kv.Tx) error {
			for j := range 256 {
				if err := tx.Put(fmt.Sprintf("filling/%03d-%03d", i, j), bytes.Repeat([]byte{byte(j)}, 4000)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			h.t.Fatal(err)
		}
	}
}
