package audit_test

import (
	"slices"
	"testing"

	"jotkit/userdb/audit"
)

// follow lists what comes after the filter, and notes it there.
func follow(t testing.TB, m *mem, f audit.Filter) (users []string) {
	t.Helper()
	for _, l := range lines(t, m, f) {
		users = append(users, l.User)
		f.After[l.Chain] = l.Seen()
	}
	return users
}

// TestListGoesOn: who follows is shown each line that comes in, also when the store was pruned beyond where they stood, or
// put back, or another one has taken its place. Times then say what is new.
func TestListGoesOn(t *testing.T) {
	add := func(m *mem, chain string, from, to int) *mem {
		for i := from; i <= to; i++ {
			must(t, audit.Append(m, key, chain, login(i), 0))
		}
		return m
	}
	start := func() *mem { return add(newMem(), "cli", 1, 9) }
	earlier := add(newMem(), "cli", 1, 5)
	for _, c := range []struct {
		name string
		next func(m *mem) *mem
		want []string
	}{
		{"nothing new", func(m *mem) *mem { return m }, nil},
		{"new lines", func(m *mem) *mem { return add(m, "cli", 10, 11) }, []string{"user10", "user11"}},
		{"a new chain", func(m *mem) *mem { return add(m, "x", 10, 10) }, []string{"user10"}},
		{"pruned up to there", func(m *mem) *mem { return add(pruned(t, m, 9), "cli", 10, 11) }, []string{"user10", "user11"}},
		{"pruned, and nothing new", func(m *mem) *mem { return pruned(t, m, 9) }, nil},
		{"pruned beyond", func(m *mem) *mem { return pruned(t, add(m, "cli", 10, 12), 11) }, []string{"user12"}},
		{"put back", func(*mem) *mem { return earlier.clone() }, nil},
		{"put back, and gone on", func(*mem) *mem { return add(earlier.clone(), "cli", 20, 21) }, []string{"user20", "user21"}},
		{"put back, and gone on further", func(*mem) *mem { return add(earlier.clone(), "cli", 20, 29) },
			[]string{"user20", "user21", "user22", "user23", "user24", "user25", "user26", "user27", "user28", "user29"}},
		{"put back, and pruned", func(*mem) *mem { return pruned(t, add(earlier.clone(), "cli", 20, 21), 6) }, []string{"user21"}},
		{"put back to before there was any", func(*mem) *mem { return newMem() }, nil},
		{"another store", func(*mem) *mem { return add(newMem(), "cli", 8, 10) }, []string{"user9", "user10"}},
	} {
		m, f := start(), audit.Filter{After: map[string]audit.Seen{}}
		if got := follow(t, m, f); len(got) != 9 {
			t.Fatalf("%q", got)
		}
		m = c.next(m)
		if got := follow(t, m, f); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if got := follow(t, m, f); c.want != nil && len(got) > 0 {
			t.Errorf("%s: shown once more: %q", c.name, got)
		}
	}
}
