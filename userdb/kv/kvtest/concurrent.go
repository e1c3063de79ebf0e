package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"jotkit/userdb/kv"
)

func concurrentUpdates(t *testing.T, s kv.Store) {
	const writers, each = 8, 12
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				if _, err := s.Update(t.Context(), func(tx kv.Tx) error {
					return errors.Join(Increment(tx, "t/count"), tx.Put(fmt.Sprintf("t/%d/%d", w, i), nil))
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	view(t, s, func(v kv.View) {
		wants(t, v, "t/count", strconv.Itoa(writers*each))
		if got := len(scanned(t, v, "t/", "")); got != writers*each+1 {
			t.Errorf("%d names", got)
		}
	})
}

// Increment adds one to a counter.
func Increment(tx kv.Tx, name string) error {
	n, err := Count(tx, name)
	if err != nil {
		return err
	}
	return tx.Put(name, strconv.AppendInt(nil, int64(n+1), 10))
}

// Count reads a counter, 0 where there is none.
func Count(r kv.Reader, name string) (int, error) {
	value, err := r.Get(name)
	if errors.Is(err, kv.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(value))
}

// oneMoment has a writer that keeps two records equal, and readers that must never see them differ.
func oneMoment(t *testing.T, s kv.Store) {
	put(t, s, "t/left", "0", "t/right", "0")
	var all sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := s.View(t.Context(), func(v kv.View) error {
					left, err1 := v.Get("t/left")
					_, right, err2 := v.Floor("t/right")
					if !bytes.Equal(left, right) {
						t.Errorf("%q and %q in one View", left, right)
					}
					return errors.Join(err1, err2)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 60 {
		put(t, s, "t/left", strconv.Itoa(i), "t/right", strconv.Itoa(i))
	}
	close(done)
	all.Wait()
}
