package bolt_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/kvtest"
)

// Another process is this test binary again, told by its environment what to be.
const (
	childEnv = "JOTKIT_BOLT_CHILD"
	storeEnv = "JOTKIT_BOLT_STORE"
	nameEnv  = "JOTKIT_BOLT_NAME"
)

func TestMain(m *testing.M) {
	child := os.Getenv(childEnv)
	if child == "" {
		os.Exit(m.Run())
	}
	exit(children[child])
}

var children = map[string]func(s *bolt.Store, name string) error{
	"count": childCount,
	"write": childWrite,
	"hold":  childHold,
	"power": childPower,
}

func exit(child func(s *bolt.Store, name string) error) {
	if err := child(bolt.New(os.Getenv(storeEnv), bolt.Options{}), os.Getenv(nameEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// process starts another process on the store, and returns the lines that it prints.
func process(t *testing.T, s *bolt.Store, kind, name string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childEnv+"="+kind, storeEnv+"="+s.Path(), nameEnv+"="+name)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	return c, bufio.NewScanner(out)
}

const eachCounts = 20

// childCount adds to one record that all share, and makes records of its own.
func childCount(s *bolt.Store, name string) error {
	for i := range eachCounts {
		if err := update(s, func(tx kv.Tx) error {
			return errors.Join(kvtest.Increment(tx, "count"), tx.Put(fmt.Sprintf("own/%s/%d", name, i), nil))
		}); err != nil {
			return err
		}
	}
	return nil
}

func update(s kv.Store, fn func(kv.Tx) error) error {
	_, err := s.Update(background, fn)
	return err
}

// childHold opens a View, says so, and stays in it.
func childHold(s *bolt.Store, _ string) error {
	return s.View(background, func(kv.View) error {
		fmt.Println("held")
		time.Sleep(time.Minute)
		return nil
	})
}

func TestProcesses(t *testing.T) {
	for _, n := range []int{2, 20} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			s := create(t, nil)
			var all sync.WaitGroup
			for i := range n {
				c, _ := process(t, s, "count", strconv.Itoa(i))
				all.Go(func() {
					if err := c.Wait(); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			view(t, s, func(v kv.View) {
				if got, err := kvtest.Count(v, "count"); got != n*eachCounts || err != nil {
					t.Errorf("count: %d, %v, want %d", got, err, n*eachCounts)
				}
				own := 0
				for _, err := range v.Scan("own/", "") {
					if own++; err != nil {
						t.Fatal(err)
					}
				}
				if own != n*eachCounts {
					t.Errorf("%d own records, want %d", own, n*eachCounts)
				}
			})
		})
	}
}

func view(t *testing.T, s kv.Store, fn func(kv.View)) {
	t.Helper()
	if err := s.View(t.Context(), func(v kv.View) error { fn(v); return nil }); err != nil {
		t.Fatal(err)
	}
}
