package server_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// A stranger who fails under the name of a service makes the name wait. A service that was there before and calls all the
// time is not kept out by it.
func TestStrangerDoesNotKeepAServiceOut(t *testing.T) {
	w := start(t)
	w.register(t, "billing", "service")
	ask := w.billing(t)
	working := func(d time.Duration) {
		t.Helper()
		for ; d > 0; d -= 50 * time.Second {
			if got := ask("10.0.0.1:1", password); got != http.StatusOK {
				t.Fatalf("the service: %d", got)
			}
			w.pass(min(d, 50*time.Second))
		}
	}
	working(time.Second)
	for i := range 14 {
		if got := ask("203.0.113.9:1", fmt.Sprint("a wrong guess, number ", i)); got != http.StatusUnauthorized {
			t.Fatalf("a guess: %d", got)
		}
		working(time.Second << max(i-5, 0))
	}
}
