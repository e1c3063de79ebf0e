package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
)

func nothing(kv.View) error { return nil }

// A holder that does not go on is named, and when it goes on nobody who gave up is in the way.
func TestHolderStopped(t *testing.T) {
	s := create(t, nil)
	holder, lines := process(t, s, "hold", "")
	if !lines.Scan() {
		t.Fatal("no holder")
	}
	stop(t, holder)
	waits := bolt.New(s.Path(), bolt.Options{Wait: 50 * time.Millisecond})
	host, _ := os.Hostname()
	want := fmt.Sprintf("store busy, held by pid %d on %s", holder.Process.Pid, host)
	before := runtime.NumGoroutine()
	for range 5 {
		err := waits.View(t.Context(), nothing)
		if !errors.Is(err, kv.ErrBusy) || err.Error() != want {
			t.Errorf("view: %v, want %q", err, want)
		}
		_, err = waits.Update(t.Context(), func(kv.Tx) error { return nil })
		if !errors.Is(err, kv.ErrBusy) || err.Error() != want {
			t.Errorf("update: %v, want %q", err, want)
		}
	}
	if left := runtime.NumGoroutine() - before; left > 4 { // one, and what the runtime has of its own
		t.Errorf("%d goroutines were left behind", left)
	}
	if rev, err := waits.Rev(); err != nil || rev == 0 {
		t.Errorf("rev waits for nobody: %d, %v", rev, err)
	}
	holder.Process.Kill()
	holder.Wait()
	put(t, waits, "a")
	put(t, s, "b")
	put(t, waits, "c")
}

// Who gave up gives the lock back when it comes after all, so that others get it.
func TestAbandonedWait(t *testing.T) {
	s := create(t, nil)
	waits := bolt.New(s.Path(), bolt.Options{Wait: 20 * time.Millisecond})
	view(t, s, func(kv.View) {
		if err := waits.View(t.Context(), nothing); !errors.Is(err, kv.ErrBusy) {
			t.Errorf("view in a view: %v", err)
		}
	})
	view(t, s, func(kv.View) {}) // waits for who was left behind, if it must, and then gets the store
}

func TestContextWhileWaiting(t *testing.T) {
	s := create(t, nil)
	other := bolt.New(s.Path(), bolt.Options{})
	for name, store := range map[string]kv.Store{"the same Store": s, "another Store": other} {
		t.Run(name, func(t *testing.T) {
			view(t, s, func(kv.View) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(10*time.Millisecond, cancel)
				if err := store.View(ctx, nothing); !errors.Is(err, context.Canceled) || errors.Is(err, kv.ErrBusy) {
					t.Errorf("cancelled: %v", err)
				}
				ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
				defer cancel()
				err := store.View(ctx, nothing)
				if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, kv.ErrBusy) || !strings.Contains(err.Error(), "pid") {
					t.Errorf("deadline: %v", err)
				}
			})
		})
	}
}

// Without a companion a View does without, and the next write makes one from the store's own numbers.
func TestMissingCompanion(t *testing.T) {
	s := several(t)
	rev := put(t, s, "deny/1")
	if err := os.Remove(s.Path() + ".lock"); err != nil {
		t.Fatal(err)
	}
	fresh := bolt.New(s.Path(), bolt.Options{})
	view(t, fresh, func(v kv.View) { wants(t, v, "deny/1", []byte("x")) })
	if got, err := fresh.Rev(); got != 0 || err != nil {
		t.Errorf("rev: %d, %v", got, err)
	}
	if _, err := os.Stat(s.Path() + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a View made a companion: %v", err)
	}
	if got := put(t, fresh, "user/1"); got != rev {
		t.Errorf("update: %d, want %d", got, rev)
	}
	for _, store := range []*bolt.Store{s, fresh} { // s had the old companion mapped
		view(t, store, func(kv.View) {})
		if got, err := store.Rev(); got != rev || err != nil {
			t.Errorf("rev: %d, %v, want %d", got, err, rev)
		}
	}
	if info, err := os.Stat(s.Path() + ".lock"); err != nil || info.Size() != 4096 || info.Mode().Perm() != 0o600 {
		t.Errorf("companion: %v, %v", info, err)
	}
}

// A companion that was made and never filled counts as none.
func TestBlankCompanion(t *testing.T) {
	for name, content := range map[string][]byte{"empty": {}, "zeros": make([]byte, 4096)} {
		t.Run(name, func(t *testing.T) {
			s := several(t)
			write(t, s.Path()+".lock", content)
			s = bolt.New(s.Path(), bolt.Options{})
			view(t, s, func(kv.View) {})
			if got, err := s.Rev(); got != 0 || err != nil {
				t.Errorf("rev: %d, %v", got, err)
			}
			rev := put(t, s, "deny/1")
			if got, err := s.Rev(); got != rev || err != nil {
				t.Errorf("rev: %d, %v, want %d", got, err, rev)
			}
		})
	}
	s := several(t)
	put(t, s, "deny/1")
	write(t, s.Path()+".lock", nil) // cut off while it is mapped
	if got, err := s.Rev(); err == nil && runtime.GOOS != "windows" {
		t.Errorf("rev: %d of nothing", got)
	}
	view(t, s, func(kv.View) {})
	if got, err := s.Rev(); got != 0 || err != nil {
		t.Errorf("rev: %d, %v", got, err)
	}
}

// In a View the file stays as it is, to the byte and in its times.
func TestViewLeavesFile(t *testing.T) {
	s := several(t)
	content := read(t, s.Path())
	before, _ := os.Stat(s.Path())
	view(t, s, func(v kv.View) { v.Floor("user/zz") })
	after, err := os.Stat(s.Path())
	if err != nil || !after.ModTime().Equal(before.ModTime()) || string(read(t, s.Path())) != string(content) {
		t.Errorf("the file was changed: %v", err)
	}
}
