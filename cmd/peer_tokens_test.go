package cmd

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"testing"
)

// A question is a token that peers are asked for their verdict on.
type question struct {
	name string
	raw  string
	// alone is the verdict of a peer that knows the public keys, and asking that of one which asks the server: only that
	// one can know of a revocation.
	alone, asking bool
}

// A phase is a time in the life of the keys, with tokens made at that time. No peer has seen one of them before, so none
// can remember a verdict.
type phase struct {
	rotations int // that have been
	questions []question
}

// phases rotates the keys between one phase and the next: before, between and after two rotations.
func (s *serving) phases() iter.Seq[phase] {
	const rotations = 2
	return func(yield func(phase) bool) {
		var old [][]string // good tokens of each phase before, one for each phase that is to come
		for n := range rotations + 1 {
			if n > 0 {
				s.run("rotate")
			}
			ph := phase{n, s.questions()}
			for i, kept := range old {
				ph.questions = append(ph.questions, question{fmt.Sprintf("good, of %d before", n-i), kept[n-i-1], true, true})
			}
			if !yield(ph) {
				return
			}
			if n < rotations {
				old = append(old, strings.Fields(s.run("mint", "--sub", "ada", "--count", fmt.Sprint(rotations-n))))
			}
		}
	}
}

func (s *serving) questions() []question {
	s.t.Helper()
	made := strings.Fields(s.run("mint", "--sub", "ada", "--count", "3"))
	good, revoked, copied := made[0], made[1], made[2]
	s.run("revoke", revoked)
	return []question{
		{"good", good, true, true},
		{"expired", s.run("mint", "--sub", "ada", "--iat", "now-2h", "--exp", "now-1h"), false, false},
		{"for another audience", s.run("mint", "--sub", "ada", "--aud", "other"), false, false},
		{"HS-confused", s.confused(copied), false, false},
		{"revoked", revoked, true, false},
	}
}

// confused is a token with the claims and the kid of a good one, made by somebody who has the public key alone: its PEM is
// the secret of HS256 (RFC 8725 section 2.1).
func (s *serving) confused(good string) string {
	s.t.Helper()
	parts := strings.Split(good, ".")
	header := fmt.Sprintf(`{"alg":"HS256","typ":"at+jwt","kid":%q}`, s.keyID("active"))
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1]
	mac := hmac.New(sha256.New, []byte(s.pem("active")))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// keyID is the kid of the key in that state.
func (s *serving) keyID(state string) string {
	s.t.Helper()
	var keys []struct{ KID, State string }
	if err := json.Unmarshal([]byte(s.run("keys", "list", "--json")), &keys); err != nil {
		s.t.Fatal(err)
	}
	for _, k := range keys {
		if k.State == state {
			return k.KID
		}
	}
	s.t.Fatalf("no key is %s", state)
	return ""
}

// pem is the file of the public key in that state, as others get it.
func (s *serving) pem(state string) string {
	s.t.Helper()
	return s.run("keys", "export", "--format", "pem", "--", s.keyID(state)) + "\n" // a kid may begin with -
}

// A judge is a peer who gets tokens and says which it accepts.
type judge struct {
	name string
	// refuses returns the peer's words for why it does not accept the token for ada; none when it does. It fails the test for
	// an answer that is neither.
	refuses func(t *testing.T, raw string) string
	// causes are what has to be among those words for a question; where the peer tells no cause, there are none.
	causes map[string]string
}

// alone holds a peer that knows the keys, and asks nobody, to its verdicts.
func (j judge) alone(t *testing.T, ph phase) {
	t.Helper()
	j.hold(t, ph, func(q question) bool { return q.alone })
}

// asking holds a peer that asks the server to its verdicts.
func (j judge) asking(t *testing.T, ph phase) {
	t.Helper()
	j.hold(t, ph, func(q question) bool { return q.asking })
}

func (j judge) hold(t *testing.T, ph phase, good func(question) bool) {
	t.Helper()
	var said []string
	for _, q := range ph.questions {
		why := j.refuses(t, q.raw)
		switch {
		case good(q) && why != "":
			t.Errorf("%s, %d rotations: refused the token that is %s: %s", j.name, ph.rotations, q.name, why)
		case !good(q) && why == "":
			t.Errorf("%s, %d rotations: accepted the token that is %s", j.name, ph.rotations, q.name)
		case !good(q) && !strings.Contains(why, j.causes[q.name]):
			t.Errorf("%s, %d rotations: %s: refused for %q, and not for %q", j.name, ph.rotations, q.name, why, j.causes[q.name])
		}
		if why == "" {
			why = "accepted"
		}
		said = append(said, q.name+": "+why)
	}
	t.Logf("%s, %d rotations\n%s", j.name, ph.rotations, strings.Join(said, "\n"))
}
