package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"jotkit/keyring"
	"jotkit/token"
	"jotkit/token/bearer"
	"jotkit/token/flaw"
)

// A probing is a key that a service trusts, for who probes it.
type probing struct {
	*inProcess
	key  *token.Key
	file string // of its private half
	pem  []byte // of its public half
}

func newProbing(t *testing.T, alg string) *probing {
	t.Helper()
	p := &probing{inProcess: newInProcess(t)}
	p.now = time.Now()
	key, err := keyring.Generate(alg)
	if err != nil {
		t.Fatal(err)
	}
	p.key, p.file = key, filepath.Join(p.dir, "k.jwk")
	private, err := keyring.MarshalJWK(key, true)
	if err == nil {
		err = os.WriteFile(p.file, private, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !key.Symmetric() {
		if p.pem, err = keyring.MarshalPEM(key.Public(), false); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// rows probes a service that answers like h, and returns the report.
func (p *probing) rows(status int, h http.Handler, args ...string) (rows []probeRow, stderr string) {
	p.t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	args = append([]string{"probe", "--json", "--key", p.file, "--iss", "me", "--aud", "api", s.URL}, args...)
	out, stderr := p.run(status, "", args...)
	if out != "" {
		if err := json.Unmarshal([]byte(out), &rows); err != nil {
			p.t.Fatal(err)
		}
	}
	return rows, stderr
}

func letInNames(rows []probeRow) (names []string) {
	for _, r := range rows {
		if r.LetIn {
			names = append(names, r.Flaw)
		}
	}
	return names
}

// naive is a service by somebody who reads the first page of golang-jwt's documentation: the Parser with its defaults,
// MapClaims, and a key for whatever algorithm the token names.
func (p *probing) naive() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		_, err := jwt.Parse(raw, func(t *jwt.Token) (any, error) {
			if _, ok := t.Method.(*jwt.SigningMethodHMAC); ok && p.pem != nil {
				return p.pem, nil
			}
			return p.key.Public().Material(), nil
		})
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
}

// naively is what a naive service lets in with keys of all kinds, by the cause.
var naively = []string{
	"iat-future",                     // iat is looked at only when asked
	"no-exp", "exp-zero", "exp-huge", // no exp is asked for, and 0 is taken for none
	"nbf-wraps", "iat-wraps", // 1e19 becomes a negative number
	"wrong-iss", "iss-longer", "no-iss", // nothing is expected of iss
	"wrong-aud", "aud-longer", "aud-shorter", // nor of aud
	"aud-empty", "no-aud", "aud-number", //
	"sub-number",                       // nor is it read
	"duplicate-claim", "duplicate-exp", // the last of two members wins
	"payload-null",                                   // no claims are none to refuse
	"invalid-utf8", "lone-surrogate", "deep-nesting", // encoding/json takes them all
	"typ-refresh", "typ-number", "kid-number", // neither is read
	"crit-unknown", "b64", // nor is what must be understood
	"duplicate-alg", // the last one again
	"hs-public-pem", // the key is for whatever algorithm the token names
	"other-alg",     // so it is
	"spare-bits",    // base64 is read without Strict
	"oversized",     // nothing is too long
}

// TestProbeNaive: what such a service lets in, all of it and nothing else.
func TestProbeNaive(t *testing.T) {
	for alg, without := range map[string]string{"ES256": "", "RS256": "", "EdDSA": "other-alg", "HS256": "hs-public-pem"} {
		t.Run(alg, func(t *testing.T) {
			p := newProbing(t, alg)
			rows, stderr := p.rows(14, p.naive())
			want := slices.DeleteFunc(slices.Clone(naively), func(name string) bool { return name == without })
			if diff := cmp.Diff(want, letInNames(rows)); diff != "" {
				t.Errorf("let in (-want +got):\n%s", diff)
			}
			if said := fmt.Sprintf("%d of %d bad tokens were let in", len(want), len(rows)-1); !strings.Contains(stderr, said) {
				t.Errorf("%q lacks %q", stderr, said)
			}
		})
	}
}

// TestProbeShows: where something was let in, stdout stays empty and the table is among the messages, and so is what was not
// tried; -q leaves the lines that count.
func TestProbeShows(t *testing.T) {
	p := newProbing(t, "ES256")
	s := httptest.NewServer(p.naive())
	defer s.Close()
	args := []string{"probe", "--key", p.file, s.URL}
	out, stderr := p.run(14, "", args...)
	row := regexp.MustCompile(`(?m)^hs-public-pem +algorithm_refused +200 +LET IN$`)
	if out != "" || !row.MatchString(stderr) || !strings.Contains(stderr, "left out the flaws of aud") {
		t.Errorf("%q, %s", out, stderr)
	}
	if out, stderr := p.run(14, "", append(args, "-q")...); out != "" || !strings.HasPrefix(stderr, "jotkit: ") {
		t.Errorf("%q, %s", out, stderr)
	}
}

// TestProbeTLS: a certificate that this machine does not trust ends it.
func TestProbeTLS(t *testing.T) {
	p := newProbing(t, "ES256")
	s := httptest.NewTLSServer(p.naive())
	defer s.Close()
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of the handshake that fails
	if out, stderr := p.run(1, "", "probe", "--key", p.file, s.URL); out != "" || !strings.Contains(stderr, "certificate") {
		t.Errorf("%q, %s", out, stderr)
	}
}

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
	guard    *bearer.Guard
	before   func(w http.ResponseWriter, r *http.Request, n int) bool
	requests int
	ports    map[string]bool // the other ends of the connections
}

func (s *carefulService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests++
	if s.ports == nil {
		s.ports = map[string]bool{}
	}
	s.ports[r.RemoteAddr] = true
	if s.before != nil && s.before(w, r, s.requests) {
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
	if err != nil || row.Verdict != noAnswer || row.LetIn {
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
