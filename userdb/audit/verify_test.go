package audit_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb/audit"
	"jotkit/userdb/kv"
)

// sound tells whether Verify finds nothing at all.
func sound(t testing.TB, m *mem) bool {
	t.Helper()
	reports, err := audit.Verify(m, key)
	must(t, err)
	for _, r := range reports {
		if len(r.Faults) > 0 {
			return false
		}
	}
	return true
}

func swap(t *testing.T, m *mem, n int, old, with string) {
	t.Helper()
	value := bytes.Replace(m.values[lineNo(n)], []byte(old), []byte(with), 1)
	if bytes.Equal(value, m.values[lineNo(n)]) {
		t.Fatalf("%q is not in line %d", old, n)
	}
	m.Put(lineNo(n), value)
}

func TestVerifyFinds(t *testing.T) {
	whole := chainOf(t, 9)
	earlier := chainOf(t, 5)
	other := newMem()
	for i := range 9 {
		must(t, audit.Append(other, key, "cli", login(100+i), 0))
	}
	fault := func(from, to uint64, what string) audit.Fault {
		return audit.Fault{From: from, To: to, What: what}
	}
	for _, c := range []struct {
		name  string
		spoil func(m *mem)
		want  []audit.Fault
	}{
		{"nothing", func(*mem) {}, nil},
		{"start cut", func(m *mem) { m.Delete(lineNo(1)); m.Delete(lineNo(2)) }, []audit.Fault{fault(1, 2, audit.CutStart)}},
		{"middle cut", func(m *mem) { m.Delete(lineNo(4)); m.Delete(lineNo(5)) }, []audit.Fault{fault(4, 5, audit.CutMiddle)}},
		{"end cut", func(m *mem) { m.Delete(lineNo(8)); m.Delete(lineNo(9)) }, []audit.Fault{fault(8, 9, audit.CutEnd)}},
		{"all lines cut", func(m *mem) {
			for i := range 9 {
				m.Delete(lineNo(i + 1))
			}
		}, []audit.Fault{fault(1, 9, audit.CutEnd)}},
		{"end cut, and the head of that time", func(m *mem) {
			for i := 6; i <= 9; i++ {
				m.Delete(lineNo(i))
			}
			value := m.values["audit-head/cli"]
			m.Put("audit-head/cli", bytes.Replace(value, []byte(`"seq":9`), []byte(`"seq":5`), 1))
		}, []audit.Fault{fault(0, 0, audit.HeadChanged)}},
		{"older head put back", func(m *mem) { m.Put("audit-head/cli", earlier.values["audit-head/cli"]) },
			[]audit.Fault{fault(6, 9, audit.LineBeyond)}},
		{"head lost", func(m *mem) { m.Delete("audit-head/cli") }, []audit.Fault{fault(0, 0, audit.HeadMissing)}},
		{"head lost and a gap", func(m *mem) { m.Delete("audit-head/cli"); m.Delete(lineNo(4)) },
			[]audit.Fault{fault(0, 0, audit.HeadMissing), fault(4, 4, audit.CutMiddle)}},
		{"user changed", func(m *mem) { swap(t, m, 4, "user3", "user7") }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"outcome changed", func(m *mem) { swap(t, m, 4, `"ok"`, `"refused"`) }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"time changed", func(m *mem) { swap(t, m, 4, "12:00:03", "12:00:04") }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"time finer than is kept", func(m *mem) { swap(t, m, 4, "12:00:03", "12:00:03.0001") }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"time with a zone", func(m *mem) { swap(t, m, 4, "12:00:03Z", "13:00:03+01:00") }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"all of it lost", func(m *mem) {
			for i := range 9 {
				m.Delete(lineNo(i + 1))
			}
			m.Delete("audit-head/cli")
		}, []audit.Fault{fault(0, 0, audit.ChainMissing)}},
		{"list of before", func(m *mem) { m.Put("audit-chains", newMem().values["audit-chains"]) }, []audit.Fault{fault(0, 0, audit.ChainUnlisted)}},
		{"white space added", func(m *mem) { swap(t, m, 4, `"ok"`, ` "ok"`) }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"member added", func(m *mem) { swap(t, m, 4, `{`, `{"x":1,`) }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"no JSON", func(m *mem) { m.Put(lineNo(4), []byte("{")) }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"unreadable", func(m *mem) { m.torn[lineNo(4)] = true }, []audit.Fault{fault(4, 4, audit.LineChanged)}},
		{"first unreadable", func(m *mem) { m.torn[lineNo(1)] = true }, []audit.Fault{fault(1, 1, audit.LineChanged)}},
		{"last two unreadable", func(m *mem) { m.torn[lineNo(8)] = true; m.torn[lineNo(9)] = true }, []audit.Fault{fault(8, 9, audit.LineChanged)}},
		{"two exchanged", func(m *mem) {
			m.Put(lineNo(4), whole.values[lineNo(5)])
			m.Put(lineNo(5), whole.values[lineNo(4)])
		}, []audit.Fault{fault(4, 5, audit.LineChanged)}},
		{"genuine line of another history", func(m *mem) { m.Put(lineNo(4), other.values[lineNo(4)]) },
			[]audit.Fault{fault(4, 5, audit.LineMoved)}},
		{"last line of another history", func(m *mem) { m.Put(lineNo(9), other.values[lineNo(9)]) },
			[]audit.Fault{fault(9, 9, audit.LineMoved), fault(9, 9, audit.EndDiffers)}},
		{"line made up after the end", func(m *mem) { m.Put(lineNo(10), whole.values[lineNo(9)]) }, []audit.Fault{fault(10, 10, audit.LineBeyond)}},
		{"line zero", func(m *mem) { m.Put(lineNo(0), whole.values[lineNo(1)]) }, []audit.Fault{fault(0, 0, audit.LineBeyond)}},
		{"record between", func(m *mem) { m.Put(lineNo(4)+"x", []byte("x")) }, []audit.Fault{fault(0, 0, audit.LineBeyond)}},
	} {
		m := whole.clone()
		c.spoil(m)
		reports, err := audit.Verify(m, key)
		if err != nil || len(reports) != 1 || reports[0].Chain != "cli" {
			t.Errorf("%s: %+v, %v", c.name, reports, err)
			continue
		}
		if diff := cmp.Diff(c.want, reports[0].Faults); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestVerifyWithAnotherKey(t *testing.T) {
	m := chainOf(t, 3)
	reports, err := audit.Verify(m, bytes.Repeat([]byte{8}, 32))
	if err != nil || len(reports) != 2 || len(reports[1].Faults) == 0 || reports[1].Lines != 0 {
		t.Errorf("%+v, %v", reports, err)
	}
	if _, err := audit.Verify(m, nil); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("without a key: %v", err)
	}
}

func TestVerifyManyChains(t *testing.T) {
	m := threeChains(t, 60)
	m.Delete("audit-head/x")
	m.torn["audit/x-y/0000000000000001"] = true
	reports, err := audit.Verify(m, key)
	must(t, err)
	want := []audit.ChainReport{
		{Chain: "serve-1", First: 1, Last: 20, Lines: 20},
		{Chain: "x", Lines: 20, Faults: []audit.Fault{{What: audit.HeadMissing}}},
		{Chain: "x-y", First: 1, Last: 20, Lines: 19, Faults: []audit.Fault{{From: 1, To: 1, What: audit.LineChanged}}},
	}
	if diff := cmp.Diff(want, reports); diff != "" {
		t.Error(diff)
	}
}

func TestVerifyUnreadableHead(t *testing.T) {
	m := threeChains(t, 60)
	m.torn["audit-head/x"] = true
	reports, err := audit.Verify(m, key)
	if !errors.Is(err, kv.ErrDamaged) || len(reports) != 3 {
		t.Fatalf("%+v, %v", reports, err)
	}
	want := audit.ChainReport{Chain: "x", Lines: 20, Faults: []audit.Fault{{What: audit.HeadChanged}}}
	if diff := cmp.Diff(want, reports[1]); diff != "" {
		t.Error(diff)
	}
}

// A number without bounds in a name that anybody can write must not keep Verify busy for ever.
func TestVerifyIsBounded(t *testing.T) {
	m := newMem()
	m.Put("audit/x/0000000000000001", []byte("{}"))
	m.Put("audit/x/ffffffffffffffff", []byte("{}"))
	for i := range 1000 {
		m.Put(fmt.Sprintf("audit/x/%016x", 1000*i+7), []byte("{}"))
	}
	reports, err := audit.Verify(m, key)
	must(t, err)
	if len(reports) != 1 || len(reports[0].Faults) != 100 {
		t.Errorf("%d reports", len(reports))
	}
	m.torn["audit/x/ffffffffffffffff"] = true
	if _, err := audit.Verify(m, key); err != nil {
		t.Error(err)
	}
}

// Any single bit of any record: a line or the head that differs is found.
func TestVerifyEveryBit(t *testing.T) {
	whole := chainOf(t, 2)
	for _, name := range whole.names {
		value := whole.values[name]
		for bit := range 8 * len(value) {
			m := whole.clone()
			torn := bytes.Clone(value)
			torn[bit/8] ^= 1 << (bit % 8)
			m.Put(name, torn)
			if sound(t, m) {
				t.Fatalf("%s, bit %d: %s", name, bit, torn)
			}
		}
	}
}
