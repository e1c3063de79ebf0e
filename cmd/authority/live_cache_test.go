package authority_test

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"jotkit/cmd/authority"
	"jotkit/token"
)

// TestAcceptedOnce: the signature of a token is computed once, and again only where the keys or what is expected may be
// others. What was remembered of it does not outlive the token, nor a revocation.
func TestAcceptedOnce(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}, TTL: 10 * time.Minute})
	computes := func(what string, want int64, do func()) {
		t.Helper()
		n := s.live.CountSignatures()
		do()
		if got := n.Load(); got != want {
			t.Errorf("%s: %d signatures were computed, want %d", what, got, want)
		}
	}
	ask := func(want token.Reason) func() {
		return func() { t.Helper(); s.want(t, "asked", raw, want) }
	}
	change := func(do func() error) {
		t.Helper()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.live.Known(t.Context()); err != nil { // so that the snapshot is the new one
			t.Fatal(err)
		}
	}
	computes("first", 1, ask(""))
	computes("second", 0, ask(""))
	s.pass(5 * time.Minute)
	computes("later", 0, ask(""))
	change(func() error { _, err := s.RevokeID(t.Context(), "another", authority.Revoke{}); return err })
	computes("another was revoked", 0, ask(""))
	computes("and again", 0, ask(""))
	change(func() error { _, _, err := s.Rotate(t.Context(), authority.RotateRequest{}); return err })
	computes("other keys", 1, ask(""))
	computes("and again", 0, ask(""))
	change(func() error { return put("aud", "http://127.0.0.1:8080,another")(s.world) })
	computes("other expectations", 1, ask(""))

	s.pass(6 * time.Minute)
	computes("expired while remembered", 1, ask(token.Expired))
	s.pass(-6 * time.Minute)
	ask("")()
	s.pass(-time.Hour)
	computes("the clock was set back to before it was made", 1, ask(token.NotYetValid))
	s.pass(time.Hour)
	ask("")()
	change(func() error { _, err := s.RevokeToken(t.Context(), raw, authority.Revoke{}); return err })
	computes("revoked while remembered", 1, ask(token.Revoked))
}

// TestAcceptedIsTheText: another spelling of a token that is remembered is another token, and refused.
func TestAcceptedIsTheText(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	s.want(t, "as it is", raw, "")
	const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(base64url, raw[len(raw)-1])
	for i := range base64url {
		if i == last {
			continue
		}
		if got, err := s.asked(raw[:len(raw)-1] + base64url[i:i+1]); got == "" {
			t.Errorf("with the last character %c: accepted, %v", base64url[i], err)
		}
	}
	for _, other := range []string{raw + "=", raw + "\n", " " + raw, raw + ".", strings.ToUpper(raw), raw[:len(raw)-1]} {
		if got, err := s.asked(other); got != token.Malformed && got != token.BadSignature {
			t.Errorf("%q: %q, %v", other[len(other)-4:], got, err)
		}
	}
	s.want(t, "as it is, again", raw, "")
}

// TestAcceptedAlone: a token that is remembered does not keep the snapshot that it was verified with, and with it a deny list.
func TestAcceptedAlone(t *testing.T) {
	s := serve(t)
	raw := s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	s.want(t, "first", raw, "")
	kept := s.live.Kept()
	if _, err := s.RevokeID(t.Context(), "another", authority.Revoke{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.live.Known(t.Context()); err != nil { // so that the snapshot is the new one
		t.Fatal(err)
	}
	n := s.live.CountSignatures()
	s.want(t, "again", raw, "")
	if n.Load() != 0 {
		t.Fatal("it was not remembered")
	}
	for range 3 {
		runtime.GC()
	}
	if kept() {
		t.Error("the snapshot before the last is still there")
	}
	s.want(t, "once more", raw, "")
	if n.Load() != 0 {
		t.Error("it was not remembered to the end")
	}
}

// TestLiveAtOnce: many ask while another revokes; what was revoked before they asked is refused.
func TestLiveAtOnce(t *testing.T) {
	s := serve(t)
	const tokens = 40
	var raw [tokens]string
	for i := range raw {
		raw[i] = s.mint(t, authority.MintRequest{Draft: token.Draft{Subject: "ada"}})
	}
	var all sync.WaitGroup
	revoked := make(chan int, tokens)
	all.Go(func() {
		defer close(revoked)
		for i := range tokens / 2 {
			if _, err := s.RevokeToken(t.Context(), raw[i], authority.Revoke{}); err != nil {
				t.Error(err)
				return
			}
			revoked <- i
		}
	})
	for range 4 {
		all.Go(func() {
			for i := range revoked {
				s.want(t, "revoked", raw[i], token.Revoked)
				s.want(t, "never revoked", raw[tokens/2+i], "")
			}
		})
	}
	all.Wait()
}
