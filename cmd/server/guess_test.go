package server_test

import (
	"fmt"
	"net/http"
	"testing"
)

// A pair that is remembered costs no hash, so who may not log in for now may not try pairs there: they could be tried as
// fast as requests come.
func TestRememberedPairIsNoWayRoundTheWait(t *testing.T) {
	w := start(t)
	w.register(t, "billing", "service")
	ask := w.billing(t)
	const stranger = "203.0.113.9:1"
	ask("10.0.0.1:1", password)
	for i := range 60 {
		ask(stranger, fmt.Sprint("a wrong guess, number ", i))
	}
	if got := ask(stranger, "one more wrong guess"); got != http.StatusTooManyRequests {
		t.Fatalf("the address does not have to wait: %d", got)
	}
	if got := ask(stranger, password); got != http.StatusTooManyRequests {
		t.Errorf("a right guess is told from a wrong one: %d", got)
	}
	if got := ask("10.0.0.1:1", password); got != http.StatusOK {
		t.Errorf("the service itself: %d", got)
	}
}

// billing asks as the service of that name, from an address and with a secret, and returns the status.
func (w *world) billing(t *testing.T) func(from, secret string) int {
	h := w.server.Handler()
	return func(from, secret string) int {
		t.Helper()
		return w.direct(t, h, from, "POST", "/introspect", "token=x", asForm, basic("billing", secret)).status
	}
}
