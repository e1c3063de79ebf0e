package userdb_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

func TestRevocation(t *testing.T) {
	m, secrets := newStore(t)
	in := userdb.Revocation{Kind: userdb.KindToken, Name: "jti1", Until: noon.Add(time.Hour), Reason: "lost laptop", By: "ada",
		At: noon.Add(time.Millisecond)}
	put, err := userdb.PutRevocation(m, secrets, in, noon)
	must(t, err)
	want := in
	want.At, want.Digest = noon, put.Digest
	if diff := cmp.Diff(want, put); diff != "" {
		t.Error(diff)
	}
	got, err := userdb.GetRevocation(m, secrets, userdb.KindToken, "jti1")
	must(t, err)
	if diff := cmp.Diff(put, *got); diff != "" {
		t.Error(diff)
	}
	for _, id := range []string{put.ID(), put.Digest.String(), put.Digest.String()[:17]} {
		found, err := userdb.FindRevocation(m, id)
		must(t, err)
		if diff := cmp.Diff(put, *found); diff != "" {
			t.Error(diff)
		}
	}
	must(t, userdb.RemoveRevocation(m, put.Digest))
	if _, err := userdb.GetRevocation(m, secrets, userdb.KindToken, "jti1"); !errors.Is(err, userdb.ErrNoRevocation) {
		t.Errorf("after it was removed: %v", err)
	}
}

func TestFindRevocationRefuses(t *testing.T) {
	m, secrets := newStore(t)
	put, err := userdb.PutRevocation(m, secrets, userdb.Revocation{Kind: userdb.KindKey, Name: "k", Until: noon}, noon)
	must(t, err)
	twin := put.Digest
	twin[11] ^= 1
	must(t, m.Put("revocation/"+twin.String(), m.values["revocation/"+put.Digest.String()]))
	for name, id := range map[string]string{
		"empty": "", "too short": put.ID()[:11], "of two": put.ID(), "upper case": strings.ToUpper(put.ID()) + "A",
		"no hex": "../../../../..", "another": "000000000000", "longer than a digest": put.Digest.String() + "0",
	} {
		if r, err := userdb.FindRevocation(m, id); !errors.Is(err, userdb.ErrNoRevocation) {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	for _, d := range []userdb.Digest{put.Digest, twin} {
		if r, err := userdb.FindRevocation(m, d.String()); err != nil || r.Digest != d {
			t.Errorf("%v, %v; want %s", r, err, d)
		}
	}
}

func TestPutRevocationRefuses(t *testing.T) {
	m, secrets := newStore(t)
	for _, c := range []struct {
		r    userdb.Revocation
		want error
	}{
		{userdb.Revocation{Kind: "role", Name: "x"}, userdb.ErrDenyID},
		{userdb.Revocation{Kind: userdb.KindToken}, userdb.ErrDenyID},
		{userdb.Revocation{Kind: userdb.KindToken, Name: "x", Reason: strings.Repeat("x", 257)}, userdb.ErrReason},
	} {
		if _, err := userdb.PutRevocation(m, secrets, c.r, noon); !errors.Is(err, c.want) {
			t.Errorf("%v; want %v", err, c.want)
		}
	}
}

func TestRevocationsInPagesAndSwept(t *testing.T) {
	m, secrets := newStore(t)
	for i := range 100 {
		r := userdb.Revocation{Kind: userdb.KindToken, Name: fmt.Sprint(i), Until: noon.Add(time.Hour), At: noon}
		_, err := userdb.PutRevocation(m, secrets, r, noon)
		must(t, err)
	}
	seen := map[string]bool{}
	var after *userdb.Digest
	for more := true; more; {
		more = false
		for r, err := range userdb.Revocations(m, after) {
			must(t, err)
			seen[r.Name], after = true, &r.Digest
			if len(seen)%7 == 0 {
				more = true
				break
			}
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d of 100 seen", len(seen))
	}
	now := noon.Add(2 * time.Hour)
	for i := range 200 {
		before := len(m.under("revocation/"))
		r := userdb.Revocation{Kind: userdb.KindToken, Name: fmt.Sprint("new", i), Until: now.Add(time.Hour)}
		_, err := userdb.PutRevocation(m, secrets, r, now)
		must(t, err)
		if gone := before + 1 - len(m.under("revocation/")); gone > 8 {
			t.Fatalf("%d swept in one write", gone)
		}
	}
	expired := 0
	for r, err := range userdb.Revocations(m, nil) {
		if must(t, err); r.Expired(now) {
			expired++
		}
	}
	if n := len(m.under("revocation/")) - expired; n != 200 || expired > 10 {
		t.Errorf("%d alive, %d expired still there", n, expired)
	}
}

func TestRevocationDamaged(t *testing.T) {
	m, secrets := newStore(t)
	put, err := userdb.PutRevocation(m, secrets, userdb.Revocation{Kind: userdb.KindKey, Name: "k", Until: noon}, noon)
	must(t, err)
	must(t, m.Put("revocation/"+put.Digest.String(), []byte("{")))
	if _, err := userdb.GetRevocation(m, secrets, userdb.KindKey, "k"); !errors.Is(err, kv.ErrDamaged) {
		t.Error(err)
	}
	if _, err := userdb.FindRevocation(m, put.ID()); !errors.Is(err, kv.ErrDamaged) {
		t.Error(err)
	}
	must(t, m.Put("revocation/x", []byte("{}")))
	var last error
	for _, last = range userdb.Revocations(m, &put.Digest) {
	}
	if !errors.Is(last, kv.ErrDamaged) {
		t.Error(last)
	}
}
