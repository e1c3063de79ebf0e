package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

var (
	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	key  = bytes.Repeat([]byte{7}, 32)
)

// login is the event of second n.
func login(n int) audit.Event {
	return audit.Event{Time: noon.Add(time.Duration(n) * time.Second), Event: "login", Outcome: audit.OK, User: fmt.Sprint("user", n)}
}

// chainOf returns a store with one chain of n lines.
func chainOf(t testing.TB, n int) *mem {
	t.Helper()
	m := newMem()
	for i := range n {
		must(t, audit.Append(m, key, "cli", login(i), 0))
	}
	return m
}

func lines(t testing.TB, m *mem, f audit.Filter) (all []audit.Line) {
	t.Helper()
	for l, err := range audit.List(m, f) {
		must(t, err)
		all = append(all, l)
	}
	return all
}

func TestAppend(t *testing.T) {
	m := newMem()
	in := audit.Event{
		Time: noon.Add(1234567 * time.Nanosecond).In(time.FixedZone("", 3600)), Event: "revoke", Outcome: audit.Refused,
		User: "ada\x1b[2J", By: strings.Repeat("é", 200), Detail: map[string]string{"jti": "a\xff\xfeb", "reason": strings.Repeat("x", 300)},
	}
	must(t, audit.Append(m, key, "cli", in, 0))
	must(t, audit.Append(m, key, "cli", login(1), 0))
	want := audit.Event{
		Time: noon.Add(time.Millisecond), Event: "revoke", Outcome: "refused",
		User: "ada\x1b[2J", By: strings.Repeat("é", 126) + "…", Detail: map[string]string{"jti": "a?b", "reason": strings.Repeat("x", 253) + "…"},
	}
	got := lines(t, m, audit.Filter{})
	if len(got) != 2 {
		t.Fatalf("%d lines", len(got))
	}
	if diff := cmp.Diff(want, got[0].Event); diff != "" {
		t.Error(diff)
	}
	if got[0].Chain != "cli" || got[0].Seq != 1 || got[1].Seq != 2 || got[1].Prev != got[0].MAC || got[0].Prev != (audit.Sum{}) {
		t.Errorf("%+v", got)
	}
	if in.Detail["jti"] != "a\xff\xfeb" {
		t.Error("the caller's map was changed")
	}
	if !sound(t, m) {
		t.Error("not sound")
	}
}

func TestAppendRefuses(t *testing.T) {
	many := map[string]string{}
	for i := range 17 {
		many[fmt.Sprint(i)] = "x"
	}
	good := login(1)
	for _, c := range []struct {
		name, chain string
		key         []byte
		event       audit.Event
		want        error
	}{
		{"no chain", "", key, good, audit.ErrEvent},
		{"chain with a slash", "a/b", key, good, audit.ErrEvent},
		{"chain in capitals", "CLI", key, good, audit.ErrEvent},
		{"no event", "cli", key, audit.Event{Outcome: audit.OK}, audit.ErrEvent},
		{"no outcome", "cli", key, audit.Event{Event: "login"}, audit.ErrEvent},
		{"too many details", "cli", key, audit.Event{Event: "login", Outcome: audit.OK, Detail: many}, audit.ErrEvent},
		{"no key", "cli", nil, good, kv.ErrDamaged},
	} {
		m := newMem()
		if err := audit.Append(m, c.key, c.chain, c.event, 0); !errors.Is(err, c.want) || len(m.names) > 1 {
			t.Errorf("%s: %v, wrote %v", c.name, err, m.names)
		}
	}
}

// A chain that was tampered with at its end must not be written on: that would cover the traces.
func TestAppendOnDamage(t *testing.T) {
	for name, spoil := range map[string]func(m *mem){
		"last line lost":  func(m *mem) { m.Delete(lineNo(3)) },
		"head lost":       func(m *mem) { m.Delete("audit-head/cli") },
		"list lost":       func(m *mem) { gone(m); m.Delete("audit-chains") },
		"list no JSON":    func(m *mem) { gone(m); m.Put("audit-chains", []byte("{")) },
		"list unreadable": func(m *mem) { gone(m); m.torn["audit-chains"] = true },
		"list shortened": func(m *mem) {
			gone(m)
			m.Put("audit-chains", []byte(`{"chains":[],"mac":"`+strings.Repeat("0", 64)+`"}`))
		},
		"all of it lost":    gone,
		"head unreadable":   func(m *mem) { m.torn["audit-head/cli"] = true },
		"head no JSON":      func(m *mem) { m.Put("audit-head/cli", []byte("{")) },
		"line beyond":       func(m *mem) { m.Put(lineNo(4), m.values[lineNo(3)]) },
		"last line another": func(m *mem) { m.Put(lineNo(3), m.values[lineNo(2)]) },
		"head of another": func(m *mem) {
			must(t, audit.Append(m, key, "x", login(0), 0))
			m.Put("audit-head/cli", m.values["audit-head/x"])
		},
	} {
		m := chainOf(t, 3)
		spoil(m)
		if err := audit.Append(m, key, "cli", login(9), 0); !errors.Is(err, kv.ErrDamaged) {
			t.Errorf("%s: %v; want ErrDamaged", name, err)
		}
	}
}

// gone takes a chain of three lines away, head and all.
func gone(m *mem) {
	m.Delete("audit-head/cli")
	for n := range 3 {
		m.Delete(lineNo(n + 1))
	}
}

func lineNo(n int) string { return fmt.Sprintf("audit/cli/%016x", n) }
