package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"jotkit/userdb/kv"
)

// at checks that Rev agrees with what an Update returned.
func at(t *testing.T, s kv.Store, want kv.Rev) {
	t.Helper()
	if got, err := s.Rev(); err != nil || got != want {
		t.Errorf("rev: got %d, %v, want %d", got, err, want)
	}
}

func revision(t *testing.T, s kv.Store) {
	rev := put(t, s, "ring", "1")
	at(t, s, rev)
	for _, name := range []string{"ring", "settings", "deny/0", "deny/f"} {
		next := put(t, s, name, "1", "t/beside", "1")
		if next <= rev {
			t.Errorf("put %q: revision %d after %d", name, next, rev)
		}
		at(t, s, next)
		rev = next
	}
	for _, name := range []string{"t/a", "user/ada", "rings", "setting", "deny", "denying", "revocation/1", "audit/1/2"} {
		if next := put(t, s, name, "1"); next != rev {
			t.Errorf("put %q: revision %d after %d", name, next, rev)
		}
		at(t, s, rev)
	}
	next := remove(t, s, "deny/0")
	if next <= rev {
		t.Errorf("delete: revision %d after %d", next, rev)
	}
	at(t, s, next)
	if same, err := s.Update(t.Context(), func(kv.Tx) error { return nil }); err != nil || same != next {
		t.Errorf("update of nothing: %d, %v, want %d", same, err, next)
	}
}

func changes(t *testing.T, s kv.Store) {
	start := put(t, s, "deny/1", "1")
	wantChanges(t, s, start)
	first := put(t, s, "deny/2", "1", "t/a", "1", "ring", "1")
	put(t, s, "t/b", "1")
	second := remove(t, s, "deny/2", "deny/1")
	last := put(t, s, "deny/1", "2", "deny/9", "1")
	wantChanges(t, s, start, "deny/1", "deny/2", "deny/9", "ring")
	wantChanges(t, s, first, "deny/1", "deny/2", "deny/9")
	wantChanges(t, s, second, "deny/1", "deny/9")
	wantChanges(t, s, last)
}

// Changes asks for the changes since a revision in a View of its own.
func Changes(ctx context.Context, s kv.Store, since kv.Rev) (names []string, now kv.Rev, err error) {
	err = s.View(ctx, func(v kv.View) (err error) {
		names, now, err = v.Changes(since)
		return err
	})
	return names, now, err
}

// wantChanges checks the names that changed since, each of them once, and that the revision is the newest.
func wantChanges(t *testing.T, s kv.Store, since kv.Rev, want ...string) {
	t.Helper()
	got, now, err := Changes(t.Context(), s, since)
	slices.Sort(got)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("changes since %d: got %q, %v, want %q", since, got, err, want)
	}
	at(t, s, now)
}

func changesAhead(t *testing.T, s kv.Store) {
	rev := put(t, s, "ring", "1")
	for _, since := range []kv.Rev{rev + 1, rev + 5000, 1<<64 - 1} {
		if names, now, err := Changes(t.Context(), s, since); !errors.Is(err, kv.ErrCompacted) || now != rev || names != nil {
			t.Errorf("changes since %d: got %q, %d, %v, want compacted at %d", since, names, now, err, rev)
		}
	}
}

// changesLong makes more commits than some stores keep the names of: what comes back is then all of them, or an error.
func changesLong(t *testing.T, s kv.Store) {
	start := put(t, s, "ring", "1")
	var want []string
	var last kv.Rev
	for i := range kv.KeptChanges/10 + 5 {
		name := fmt.Sprintf("deny/%04d", i)
		last, want = put(t, s, name, ""), append(want, name)
	}
	wantChanges(t, s, start, want...)
	wantChanges(t, s, last-1, want[len(want)-1])
	_, now, err := Changes(t.Context(), s, 0)
	if err != nil && !errors.Is(err, kv.ErrCompacted) || now != last {
		t.Errorf("changes since the beginning: %d, %v", now, err)
	}
}
