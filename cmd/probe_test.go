package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"jotkit/token/flaw"
)

// TestProbeTimes: a request that takes too long is one without an answer. The end of the time for all requests, or Ctrl-C,
// ends the whole.
func TestProbeTimes(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	at, err := (&env{}).probed(s.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	p := newProber(at)
	defer p.close()
	p.client.Timeout = 10 * time.Millisecond
	row, err := p.tries(t.Context(), flaw.Token{Raw: "a.b.c"})
	if err != nil || row.Verdict != noAnswer {
		t.Errorf("%+v, %v", row, err)
	}
	over, cancel := context.WithDeadlineCause(t.Context(), time.Now(), errProbeTime)
	defer cancel()
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	for want, ctx := range map[error]context.Context{errProbeTime: over, context.Canceled: interrupted} {
		if _, err := p.tries(ctx, flaw.Token{Raw: "a.b.c"}); !errors.Is(err, want) {
			t.Errorf("a bad token: %v, want %v", err, want)
		}
		if err := p.letsIn(ctx, "a.b.c", ""); !errors.Is(err, want) {
			t.Errorf("a good token: %v, want %v", err, want)
		}
	}
}

// TestProbeRunsOut: what was let in before the time was over was let in.
func TestProbeRunsOut(t *testing.T) {
	p := newProbing(t, "ES256")
	for status, h := range map[int]http.Handler{1: p.careful(), 14: p.naive()} {
		ctx, over := context.WithCancelCause(t.Context())
		asked := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked > 20 {
				over(errProbeTime)
				<-r.Context().Done()
				return
			}
			h.ServeHTTP(w, r)
		}))
		defer s.Close()
		var out, errs bytes.Buffer
		args := []string{"probe", "--json", "--key", p.file, "--iss", "me", "--aud", "api", s.URL}
		if got := p.env("", &out, &errs).run(ctx, args); got != status {
			t.Errorf("exit %d, want %d: %s", got, status, errs.String())
		}
		var rows []probeRow
		if err := json.Unmarshal(out.Bytes(), &rows); err != nil || len(rows) != 18 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	}
}

// TestProbeHolds: whatever a name comes to mean, only this machine is asked without the owner's word.
func TestProbeHolds(t *testing.T) {
	local, own := &probedURL{URL: &url.URL{Host: "localhost"}}, &probedURL{URL: &url.URL{Host: "example.com"}, owned: true}
	for address, refused := range map[string]bool{"127.0.0.1:80": false, "[::1]:80": false, "192.0.2.1:80": true, "[2001:db8::1]:80": true} {
		if err := local.hold("tcp", address, nil); errors.Is(err, errNotOwned) != refused {
			t.Errorf("%s: %v", address, err)
		}
		if err := own.hold("tcp", address, nil); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
