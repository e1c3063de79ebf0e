package userdb_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

func TestDenyAndAllow(t *testing.T) {
	m, secrets := newStore(t)
	hour := noon.Add(time.Hour)
	must(t, userdb.Deny(m, secrets, userdb.KindToken, "x", userdb.Entry{Until: hour.Add(time.Millisecond), Cut: noon}, noon))
	want := userdb.Entry{Until: hour.Add(time.Second), Cut: noon} // a part of a second never ends an entry early
	if got, ok, err := userdb.Denied(m, secrets, userdb.KindToken, "x"); got != want || !ok || err != nil {
		t.Errorf("%+v, %t, %v", got, ok, err)
	}
	for kind, id := range map[userdb.Kind]string{userdb.KindSession: "x", userdb.KindUser: "x", userdb.KindKey: "x", userdb.KindToken: "y"} {
		if got, ok, err := userdb.Denied(m, secrets, kind, id); ok || err != nil || got != (userdb.Entry{}) {
			t.Errorf("%s %q: %+v, %t, %v", kind, id, got, ok, err)
		}
	}
	must(t, userdb.Allow(m, secrets, userdb.KindToken, "x", noon))
	must(t, userdb.Allow(m, secrets, userdb.KindToken, "x", noon))
	if _, ok, err := userdb.Denied(m, secrets, userdb.KindToken, "x"); ok || err != nil {
		t.Errorf("after Allow: %t, %v", ok, err)
	}
}

func TestDenyOnlyStrengthens(t *testing.T) {
	at := func(until, cut int) userdb.Entry {
		return userdb.Entry{Until: noon.Add(time.Duration(until) * time.Hour), Cut: noon.Add(time.Duration(cut) * time.Minute)}
	}
	forever := userdb.Entry{Until: userdb.Forever, Cut: userdb.Forever}
	for _, c := range []struct {
		name            string
		kind            userdb.Kind
		old, with, want userdb.Entry
	}{
		{"user, later", userdb.KindUser, at(1, 1), at(2, 2), at(2, 2)},
		{"user, earlier", userdb.KindUser, at(2, 2), at(1, 1), at(2, 2)},
		{"user, each its own", userdb.KindUser, at(2, 1), at(1, 2), at(2, 2)},
		{"user, disabled", userdb.KindUser, forever, at(1, 1), forever},
		{"token, the first revocation counts", userdb.KindToken, at(1, 1), at(2, 2), at(2, 1)},
		{"session, it was revoked before that", userdb.KindSession, at(2, 2), at(1, 1), at(2, 1)},
		{"key, an expired one counts no more", userdb.KindKey, at(-1, -90), at(1, 1), at(1, 1)},
		{"zero is forever from now", userdb.KindUser, at(1, -1), userdb.Entry{}, userdb.Entry{Until: userdb.Forever, Cut: noon}},
	} {
		m, secrets := newStore(t)
		must(t, userdb.Deny(m, secrets, c.kind, "x", c.old, noon.Add(-2*time.Hour)))
		must(t, userdb.Deny(m, secrets, c.kind, "x", c.with, noon))
		if got, ok, err := userdb.Denied(m, secrets, c.kind, "x"); got != c.want || !ok || err != nil {
			t.Errorf("%s: %+v, %t, %v; want %+v", c.name, got, ok, err, c.want)
		}
		must(t, userdb.ReplaceDeny(m, secrets, c.kind, "x", at(1, 0), noon))
		if got, _, err := userdb.Denied(m, secrets, c.kind, "x"); got != at(1, 0) || err != nil {
			t.Errorf("%s: replaced by %+v, %v", c.name, got, err)
		}
	}
}

func TestEntry(t *testing.T) {
	cut := userdb.Entry{Until: noon.Add(time.Hour), Cut: noon}
	disabled := userdb.Entry{Until: userdb.Forever, Cut: userdb.Forever}
	late := userdb.Forever.AddDate(1, 0, 0)
	for name, ok := range map[string]bool{
		"issued before":          cut.Cuts(noon.Add(-time.Second)),
		"issued in that second":  cut.Cuts(noon.Add(999 * time.Millisecond)),
		"not issued after":       !cut.Cuts(noon.Add(time.Second)),
		"not disabled":           !cut.Disabled(),
		"alive to the last":      !cut.Expired(noon.Add(time.Hour)),
		"expired after":          cut.Expired(noon.Add(time.Hour + time.Second)),
		"disabled":               disabled.Disabled(),
		"disabled ends all":      disabled.Cuts(late),
		"disabled for all times": !disabled.Expired(late),
	} {
		if !ok {
			t.Error(name)
		}
	}
}

func TestDenyRefusesWhatItCannotName(t *testing.T) {
	m, secrets := newStore(t)
	e := userdb.Entry{Until: noon.Add(time.Hour)}
	for _, c := range []struct {
		name    string
		secrets kv.Secrets
		kind    userdb.Kind
		id      string
		want    error
	}{
		{"no id", secrets, userdb.KindToken, "", userdb.ErrDenyID},
		{"no kind", secrets, "", "x", userdb.ErrDenyID},
		{"another kind", secrets, "role", "x", userdb.ErrDenyID},
		{"no key", kv.Secrets{}, userdb.KindToken, "x", kv.ErrDamaged},
	} {
		_, ok, err := userdb.Denied(m, c.secrets, c.kind, c.id)
		if ok || !errors.Is(err, c.want) {
			t.Errorf("%s: %t, %v", c.name, ok, err)
		}
		if err := userdb.Deny(m, c.secrets, c.kind, c.id, e, noon); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := userdb.Allow(m, c.secrets, c.kind, c.id, noon); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// What changes nothing is not written, for each write of the list wakes every verifier.
func TestDenyWritesOnlyChanges(t *testing.T) {
	m, secrets := newStore(t)
	e := userdb.Entry{Until: noon.Add(time.Hour), Cut: noon}
	must(t, userdb.Deny(m, secrets, userdb.KindToken, "x", e, noon))
	w := &counted{mem: m}
	must(t, userdb.Deny(w, secrets, userdb.KindToken, "x", e, noon))
	must(t, userdb.Allow(w, secrets, userdb.KindToken, "y", noon))
	if w.writes != 0 {
		t.Errorf("%d writes for nothing", w.writes)
	}
}

// counted counts writes.
type counted struct {
	*mem
	writes int
}

func (c *counted) Put(name string, value []byte) error { c.writes++; return c.mem.Put(name, value) }
func (c *counted) Delete(name string) error            { c.writes++; return c.mem.Delete(name) }

func TestDenyListSplitsAndMerges(t *testing.T) {
	m, secrets := newStore(t)
	until := func(i int) time.Time { return noon.Add(time.Duration(1+i%2) * time.Hour) }
	for i := range 5000 {
		e := userdb.Entry{Until: until(i), Cut: noon}
		must(t, userdb.Deny(m, secrets, userdb.KindToken, fmt.Sprint(i), e, noon))
	}
	full := len(m.under("deny/"))
	if full < 25 || entries(t, m) != 5000 {
		t.Fatalf("%d chunks, %d entries", full, entries(t, m))
	}
	// Half of them expire, and a few writes to come have to make that good, each within its bound.
	now := noon.Add(90 * time.Minute)
	for i := range 200 {
		w := &counted{mem: m}
		must(t, userdb.Deny(w, secrets, userdb.KindToken, fmt.Sprint("new", i), userdb.Entry{Until: now.Add(time.Hour)}, now))
		if w.writes > 10 {
			t.Fatalf("%d writes for one revocation", w.writes)
		}
	}
	for i := range 5000 {
		_, ok, err := userdb.Denied(m, secrets, userdb.KindToken, fmt.Sprint(i))
		if must(t, err); !ok && until(i).After(now) {
			t.Fatalf("%d is lost", i)
		}
	}
	// All expire: the list shrinks to what it was at first.
	now = noon.Add(24 * time.Hour)
	for i := range 500 {
		must(t, userdb.Deny(m, secrets, userdb.KindToken, "last", userdb.Entry{Until: now.Add(time.Hour)}, now))
		must(t, userdb.Deny(m, secrets, userdb.KindToken, fmt.Sprint("gone", i), userdb.Entry{Until: now}, now))
		now = now.Add(time.Minute)
	}
	if n := len(m.under("deny/")); n > 3 {
		t.Errorf("%d chunks of %d are left, with %d entries", n, full, entries(t, m))
	}
}

// entries walks the list, and so checks the tiling, and counts.
func entries(t testing.TB, m *mem) (n int) {
	t.Helper()
	for c, err := range userdb.WalkDeny(m) {
		must(t, err)
		if c.Len() > 200 {
			t.Fatalf("%q holds %d entries", c.Name(), c.Len())
		}
		n += c.Len()
	}
	return n
}

func TestCreateDenyTwice(t *testing.T) {
	m, secrets := newStore(t)
	must(t, userdb.Deny(m, secrets, userdb.KindToken, "x", userdb.Entry{}, noon))
	if err := userdb.CreateDeny(m); !errors.Is(err, kv.ErrExists) {
		t.Errorf("%v; want ErrExists", err)
	}
	if _, ok, err := userdb.Denied(m, secrets, userdb.KindToken, "x"); !ok || err != nil {
		t.Errorf("forgiven: %t, %v", ok, err)
	}
}
