package cmd

import (
	"fmt"
	"os"
	"testing"

	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
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

// TestKilledBackup: a backup that was told of is there, and where there is one by that name it is whole.
func TestKilledBackup(t *testing.T) {
	k := newKeeper(t, "store", "backup", "first.db")
	for i := range k.each(10, 200) {
		name := fmt.Sprint(i, ".db")
		_, told := k.run(k.command("store", "backup", name))
		_, err := os.Stat(k.path(name))
		if err != nil && !told {
			continue
		}
		if status, said := k.ending("store", "restore", name, "--dry-run"); status != 0 {
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
