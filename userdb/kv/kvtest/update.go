package kvtest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"jotkit/userdb/kv"
)

func updateIsSeen(t *testing.T, s kv.Store) {
	put(t, s, "t/a", "1", "t/b", "2")
	view(t, s, func(v kv.View) {
		wants(t, v, "t/a", "1")
		wants(t, v, "t/b", "2")
		lacks(t, v, "t/c")
	})
	put(t, s, "t/a", "3")
	remove(t, s, "t/b", "t/never")
	view(t, s, func(v kv.View) {
		wants(t, v, "t/a", "3")
		lacks(t, v, "t/b")
	})
}

func errorChangesNothing(t *testing.T, s kv.Store) {
	put(t, s, "t/a", "1", "ring", "old")
	before, _ := s.Rev()
	mine := errors.New("mine")
	_, err := s.Update(t.Context(), func(tx kv.Tx) error {
		return errors.Join(tx.Put("t/a", []byte("2")), tx.Put("t/b", nil), tx.Delete("ring"), mine)
	})
	if !errors.Is(err, mine) {
		t.Errorf("update: got %v, want the error of fn", err)
	}
	if err := s.View(t.Context(), func(kv.View) error { return mine }); err != mine {
		t.Errorf("view: got %v, want the error of fn as it is", err)
	}
	view(t, s, func(v kv.View) {
		wants(t, v, "t/a", "1")
		lacks(t, v, "t/b")
		wants(t, v, "ring", "old")
	})
	if after, err := s.Rev(); err != nil || after != before {
		t.Errorf("rev: got %d, %v, want %d still", after, err, before)
	}
}

func readsOwnWrites(t *testing.T, s kv.Store) {
	put(t, s, "t/a", "1", "t/b", "1")
	_, err := s.Update(t.Context(), func(tx kv.Tx) error {
		err := errors.Join(tx.Put("t/a", []byte("2")), tx.Delete("t/b"), tx.Put("t/c", []byte("2")))
		wants(t, tx, "t/a", "2")
		lacks(t, tx, "t/b")
		wants(t, tx, "t/c", "2")
		err = errors.Join(err, tx.Delete("t/c"), tx.Put("t/b", []byte("3")))
		lacks(t, tx, "t/c")
		wants(t, tx, "t/b", "3")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	view(t, s, func(v kv.View) {
		wants(t, v, "t/b", "3")
		lacks(t, v, "t/c")
	})
}

func emptyIsNotMissing(t *testing.T, s kv.Store) {
	if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
		err := errors.Join(tx.Put("t/empty", []byte{}), tx.Put("t/nil", nil))
		wants(t, tx, "t/nil", "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	view(t, s, func(v kv.View) {
		wants(t, v, "t/empty", "")
		wants(t, v, "t/nil", "")
		lacks(t, v, "t/")
	})
}

func copies(t *testing.T, s kv.Store) {
	mine := []byte("abc")
	if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
		if err := tx.Put("t/a", mine); err != nil {
			return err
		}
		mine[0] = 'X'
		wants(t, tx, "t/a", "abc")
		own, err := tx.Get("t/a")
		own[0] = 'X'
		wants(t, tx, "t/a", "abc")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var kept []byte
	view(t, s, func(v kv.View) {
		kept, _ = v.Get("t/a")
		kept[0] = 'Y'
		wants(t, v, "t/a", "abc")
		_, low, _ := v.Floor("t/a")
		low[0] = 'Z'
		for e := range v.Scan("t/", "") {
			e.Value[0] = 'Z'
		}
		wants(t, v, "t/a", "abc")
	})
	put(t, s, "t/a", "def")
	if string(kept) != "Ybc" {
		t.Errorf("the copy of a View turned into %q", kept)
	}
}

func names(t *testing.T, s kv.Store) {
	longest := "t/" + strings.Repeat("\xff", kv.MaxName-2)
	odd := "t/\x00\xff\n/…"
	put(t, s, longest, "1", odd, "2")
	view(t, s, func(v kv.View) {
		wants(t, v, longest, "1")
		wants(t, v, odd, "2")
		lacks(t, v, "")
		lacks(t, v, longest+"x")
		if name, _, err := v.Floor(longest + "x"); name != longest {
			t.Errorf("floor past the longest name: got %q, %v", name, err)
		}
	})
	for _, name := range []string{"", longest + "x"} {
		if _, err := s.Update(t.Context(), func(tx kv.Tx) error { return tx.Put(name, nil) }); !errors.Is(err, kv.ErrName) {
			t.Errorf("put of a name of %d bytes: got %v, want %v", len(name), err, kv.ErrName)
		}
	}
}

func panics(t *testing.T, s kv.Store) {
	put(t, s, "t/a", "1")
	caught := func(fn func()) (p any) {
		defer func() { p = recover() }()
		fn()
		return nil
	}
	p := caught(func() {
		s.Update(t.Context(), func(tx kv.Tx) error {
			tx.Put("t/a", []byte("2"))
			panic("in update")
		})
	})
	if p != "in update" {
		t.Errorf("update: recovered %v", p)
	}
	if p := caught(func() { s.View(t.Context(), func(kv.View) error { panic("in view") }) }); p != "in view" {
		t.Errorf("view: recovered %v", p)
	}
	view(t, s, func(v kv.View) { wants(t, v, "t/a", "1") })
	put(t, s, "t/a", "3")
	view(t, s, func(v kv.View) { wants(t, v, "t/a", "3") })
}

func cancelled(t *testing.T, s kv.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.View(ctx, func(kv.View) error { t.Error("view ran"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("view: got %v", err)
	}
	if _, err := s.Update(ctx, func(kv.Tx) error { t.Error("update ran"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("update: got %v", err)
	}
}
