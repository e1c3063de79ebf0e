package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

var background = context.Background()

// childWrite writes one numbered record after the other, and says each number when the Update has returned.
func childWrite(s *bolt.Store, name string) error {
	for {
		var n int
		if err := update(s, func(tx kv.Tx) (err error) {
			if n, err = kvtest.Count(tx, "last/"+name); err != nil {
				return err
			}
			n++
			return errors.Join(
				kvtest.Increment(tx, "last/"+name),
				tx.Put(fmt.Sprintf("own/%s/%06d", name, n), make([]byte, n%700)),
				tx.Put(fmt.Sprintf("deny/%d", n%50), []byte(name)),
				tx.Delete(fmt.Sprintf("deny/%d", (n+25)%50)))
		}); err != nil {
			return err
		}
		if _, err := os.Stdout.WriteString(strconv.Itoa(n) + "\n"); err != nil {
			return err
		}
	}
}

// Two processes write and are killed in the middle of it. What an Update has returned for is there, and the store is
// whole, and its revision is announced.
func TestKill(t *testing.T) {
	rounds := 30
	switch {
	case os.Getenv("JOTKIT_LONG") != "":
		rounds = 200
	case testing.Short():
		rounds = 5
	}
	s := create(t, nil)
	names := []string{"a", "b"}
	acknowledged, lost := 0, 0
	for range rounds {
		last := make(map[string]int)
		var writers []*exec.Cmd
		lines := make(chan [2]string)
		for _, name := range names {
			c, out := process(t, s, "write", name)
			writers = append(writers, c)
			go func() {
				for out.Scan() {
					lines <- [2]string{name, out.Text()}
				}
				lines <- [2]string{name}
			}()
		}
		kill := time.After(time.Hour)
		for open := len(writers); open > 0; {
			select {
			case line := <-lines:
				n, err := strconv.Atoi(line[1])
				if err != nil { // the end, or half a line
					open--
					break
				}
				if acknowledged++; len(last) < len(names) {
					kill = time.After(time.Duration(rand.IntN(30)) * time.Millisecond)
				}
				last[line[0]] = n
			case <-kill:
				for _, c := range writers {
					c.Process.Kill()
				}
			}
		}
		for _, c := range writers {
			c.Wait()
		}
		lost += afterKill(t, s, last)
	}
	kvtest.Figure(t, "What a write has returned for is there after kill -9 of its process, and the store is whole",
		kvtest.Tried(rounds, "rounds"), kvtest.Tried(rounds*len(names), "writers killed"),
		kvtest.Tried(acknowledged, "writes acknowledged"), kvtest.Never(lost, "writes lost"))
}

// afterKill returns how many of the writes were lost.
func afterKill(t *testing.T, s *bolt.Store, last map[string]int) (lost int) {
	t.Helper()
	view(t, s, func(v kv.View) {
		for name, acknowledged := range last {
			n, err := kvtest.Count(v, "last/"+name)
			if err != nil || n < acknowledged || n > acknowledged+1 {
				t.Errorf("%s: %d, %v, acknowledged %d", name, n, err, acknowledged)
			}
			lost += max(0, acknowledged-n)
			have := 0
			for e, err := range v.Scan("own/"+name+"/", "") {
				if have++; err != nil || e.Name != fmt.Sprintf("own/%s/%06d", name, have) || len(e.Value) != have%700 {
					t.Fatalf("record %d: %q, %v", have, e.Name, err)
				}
			}
			if have != n {
				t.Errorf("%s: %d records of %d", name, have, n)
			}
			lost += max(0, n-have)
		}
	})
	rev, err := s.Rev()
	if _, now, err2 := kvtest.Changes(t.Context(), s, rev); now != rev || errors.Join(err, err2) != nil {
		t.Errorf("revision: announced %d, is %d: %v, %v", rev, now, err, err2)
	}
	check(t, s.Path())
	return lost
}

// check runs bbolt's own.
func check(t *testing.T, path string) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			t.Error(err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
