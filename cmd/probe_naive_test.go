package cmd

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
)

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
	"aud-empty", "no-aud", "aud-number", "aud-object", //
	"sub-number", "jti-number", // nor are they read
	"duplicate-claim", "duplicate-exp", // the last of two members wins
	"payload-null",                                   // no claims are none to refuse
	"invalid-utf8", "lone-surrogate", "deep-nesting", // encoding/json takes them all
	"typ-refresh", "typ-number", "kid-number", // neither is read
	"crit-unknown", "b64", // nor is what must be understood
	"duplicate-alg", // the last one again
	"hs-public-pem", // the key is for whatever algorithm the token names
	"other-alg",     // so it is
	"pss-salt",      // its length is found out
	"spare-bits",    // base64 is read without Strict
	"oversized",     // nothing is too long
}

// TestProbeNaive: what such a service lets in, all of it and nothing else.
func TestProbeNaive(t *testing.T) {
	for alg, without := range map[string][]string{
		"ES256": {"pss-salt"}, "RS256": {"pss-salt"}, "PS256": nil, "EdDSA": {"other-alg", "pss-salt"}, "HS256": {"hs-public-pem", "pss-salt"},
	} {
		t.Run(alg, func(t *testing.T) {
			p := newProbing(t, alg)
			rows, stderr := p.rows(14, p.naive())
			want := slices.DeleteFunc(slices.Clone(naively), func(name string) bool { return slices.Contains(without, name) })
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
