package server_test

import (
	"net/http"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/cmd/server"
)

// Somebody who logs in again and again, well, and so has to wait for nothing, leaves places for who comes from elsewhere.
func TestOneAddressDoesNotFillTheQueue(t *testing.T) {
	w := start(t)
	w.register(t, "ada")
	w.register(t, "eve")
	served := *w.server.Live.Authority
	served.Limits = &authority.Limits{Gate: authority.NewGate(1, 3, time.Minute)}
	going, hold := make(chan struct{}, 5), make(chan struct{})
	served.Hasher.Hashing = func() { going <- struct{}{}; <-hold }
	live, err := authority.NewLive(t.Context(), &served)
	if err != nil {
		t.Fatal(err)
	}
	h := (&server.Server{Live: live, Log: w.server.Log}).Handler()
	login := func(from, name string) chan int {
		status := make(chan int, 1)
		go func() {
			status <- w.direct(t, h, from, "POST", "/login", `{"username":"`+name+`","password":"`+password+`"}`, asJSON).status
		}()
		return status
	}
	first := login("203.0.113.9:1", "eve")
	<-going // and it does not come to an end
	more := []chan int{login("203.0.113.9:2", "eve"), login("203.0.113.9:3", "eve"), login("203.0.113.9:4", "eve")}
	full := waits(t, live, 3) // so it would be without shares
	for _, status := range more {
		select {
		case got := <-status:
			if got != http.StatusServiceUnavailable {
				t.Errorf("beyond the share of one address: %d", got)
			}
		case <-full:
		}
	}
	other := login("198.51.100.7:1", "ada")
	<-waits(t, live, 1)
	close(hold)
	for name, status := range map[string]chan int{"within the share": first, "from elsewhere": other} {
		if got := <-status; got != http.StatusOK {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// waits is closed once so many wait for a hash, or more, and at the end of the test.
func waits(t testing.TB, live *authority.Live, n int) chan struct{} {
	there := make(chan struct{})
	go func() {
		defer close(there)
		for live.Limits.Gate.Waiting() < n && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}()
	return there
}
