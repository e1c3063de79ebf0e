package userdb_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/userdb"
	"jotkit/userdb/kv"
)

func TestSlowDown(t *testing.T) {
	m, secrets := newStore(t)
	now := noon
	for i, want := range []time.Duration{0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900} {
		want *= time.Second
		a, err := userdb.Fail(m, secrets, "ada", now)
		must(t, err)
		if a.Failures != i+1 || a.Wait(now) != want {
			t.Fatalf("failure %d asks for %s; want %s", a.Failures, a.Wait(now), want)
		}
		a, err = userdb.Attempts(m, secrets, "ada")
		must(t, err)
		if a.Wait(now) != want || a.Wait(now.Add(want)) != 0 {
			t.Fatalf("failure %d is remembered as %s, and %s after it", i+1, a.Wait(now), a.Wait(now.Add(want)))
		}
		if want > 0 && a.Wait(now.Add(want-time.Millisecond)) != time.Millisecond {
			t.Fatalf("failure %d is over early", i+1)
		}
		now = now.Add(want)
	}
	if a, err := userdb.Attempts(m, secrets, "bob"); err != nil || a != (userdb.Attempt{}) {
		t.Errorf("another name: %+v, %v", a, err)
	}
	must(t, userdb.Reset(m, secrets, "ada", now))
	if a, err := userdb.Attempts(m, secrets, "ada"); err != nil || a != (userdb.Attempt{}) {
		t.Errorf("after a success: %+v, %v", a, err)
	}
}

// A clock that was wrong must not shut anybody out until it comes to that time.
func TestSlowDownAcrossClockFaults(t *testing.T) {
	a := userdb.Attempt{Failures: 100, Last: noon}
	for _, c := range []struct {
		name string
		now  time.Time
		want time.Duration
	}{
		{"a second back", noon.Add(-time.Second), 15 * time.Minute},
		{"an hour back", noon.Add(-time.Hour), 0},
		{"a year back", noon.AddDate(-1, 0, 0), 0},
		{"1970", time.Unix(0, 0), 0},
		{"2106 and later", noon.AddDate(100, 0, 0), 0},
	} {
		if got := a.Wait(c.now); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
	}
}

func TestFailuresAreForgottenAfterADay(t *testing.T) {
	m, secrets := newStore(t)
	for range 9 {
		_, err := userdb.Fail(m, secrets, "ada", noon)
		must(t, err)
	}
	if a, err := userdb.Fail(m, secrets, "ada", noon.Add(24*time.Hour)); err != nil || a.Failures != 10 {
		t.Errorf("after a day: %+v, %v", a, err)
	}
	if a, err := userdb.Fail(m, secrets, "ada", noon.Add(49*time.Hour)); err != nil || a.Failures != 1 {
		t.Errorf("after more than a day: %+v, %v", a, err)
	}
}

// A stranger with made-up names fills neither the store nor one record of it. All names here fall into one record.
func TestAttemptsAreBounded(t *testing.T) {
	m, secrets := newStore(t)
	var names []string
	for i := 0; len(names) < 200; i++ {
		name := fmt.Sprint("nobody", i)
		mac := hmac.New(sha256.New, secrets.Digest)
		mac.Write([]byte("attempt\x00" + name))
		if mac.Sum(nil)[0] == 0xab {
			names = append(names, name)
		}
	}
	for i, name := range names {
		_, err := userdb.Fail(m, secrets, name, noon.Add(time.Duration(i)*time.Second))
		must(t, err)
	}
	if diff := cmp.Diff([]string{"attempts/ab"}, m.under("attempts/")); diff != "" {
		t.Error(diff)
	}
	for i, name := range names {
		want := 0
		if i >= 200-64 {
			want = 1
		}
		if a, err := userdb.Attempts(m, secrets, name); err != nil || a.Failures != want {
			t.Errorf("%d of 200: %+v, %v; want %d", i, a, err, want)
		}
	}
}

func TestAttemptsDamaged(t *testing.T) {
	m, secrets := newStore(t)
	_, err := userdb.Fail(m, secrets, "ada", noon)
	must(t, err)
	for _, name := range m.under("attempts/") {
		must(t, m.Put(name, []byte("[{")))
	}
	if _, err := userdb.Attempts(m, secrets, "ada"); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("%v; want ErrDamaged", err)
	}
	if _, err := userdb.Attempts(m, kv.Secrets{}, "ada"); !errors.Is(err, kv.ErrDamaged) {
		t.Errorf("without a key: %v", err)
	}
}
