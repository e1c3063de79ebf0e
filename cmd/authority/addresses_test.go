package authority_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"jotkit/cmd/authority"
)

// onNetwork is the world as strangers reach it.
func onNetwork(t *testing.T) *world {
	t.Helper()
	w := start(t)
	w.register(t, "ada")
	w.Limits = authority.NewLimits(4)
	w.Limits.Pace = nil // the clock stands still
	w.hashes = 0
	return w
}

// try fails to log in from an address, under a name that nobody tried before, and returns how long the address has to
// wait: 0 for one that got its answer.
func (w *world) try(t *testing.T, from string) time.Duration {
	t.Helper()
	_, err := w.from(from).Login(t.Context(), authority.LoginRequest{Name: fmt.Sprint("nobody", w.hashes), Password: "wrong"})
	var slow *authority.SlowDown
	switch {
	case errors.As(err, &slow):
		return slow.Wait
	case !errors.Is(err, authority.ErrLoginRefused):
		t.Fatalf("a failed login: %v", err)
	}
	return 0
}

func (w *world) from(addr string) *authority.Authority {
	return w.As(addr+"@http", netip.MustParseAddr(addr))
}

// fails fails to log in so often from an address, and wants each to be answered.
func (w *world) fails(t *testing.T, from string, times int) {
	t.Helper()
	for i := range times {
		if wait := w.try(t, from); wait != 0 {
			t.Fatalf("failure %d from %s: has to wait %v", i+1, from, wait)
		}
	}
}

// TestAddressWaits: twenty failures cost nothing more, then the waits double, up to a quarter of an hour.
func TestAddressWaits(t *testing.T) {
	w := onNetwork(t)
	w.fails(t, "192.0.2.1", 20)
	want := time.Second
	for range 14 {
		w.fails(t, "192.0.2.1", 1)
		before := w.hashes
		if got := w.try(t, "192.0.2.1"); got != want {
			t.Errorf("has to wait %v, want %v", got, want)
		}
		w.pass(want - time.Millisecond)
		if got := w.try(t, "192.0.2.1"); got != time.Millisecond {
			t.Errorf("has to wait %v still, want a millisecond", got)
		}
		if w.hashes != before {
			t.Error("who has to wait cost a hash")
		}
		w.pass(time.Millisecond)
		want = min(2*want, 15*time.Minute)
	}
	w.fails(t, "192.0.2.2", 1)
	w.fails(t, "192.0.2.1", 1)
	_, err := w.from("192.0.2.1").Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password})
	if !errors.As(err, new(*authority.SlowDown)) {
		t.Errorf("the right password from an address that has to wait: %v", err)
	}
	w.pass(15 * time.Minute)
	if _, err = w.from("192.0.2.1").Login(t.Context(), authority.LoginRequest{Name: "ada", Password: password}); err != nil {
		t.Errorf("and when it has waited: %v", err)
	}
	w.pass(7 * time.Hour) // ten minutes take one off
	w.fails(t, "192.0.2.1", 20)
	w.pass(10 * time.Minute)
	w.fails(t, "192.0.2.1", 2)
	if got := w.try(t, "192.0.2.1"); got != time.Second {
		t.Errorf("has to wait %v, want a second: one was taken off", got)
	}
}

// TestAddressSites: what one customer has at hand is one address.
func TestAddressSites(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", false},
		{"fe80::1%eth0", "fe80::2%eth1", true},
		{"::1", "127.0.0.1", false},
	} {
		w := onNetwork(t)
		w.fails(t, c.a, 21)
		if waits := w.try(t, c.b) > 0; waits != c.same {
			t.Errorf("%s after failures of %s: has to wait %v, want %v", c.b, c.a, waits, c.same)
		}
	}
}

// TestAddressOfKnownNames: failures of names that there are count like those of others, and logins that succeed do not.
func TestAddressOfKnownNames(t *testing.T) {
	w := onNetwork(t)
	for i := range 21 {
		name := fmt.Sprint("person", i)
		w.register(t, name)
		if _, err := w.from("192.0.2.1").Login(t.Context(), authority.LoginRequest{Name: name, Password: password}); err != nil {
			t.Fatal(err)
		}
		_, err := w.from("192.0.2.1").Login(t.Context(), authority.LoginRequest{Name: name, Password: "wrong"})
		if !errors.Is(err, authority.ErrLoginRefused) {
			t.Fatalf("failure %d: %v", i+1, err)
		}
	}
	if w.try(t, "192.0.2.1") == 0 {
		t.Error("21 failures of known names do not count")
	}
}

// TestAddressDelayOff: login_delay=off counts nothing.
func TestAddressDelayOff(t *testing.T) {
	w := onNetwork(t)
	if err := put("login_delay", "off")(w); err != nil {
		t.Fatal(err)
	}
	w.fails(t, "192.0.2.1", 50)
	if err := put("login_delay", "on")(w); err != nil {
		t.Fatal(err)
	}
	w.fails(t, "192.0.2.1", 20)
}

// TestAddressesAreBounded: addresses without end fill no memory, and those that fail go on waiting as long as there is room.
func TestAddressesAreBounded(t *testing.T) {
	a, unseen := authority.NewAddresses(), authority.NewUnseen()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for i := range 100_000 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(i))
		a.Count(netip.AddrFrom4(b), now)
		unseen.Add(netip.AddrFrom4(b), "login")
		if counted, away := a.Len(), unseen.Len(); counted > 10_000 || away > 101 {
			t.Fatalf("%d addresses are counted and %d turned away", counted, away)
		}
	}
	if counted, away := a.Len(), unseen.Len(); counted < 9_000 || away != 101 {
		t.Errorf("%d addresses are counted and %d turned away", counted, away)
	}
}

// TestNewcomers: an address may register so many, and then has to wait. What is refused for its form does not count, nor
// does it write anything.
func TestNewcomers(t *testing.T) {
	w := onNetwork(t)
	register := func(from string, i int) error {
		_, err := w.from(from).Register(t.Context(), fmt.Sprint("newcomer", i), password, nil)
		return err
	}
	for i := range 21 {
		if err := register("192.0.2.1", i); err != nil {
			t.Fatal(err)
		}
	}
	before := w.hashes
	var slow *authority.SlowDown
	if err := register("192.0.2.1", 21); !errors.As(err, &slow) || slow.Wait != time.Second {
		t.Errorf("the 22nd: %v", err)
	}
	if w.hashes != before {
		t.Error("who has to wait cost a hash")
	}
	if err := register("192.0.2.2", 21); err != nil {
		t.Errorf("another address: %v", err)
	}
	w.fails(t, "192.0.2.1", 1) // logging in is another thing
	w.pass(time.Second)
	if err := register("192.0.2.1", 22); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

// TestRefusedUnseen: what strangers are refused before it costs anything is counted, and is one line a source.
func TestRefusedUnseen(t *testing.T) {
	w := onNetwork(t)
	w.fails(t, "192.0.2.1", 21)
	for i := range 21 {
		if _, err := w.from("192.0.2.2").Register(t.Context(), fmt.Sprint("newcomer", i), password, nil); err != nil {
			t.Fatal(err)
		}
	}
	w.left(t, func() {
		for range 30 {
			if w.try(t, "192.0.2.1") == 0 {
				t.Error("need not wait")
			}
			_, err := w.from("192.0.2.2").Register(t.Context(), "another", password, nil)
			if !errors.As(err, new(*authority.SlowDown)) {
				t.Errorf("a registration too many: %v", err)
			}
		}
		for _, bad := range [][2]string{{"a b", password}, {"eve", "short"}, {"", ""}, {"eve", string(make([]byte, 2000))}} {
			if _, err := w.from("192.0.2.3").Register(t.Context(), bad[0], bad[1], nil); err == nil {
				t.Errorf("%q may register", bad[0])
			}
		}
	})
	lines := w.left(t, func() {
		if err := w.NoteUnseen(t.Context()); err != nil {
			t.Error(err)
		}
	}, "login refused", "register refused", "register refused")
	var got []string
	for _, l := range lines {
		got = append(got, l.Event.Detail["from"]+" "+l.Event.Detail["count"])
	}
	slices.Sort(got)
	if want := []string{"192.0.2.1/32 30", "192.0.2.2/32 30", "192.0.2.3/32 4"}; !slices.Equal(got, want) {
		t.Errorf("noted %q, want %q", got, want)
	}
	w.left(t, func() {
		if err := w.NoteUnseen(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestNoteUnseenFails: what could not be written is written the next time.
func TestNoteUnseenFails(t *testing.T) {
	w := onNetwork(t)
	w.As("", netip.MustParseAddr("192.0.2.1")).TurnedAway("login")
	w.As("", netip.MustParseAddr("192.0.2.1")).TurnedAway("register")
	w.store.commit = errors.New("the disk is full")
	if err := w.NoteUnseen(t.Context()); err == nil {
		t.Fatal("no error where nothing could be written")
	}
	w.store.commit = nil
	w.left(t, func() {
		if err := w.NoteUnseen(t.Context()); err != nil {
			t.Error(err)
		}
	}, "login refused", "register refused")
}

// TestCountsNothing: what is nil bounds nothing.
func TestCountsNothing(t *testing.T) {
	w := start(t)
	w.fails(t, "192.0.2.1", 50)
	if err := w.NoteUnseen(t.Context()); err != nil {
		t.Error(err)
	}
}
