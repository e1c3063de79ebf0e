package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"jotkit/token"
)

// For as long as the server allows, nobody asks it again: not this source, and not another process with the same directory.
func TestLife(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	o.show("/jwks", setOf(t, "a", "b"), "max-age=60")
	s := o.source(t, client, "/jwks")
	if !s.Fetched().IsZero() {
		t.Error("fetched before the first key")
	}
	o.wantKey(t, s, "a", nil, 1)
	clock.add(59 * time.Second)
	o.wantKey(t, s, "b", nil, 1)
	o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 1)
	clock.add(time.Second)
	o.wantKey(t, s, "a", nil, 2)
	if !s.Fetched().Equal(clock.Now()) {
		t.Errorf("fetched at %v", s.Fetched())
	}
	o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 2)
	clock.add(-time.Hour) // a clock that was wrong makes no copy last longer
	o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 3)
	clock.add(-time.Hour)
	o.wantKey(t, s, "a", nil, 4)
}

// What is not to be kept is not, and is still not asked for with each token.
func TestNotToBeKept(t *testing.T) {
	for directive, onDisk := range map[string]bool{"no-store": false, "no-cache": true, "max-age=0": true} {
		t.Run(directive, func(t *testing.T) {
			o := newOrigin(t)
			client, clock := o.client(t)
			o.show("/jwks", setOf(t, "a"), directive)
			s := o.source(t, client, "/jwks")
			for range 5 {
				o.wantKey(t, s, "a", nil, 1)
			}
			clock.add(leastLife)
			o.wantKey(t, s, "a", nil, 2)
			o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 3)
			client.Offline = true
			want := error(nil)
			if !onDisk {
				want = ErrNotKept
			}
			o.wantKey(t, o.source(t, client, "/jwks"), "a", want, 3)
		})
	}
}

// An older copy goes when the server says that nothing is to be kept.
func TestNoStoreTakesTheCopyAway(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	o.show("/jwks", setOf(t, "a"), "max-age=60")
	o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 1)
	o.show("/jwks", setOf(t, "a"), "no-store")
	clock.add(time.Hour)
	o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 2)
	wantNoCopy(t, client)
}

// A key made a moment ago is found at once, however often keys are rotated, and also by a process that has only the copy.
func TestRotation(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	s := o.source(t, client, "/jwks")
	for i := range 5 {
		kid := fmt.Sprint("key", i)
		o.show("/jwks", setOf(t, kid, "other"), "max-age=3600")
		o.wantKey(t, s, kid, nil, i+1)
	}
	o.show("/jwks", setOf(t, "last", "other"), "max-age=3600")
	o.wantKey(t, o.source(t, client, "/jwks"), "last", nil, 6)
}

// Kids that nobody has make us ask once, and then not for a while: over tokens, and over processes.
func TestStrangersKids(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	o.show("/jwks", setOf(t, "a", "b"), "max-age=3600")
	s := o.source(t, client, "/jwks")
	o.wantKey(t, s, "a", nil, 1)
	for i := range 20 {
		o.wantKey(t, s, fmt.Sprint("strange", i), token.ErrUnknownKey, 2)
		o.wantKey(t, o.source(t, client, "/jwks"), fmt.Sprint("strange", i), token.ErrUnknownKey, 2)
	}
	o.wantKey(t, s, "b", nil, 2)
	clock.add(29 * time.Second)
	o.wantKey(t, s, "strange", token.ErrUnknownKey, 2)
	clock.add(time.Second)
	o.show("/jwks", setOf(t, "a", "b", "new"), "max-age=3600")
	o.wantKey(t, s, "new", nil, 3)
	o.wantKey(t, s, "strange", token.ErrUnknownKey, 4)
}

// A first fetch that has not got the kid is not followed by a second one.
func TestStrangersKidFirst(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	o.show("/jwks", setOf(t, "a", "b"), "max-age=3600")
	s := o.source(t, client, "/jwks")
	o.wantKey(t, s, "strange", token.ErrUnknownKey, 1)
	o.wantKey(t, s, "stranger", token.ErrUnknownKey, 1)
	o.wantKey(t, o.source(t, client, "/jwks"), "strange", token.ErrUnknownKey, 1)
}

// A token without kid takes the only key there is, and no number of requests finds it one among several.
func TestNoKid(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	o.show("/jwks", setOf(t, "a"), "")
	o.wantKey(t, o.source(t, client, "/jwks"), "", nil, 1)
	o.show("/jwks", setOf(t, "a", "b"), "")
	client.CacheDir = t.TempDir()
	s := o.source(t, client, "/jwks")
	for range 3 {
		o.wantKey(t, s, "", token.ErrUnknownKey, 2)
	}
	o.show("/jwks", setOf(t, "a", "new"), "")
	o.wantKey(t, s, "new", nil, 3) // and it keeps no kid from being asked for
}

// A lone key without kid is tried for a token of any, so that another in its place is noticed when its time is over.
func TestUnnamedKey(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	o.show("/jwks", strings.Replace(setOf(t, "a"), `"kid":"a",`, "", 1), "max-age=60")
	s := o.source(t, client, "/jwks")
	o.wantKey(t, s, "anything", nil, 1)
	o.wantKey(t, s, "", nil, 1)
	o.show("/jwks", setOf(t, "b", "c"), "max-age=60")
	o.wantKey(t, s, "b", nil, 1)
	clock.add(time.Minute)
	o.wantKey(t, s, "anything", token.ErrUnknownKey, 2)
}

// Where the issuer cannot be asked about a kid, that kid is not called unknown; those that are known go on working, and the
// next one who asks does not wait for the same failure again.
func TestRefetchFails(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	o.show("/jwks", setOf(t, "a", "b"), "max-age=3600")
	s := o.source(t, client, "/jwks")
	o.wantKey(t, s, "a", nil, 1)
	o.handle("/jwks", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	o.wantKey(t, s, "new", ErrUnavailable, 2)
	o.wantKey(t, s, "new", ErrUnavailable, 2)
	o.wantKey(t, s, "b", nil, 2)
	if _, err := s.Key(context.Background(), "new"); errors.Is(err, ErrKept) {
		t.Errorf("%v, and the key is not in the copy", err)
	}
	o.show("/jwks", setOf(t, "a", "new"), "max-age=3600")
	clock.add(failPause)
	o.wantKey(t, s, "new", nil, 3)
}

// A failure does not outlast the clock that it was seen by.
func TestFailureAndClockTurnedBack(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	s := o.source(t, client, "/jwks")
	o.wantKey(t, s, "a", ErrUnavailable, 1)
	o.show("/jwks", setOf(t, "a"), "")
	clock.add(-time.Hour)
	o.wantKey(t, s, "a", nil, 2)
}

// Past their time keys are not used, though the issuer cannot be asked; the error says that there is a copy.
func TestPastItsTime(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	o.show("/jwks", setOf(t, "a", "b"), "max-age=60")
	s := o.source(t, client, "/jwks")
	o.wantKey(t, s, "a", nil, 1)
	clock.add(time.Minute)
	o.handle("/jwks", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	o.wantKey(t, s, "a", ErrUnavailable, 2)
	o.wantKey(t, o.source(t, client, "/jwks"), "a", ErrKept, 3)
	if _, err := o.source(t, client, "/jwks").Key(context.Background(), "a"); !strings.Contains(fmt.Sprint(err), "there is a copy from 2026-01-02T03:04:05Z") {
		t.Error(err)
	}
}

// Offline a copy is used however old it is, and nobody is asked for anything.
func TestOffline(t *testing.T) {
	o := newOrigin(t)
	client, clock := o.client(t)
	o.show("/jwks", setOf(t, "a", "b"), "max-age=60")
	offline := client
	offline.Offline = true
	o.wantKey(t, o.source(t, offline, "/jwks"), "a", ErrNotKept, 0)
	o.wantKey(t, o.source(t, client, "/jwks"), "a", nil, 1)
	s := o.source(t, offline, "/jwks")
	o.wantKey(t, s, "a", nil, 1)
	o.wantKey(t, s, "strange", token.ErrUnknownKey, 1) // the server said that this is good still
	clock.add(1000 * time.Hour)
	o.wantKey(t, s, "b", nil, 1)
	o.wantKey(t, o.source(t, offline, "/jwks"), "b", nil, 1)
	o.wantKey(t, s, "strange", ErrNotKept, 1) // there may well be such a key by now
	offline.CacheDir = ""
	o.wantKey(t, o.source(t, offline, "/jwks"), "a", ErrNotKept, 1)
}

// Many goroutines make one request together: the first time, and for a kid that is new.
func TestTogether(t *testing.T) {
	o := newOrigin(t)
	client, _ := o.client(t)
	o.show("/jwks", setOf(t, "a", "b"), "max-age=3600")
	s := o.source(t, client, "/jwks")
	all := func(kid string, want error) {
		var group sync.WaitGroup
		for range 50 {
			group.Go(func() {
				if _, err := s.Key(context.Background(), kid); !errors.Is(err, want) {
					t.Errorf("kid %q: %v", kid, err)
				}
			})
		}
		group.Wait()
	}
	all("a", nil)
	o.wantKey(t, s, "b", nil, 1)
	o.show("/jwks", setOf(t, "a", "new"), "max-age=3600")
	all("new", nil)
	o.wantKey(t, s, "new", nil, 2)
	all("strange", token.ErrUnknownKey)
	o.wantKey(t, s, "new", nil, 3)
}
