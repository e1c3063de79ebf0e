package cmd

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		in   string
		want time.Duration
		fail bool
	}{
		{in: "90s", want: 90 * time.Second},
		{in: "15m", want: 15 * time.Minute},
		{in: "8h", want: 8 * time.Hour},
		{in: "7d", want: 7 * day},
		{in: "2w", want: 14 * day},
		{in: "1h30m", want: 90 * time.Minute},
		{in: "0s", want: 0},
		{in: "15250w", want: 15250 * 7 * day},
		{in: "", fail: true},
		{in: "15", fail: true},
		{in: "m", fail: true},
		{in: "-5m", fail: true},
		{in: "+5m", fail: true},
		{in: "1.5h", fail: true},
		{in: "5M", fail: true},
		{in: "5 m", fail: true},
		{in: "5ms", fail: true},
		{in: "15251w", fail: true},
		{in: "15250w15250w", fail: true},
		{in: "9999999999999s", fail: true},
	} {
		got, err := parseDuration(c.in)
		if got != c.want && !c.fail || (err != nil) != c.fail {
			t.Errorf("%q: %v, %v", c.in, got, err)
		}
	}
}

func TestSettingDurationReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, 1<<33).Draw(t, "seconds")) * time.Second
		if got, err := parseDuration(settingDuration(d)); err != nil || got != d {
			t.Fatalf("%v: %q, %v", d, settingDuration(d), err)
		}
	})
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                             "0s",
		900 * time.Millisecond:        "0s",
		59 * time.Second:              "59s",
		14*time.Minute + 59e9:         "14m 59s",
		time.Hour:                     "1h",
		25*time.Hour + 59*time.Minute: "1d 1h",
		24*time.Hour + time.Minute:    "1d",
		-time.Minute:                  "-1m",
		math.MinInt64:                 "-106751d 23h",
	} {
		if got := formatDuration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestParseMoment(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 999, time.UTC)
	for _, c := range []struct{ in, want string }{
		{"now", "2026-01-02T03:04:05Z"},
		{"now-1h", "2026-01-02T02:04:05Z"},
		{"now+5m", "2026-01-02T03:09:05Z"},
		{"now+1d12h", "2026-01-03T15:04:05Z"},
		{"1767182400", "2025-12-31T12:00:00Z"},
		{"2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"},
		{"2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"},
		{"2026-01-31t12:00:00z", "2026-01-31T12:00:00Z"},
	} {
		if got, err := parseMoment(c.in, now); err != nil || got.Format(time.RFC3339) != c.want {
			t.Errorf("%q: %v, %v", c.in, got, err)
		}
	}
	for _, in := range []string{
		"", "tomorrow", "now1h", "now-", "now*1h", "0", "-1", "1e9", "253402300800", "2026-01-31", "1960-01-01T00:00:00Z",
		"now-5000w", "now+15000w15000w",
	} {
		if got, err := parseMoment(in, now); err == nil {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestParseNamed(t *testing.T) {
	for _, c := range []struct{ in, name, value string }{
		{"a=b", "a", `"b"`},
		{"a=", "a", `""`},
		{"a=b=c", "a", `"b=c"`},
		{"a=<b>&", "a", `"<b>&"`},
		{"a:=1", "a", `1`},
		{"a:=12345678901234567890.10", "a", `12345678901234567890.10`},
		{"a:= [1, 2] ", "a", `[1, 2]`},
		{"urn:x=1", "urn:x", `"1"`},
		{"urn:x:=null", "urn:x", `null`},
	} {
		if m, err := parseNamed(c.in); err != nil || m.Name != c.name || string(m.Value) != c.value {
			t.Errorf("%q: %s %s, %v", c.in, m.Name, m.Value, err)
		}
	}
	for _, in := range []string{"", "a", "=b", ":=1", "a:=", "a:=b", "a:=1 2", `a:={"x":1,"x":2}`, `a:=1}`, `a:=1,"b":2`} {
		if m, err := parseNamed(in); err == nil {
			t.Errorf("%q: %s %s", in, m.Name, m.Value)
		}
	}
}
