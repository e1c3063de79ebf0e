package cmd

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"jotkit/token"
	"jotkit/token/bearer"
)

// careful is a service that guards its door as we do.
func (p *probing) careful() *carefulService {
	keys, err := token.NewKeySet(p.key.Public())
	if err != nil {
		p.t.Fatal(err)
	}
	return &carefulService{guard: &bearer.Guard{Verifier: &token.Verifier{
		Keys: keys, Expect: token.Expect{Issuers: []string{"me"}, Audiences: []string{"api"}, Types: []string{token.AccessToken}},
	}}}
}

// A carefulService lets in good tokens alone, and counts who asks. before may answer in its place, and says whether it did.
type carefulService struct {
	guard  *bearer.Guard
	before func(w http.ResponseWriter, r *http.Request, n int) bool

	mu       sync.Mutex // each connection has a goroutine of its own: the one that was hung up on may still be ending
	requests int
	ports    map[string]bool // the other ends of the connections
}

// count is the number of the request.
func (s *carefulService) count(r *http.Request) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	if s.ports == nil {
		s.ports = map[string]bool{}
	}
	s.ports[r.RemoteAddr] = true
	return s.requests
}

func (s *carefulService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n := s.count(r); s.before != nil && s.before(w, r, n) {
		return
	}
	if _, good := s.guard.Claims(w, r); good {
		w.WriteHeader(http.StatusNoContent)
	}
}

// TestProbeCareful: nothing gets in, and a request for each of the bad tokens, the good ones and none goes over one
// connection. What no header can hold is not sent, and no refusal.
func TestProbeCareful(t *testing.T) {
	p := newProbing(t, "ES256")
	s := p.careful()
	rows, _ := p.rows(0, s)
	for _, r := range rows {
		want := probeRow{Flaw: r.Flaw, Expect: r.Expect, Status: 401, Verdict: turnedAway}
		if r.Flaw == "newline-inside" {
			want.Status, want.Verdict = 0, notSent
		}
		if r != want {
			t.Errorf("%+v", r)
		}
	}
	if len(rows) < 50 || s.requests != len(rows)-1+3 || len(s.ports) != 1 {
		t.Errorf("%d bad tokens, %d requests, from %v", len(rows), s.requests, s.ports)
	}
}

// TestProbeAnswers: what services do beside letting in and refusing. n counts requests: the first has no token, the second
// a good one.
func TestProbeAnswers(t *testing.T) {
	p := newProbing(t, "ES256")
	answer := func(w http.ResponseWriter, status int) bool { w.WriteHeader(status); return true }
	for _, c := range []struct {
		name    string
		before  func(w http.ResponseWriter, r *http.Request, n int) bool
		status  int
		verdict string // on the first bad token, "" where nothing is told
		says    string
	}{
		{"open", func(w http.ResponseWriter, _ *http.Request, _ int) bool { return answer(w, 200) },
			14, "", "not protected at all"},
		{"good refused", func(w http.ResponseWriter, _ *http.Request, _ int) bool { return answer(w, 401) },
			1, "", "no verdict: a good token is not let in (401 Unauthorized)"},
		{"moved", func(w http.ResponseWriter, r *http.Request, _ int) bool {
			http.Redirect(w, r, "/elsewhere", http.StatusMovedPermanently)
			return true
		}, 1, "", "(301 Moved Permanently to /elsewhere)"},
		{"bad to where people log in", func(w http.ResponseWriter, r *http.Request, n int) bool {
			if r.URL.Path != "/" {
				t.Error("a redirect was followed")
			}
			if n == 3 {
				http.Redirect(w, r, "/login", http.StatusFound)
			}
			return n == 3
		}, 0, turnedAway, ""},
		{"fault", func(w http.ResponseWriter, _ *http.Request, n int) bool { return n == 3 && answer(w, 500) },
			0, serverError, "1 bad tokens were not let in and not refused"},
		{"hangs up", func(_ http.ResponseWriter, _ *http.Request, n int) bool {
			if n == 3 || n == 4 { // over a connection that was used before net/http asks once more
				panic(http.ErrAbortHandler)
			}
			return false
		}, 0, noAnswer, "1 bad tokens were not let in and not refused"},
		{"limits the rate for a while", func(w http.ResponseWriter, _ *http.Request, n int) bool { return n == 3 && answer(w, 429) },
			1, rateLimited, "bad tokens met a rate limit"},
		{"bans who tries", func(w http.ResponseWriter, _ *http.Request, n int) bool { return n > 3 && answer(w, 403) },
			1, turnedAway, "not let in any more after the bad ones (403 Forbidden)"},
		{"lets one in, then bans", func(w http.ResponseWriter, _ *http.Request, n int) bool {
			return n > 3 && answer(w, 403) || n == 3 && answer(w, 200)
		}, 14, letIn, "bad tokens were let in"},
		{"endless", func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n == 3 {
				w.WriteHeader(http.StatusUnauthorized)
				for err := error(nil); err == nil; {
					_, err = w.Write(make([]byte, 1024))
				}
			}
			return n == 3
		}, 0, turnedAway, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := p.careful()
			s.before = c.before
			rows, stderr := p.rows(c.status, s)
			if !strings.Contains(stderr, c.says) {
				t.Errorf("%q lacks %q", stderr, c.says)
			}
			switch {
			case c.verdict == "" && rows != nil:
				t.Errorf("%+v", rows)
			case c.verdict != "" && (len(rows) == 0 || rows[0].Verdict != c.verdict):
				t.Errorf("%+v, want %q first", rows, c.verdict)
			}
		})
	}
}
