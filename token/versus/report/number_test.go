package report

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNumbers(t *testing.T) {
	for want, got := range map[string]string{
		"0": short(0), "0.0833": short(1.0 / 12), "4": short(4), "1.05": short(1.05), "100": short(100), "1,000,000": short(999_999),
		"0.190": digits(0.19), "1.00": digits(0.9999), "45,600": digits(45_649),
		"312 ns": quantity(312, "ns"), "1.00 µs": quantity(999.9, "ns"), "0.350 ns": quantity(0.35, "ns"), "3.02 s": quantity(3.02e9, "ns"),
		"3 allocations": quantity(3, "allocations"), "1 k": size(999.9), "1.5 M": size(1.5e6), "20 G": size(2e10), "8,192": size(8192), "131 k": size(131_072), "12": size(12),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Numbers that were written can be read, and are written alike then.
func TestNumbersReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(1e-3, 1e12).Draw(t, "value")
		if n, err := parseNumber(digits(v)); err != nil || digits(n) != digits(v) || short(n) != short(v) {
			t.Errorf("%q was read as %v, %v", digits(v), n, err)
		}
		for _, unit := range []string{"ns", "bytes"} {
			s := quantity(v, unit)
			if n, u, err := parseQuantity(s); err != nil || u != unit || quantity(n, u) != s || brief(n, u) != brief(v, unit) {
				t.Errorf("%q was read as %v %s, %v", s, n, u, err)
			}
		}
		if n, err := parseSize(size(v)); err != nil || size(n) != size(v) {
			t.Errorf("%q was read as %v, %v", size(v), n, err)
		}
	})
}

// An axis of times has all times on it, and some ticks.
func TestTimeAxis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.Float64Range(1e-3, 1e12).Draw(t, "least")
		most := least * rapid.Float64Range(1, 1e6).Draw(t, "growth")
		bottom, upper, ticks := timeAxis(least, most)
		if bottom > least || upper < most || upper < 9.9*bottom || len(ticks) < 3 || len(ticks) > 13 {
			t.Errorf("%v to %v: %v to %v, %v", least, most, bottom, upper, ticks)
		}
		if !slices.IsSorted(ticks) || ticks[0] != bottom || ticks[len(ticks)-1] != upper {
			t.Errorf("%v to %v: %v", bottom, upper, ticks)
		}
	})
}
