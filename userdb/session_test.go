package userdb_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

func TestSession(t *testing.T) {
	m, _ := newStore(t)
	now := noon.Add(1234567 * time.Microsecond)
	s := userdb.NewSession("ada", now, 30*day, week)
	s.Audience, s.Scopes, s.TTL = []string{"api"}, []string{"profile"}, time.Minute
	want := userdb.Session{
		ID: s.ID, User: "ada", Counter: 1, Created: noon.Add(time.Second), Used: noon.Add(1234 * time.Millisecond),
		Until: noon.Add(week + 1234*time.Millisecond), End: noon.Add(30*day + time.Second),
		Audience: []string{"api"}, Scopes: []string{"profile"}, TTL: time.Minute,
	}
	must(t, userdb.PutSession(m, s, now))
	got, err := userdb.GetSession(m, s.ID)
	must(t, err)
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Error(diff)
	}
	must(t, userdb.RemoveSession(m, s.ID))
	if _, err := userdb.GetSession(m, s.ID); !errors.Is(err, userdb.ErrSessionOver) {
		t.Error(err)
	}
	must(t, userdb.RemoveSession(m, s.ID))
}

// TestSessionRotate: a use moves the idle limit, and never beyond the end.
func TestSessionRotate(t *testing.T) {
	s := userdb.NewSession("ada", noon, 10*day, week)
	for i, c := range []struct {
		now, until time.Time
	}{
		{noon.Add(day), noon.Add(8 * day)},
		{noon.Add(3 * day), noon.Add(10 * day)},
		{noon.Add(9 * day), noon.Add(10 * day)},
	} {
		s.Rotate(c.now, week)
		if s.Counter != uint64(i+2) || !s.Used.Equal(c.now) || !s.Until.Equal(c.until) || !s.End.Equal(noon.Add(10*day)) {
			t.Errorf("%+v", s)
		}
	}
	for _, c := range []struct {
		at   time.Time
		want bool
	}{{s.Until.Add(-time.Millisecond), false}, {s.Until, true}, {s.Until.Add(time.Hour), true}} {
		if s.Expired(c.at) != c.want {
			t.Errorf("at %v: %t", c.at, !c.want)
		}
	}
	if short := userdb.NewSession("ada", noon, time.Hour, week); !short.Until.Equal(short.End) {
		t.Errorf("%+v", short)
	}
}

func TestSessionUse(t *testing.T) {
	s := userdb.Session{ID: "S", Counter: 5, Used: noon}
	for _, c := range []struct {
		name    string
		counter uint64
		after   time.Duration
		want    userdb.Use
		err     error
	}{
		{"the good one", 5, time.Hour, userdb.Current, nil},
		{"parent at once", 4, 0, userdb.Again, nil},
		{"parent at 9.9 s", 4, 9900 * time.Millisecond, userdb.Again, nil},
		{"parent at 10 s", 4, 10 * time.Second, userdb.Again, nil},
		{"parent at 10.1 s", 4, 10100 * time.Millisecond, userdb.Reused, nil},
		{"parent, the clock a little behind", 4, -time.Second, userdb.Again, nil},
		{"parent, the clock far behind", 4, -time.Hour, userdb.Reused, nil},
		{"grandparent at once", 3, 0, userdb.Reused, nil},
		{"the first", 1, 0, userdb.Reused, nil},
		{"none that was ever made", 0, 0, userdb.Reused, nil},
		{"one to come", 6, 0, "", kv.ErrRolledBack},
		{"the last there can be", 1<<64 - 1, 0, "", kv.ErrRolledBack},
	} {
		if use, err := s.Use(c.counter, noon.Add(c.after)); use != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", c.name, use, err)
		}
	}
	fresh := userdb.Session{Counter: 0} // a damaged one: there is no parent of zero
	if _, err := fresh.Use(1<<64-1, noon); !errors.Is(err, kv.ErrRolledBack) {
		t.Error(err)
	}
}

// TestSessionsInPagesAndSwept: all are listed, those whose time is up go as others are written, and no others.
func TestSessionsInPagesAndSwept(t *testing.T) {
	m, _ := newStore(t)
	for range 100 {
		must(t, userdb.PutSession(m, userdb.NewSession("ada", noon, day, day), noon))
	}
	seen, after := map[string]bool{}, ""
	for more := true; more; {
		more = false
		for s, err := range userdb.Sessions(m, after) {
			must(t, err)
			seen[s.ID], after = true, s.ID
			if more = len(seen)%7 == 0; more {
				break
			}
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d of 100 seen", len(seen))
	}
	now := noon.Add(2 * day)
	for range 200 {
		before := len(m.under("session/"))
		must(t, userdb.PutSession(m, userdb.NewSession("ada", now, day, day), now))
		if gone := before + 1 - len(m.under("session/")); gone > 8 {
			t.Fatalf("%d swept in one write", gone)
		}
	}
	expired := 0
	for s, err := range userdb.Sessions(m, "") {
		if must(t, err); s.Expired(now) {
			expired++
		}
	}
	if n := len(m.under("session/")) - expired; n != 200 || expired > 10 {
		t.Errorf("%d alive, %d expired still there", n, expired)
	}
}

// TestRefreshSweepsNothing: a session that is written again leaves no more than there were, and does not look at others.
func TestRefreshSweepsNothing(t *testing.T) {
	m, _ := newStore(t)
	over, used := userdb.NewSession("ada", noon, day, day), userdb.NewSession("ada", noon, day, day)
	over.ID, used.ID = "A", "B"
	must(t, userdb.PutSession(m, used, noon))
	must(t, userdb.PutSession(m, over, noon))
	now := noon.Add(2 * day)
	used.Rotate(now, day)
	must(t, userdb.PutSession(m, used, now))
	if _, err := userdb.GetSession(m, over.ID); err != nil {
		t.Error(err)
	}
}

// TestSweepStopsAtItsPrefix: what lies before the first session is somebody else's.
func TestSweepStopsAtItsPrefix(t *testing.T) {
	m, _ := newStore(t)
	must(t, m.Put("sessiom/A", []byte(`{"until":"2000-01-01T00:00:00Z"}`)))
	must(t, m.Put("session.", []byte(`{"until":"2000-01-01T00:00:00Z"}`)))
	before := len(m.names)
	must(t, userdb.PutSession(m, userdb.NewSession("ada", noon, day, day), noon))
	if len(m.names) != before+1 {
		t.Error("a record that is no session went")
	}
}

// TestSessionDamaged: what cannot be read, or was put in another's place, is damage, for the sweep too.
func TestSessionDamaged(t *testing.T) {
	m, _ := newStore(t)
	must(t, userdb.PutSession(m, userdb.Session{ID: "B", Until: noon}, noon))
	for name, value := range map[string][]byte{"no JSON": []byte("{"), "another's": m.values["session/B"]} {
		must(t, m.Put("session/A", value))
		if s, err := userdb.GetSession(m, "A"); s != nil || !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	must(t, m.Put("session/A", []byte("{")))
	if err := userdb.PutSession(m, userdb.Session{ID: "B", Until: noon}, noon); !errors.Is(err, kv.ErrDamaged) {
		t.Error(err)
	}
}
