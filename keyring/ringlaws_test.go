package keyring_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jotkit/keyring"
	"jotkit/token"
)

// history is a ring that is used at random, and what must be true of it for ever after.
type history struct {
	ring    *keyring.Ring
	now     time.Time
	maxLife time.Duration
	signed  []signed
	known   map[string]bool // kids seen in the public set before they signed
}

// signed is a token that was signed: by whom, and until when it may be accepted.
type signed struct {
	raw string
	kid string
	end time.Time
}

// TestRingLaws uses rings at random and holds their promises against them after each step.
func TestRingLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t)
		t.Repeat(map[string]func(*rapid.T){
			"":        h.check,
			"wait":    h.wait,
			"mint":    h.mint,
			"rotate":  h.rotate,
			"replace": h.replace,
			"revoke":  h.revoke,
			"imports": h.imports,
			"maxlife": h.setMaxLife,
			"prune":   func(*rapid.T) { h.ring.Prune(h.now) },
			"reload":  h.reload,
		})
	})
}

func newHistory(t *rapid.T) *history {
	h := &history{now: start, maxLife: time.Hour, known: map[string]bool{}}
	r, err := keyring.New("ES256", h.maxLife, h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.ring = r
	h.publish()
	return h
}

// publish is a verifier that fetches the set.
func (h *history) publish() {
	for _, k := range h.ring.PublicSet(h.now) {
		h.known[k.ID()] = true
	}
}

func (h *history) wait(t *rapid.T) {
	h.now = h.now.Add(time.Duration(rapid.IntRange(1, 10_000).Draw(t, "seconds")) * time.Second)
}

func (h *history) mint(t *rapid.T) {
	k, err := h.ring.Active()
	if err != nil || !k.CanSign() {
		t.Fatalf("the active key cannot sign: %v, %v", k, err)
	}
	if !k.Symmetric() && !h.known[k.ID()] {
		t.Fatalf("%v signs, and nobody has seen it in the public set", k)
	}
	exp := h.now.Add(h.maxLife)
	raw, err := (&token.Draft{Subject: "ada", ExpiresAt: exp}).Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	h.signed = append(h.signed, signed{raw, k.ID(), exp.Truncate(time.Second).Add(token.MaxLeeway)})
}

func (h *history) rotate(t *rapid.T) {
	if err := h.ring.Rotate(h.now); err != nil {
		t.Fatal(err)
	}
}

func (h *history) replace(t *rapid.T) {
	alg := rapid.SampledFrom([]string{"ES256", "EdDSA", "HS256"}).Draw(t, "alg")
	if err := h.ring.ReplaceNext(alg, h.now); err != nil {
		t.Fatal(err)
	}
}

// revoke takes away any key; its tokens are promised nothing any more.
func (h *history) revoke(t *rapid.T) {
	kid := rapid.SampledFrom(h.ring.Entries()).Draw(t, "entry").KID
	if err := h.ring.Revoke(kid, h.now); err != nil {
		t.Fatal(err)
	}
	if !h.ring.Revoked(kid) {
		t.Fatal("revoked, and not known to be")
	}
	h.signed = slices.DeleteFunc(h.signed, func(s signed) bool { return s.kid == kid })
}

func (h *history) imports(t *rapid.T) {
	k, err := token.GenerateKey("Ed25519")
	if err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "public") {
		k = k.Public()
	}
	if err := h.ring.Import(k, h.now); err != nil {
		t.Fatal(err)
	}
}

func (h *history) setMaxLife(t *rapid.T) {
	h.maxLife = time.Duration(rapid.IntRange(60, 100_000).Draw(t, "seconds")) * time.Second
	h.ring.SetMaxLife(h.maxLife)
}

func (h *history) reload(t *rapid.T) {
	text, err := h.ring.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if h.ring, err = keyring.Unmarshal(text); err != nil {
		t.Fatal(err)
	}
	if again, err := h.ring.Marshal(); err != nil || string(again) != string(text) {
		t.Fatalf("not the same bytes again: %v", err)
	}
}

func (h *history) check(t *rapid.T) {
	count := map[keyring.State]int{}
	version := 0
	for _, e := range h.ring.Entries() {
		count[e.State]++
		if e.Version <= version {
			t.Fatalf("version %d after %d", e.Version, version)
		}
		version = e.Version
		h.checkHalves(t, e)
	}
	if count[keyring.Active] != 1 || count[keyring.Next] != 1 {
		t.Fatalf("got %v", count)
	}
	h.publish()
	h.signed = slices.DeleteFunc(h.signed, func(s signed) bool { return !h.now.Before(s.end) })
	v := token.Verifier{Keys: h.ring, Now: func() time.Time { return h.now }, Expect: token.Expect{Leeway: token.MaxLeeway}}
	for _, s := range h.signed {
		if _, err := v.Verify(t.Context(), s.raw); err != nil {
			t.Fatalf("a token of %s is good until %v, and at %v: %v", s.kid, s.end, h.now, err)
		}
		h.checkPublished(t, s)
	}
}

// checkPublished holds that verifiers elsewhere can still check the token.
func (h *history) checkPublished(t *rapid.T, s signed) {
	k, err := h.ring.Key(t.Context(), s.kid)
	if err != nil {
		t.Fatal(err)
	}
	if !k.Symmetric() && !slices.ContainsFunc(h.ring.PublicSet(h.now), func(p *token.Key) bool { return p.ID() == s.kid }) {
		t.Fatalf("the key %s of a living token is not published", s.kid)
	}
}

// checkHalves holds that only keys that sign, or will, have a private half.
func (h *history) checkHalves(t *rapid.T, e keyring.Entry) {
	k, err := h.ring.Whole(e.KID)
	if err != nil {
		t.Fatal(err)
	}
	signs := e.State == keyring.Active || e.State == keyring.Next
	if !k.Symmetric() && k.CanSign() != signs {
		t.Fatalf("%+v can sign: %v", e, k.CanSign())
	}
}
