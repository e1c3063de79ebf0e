package flaw_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"jotkit/token"
	"jotkit/token/flaw"
)

var now = time.Unix(1_700_000_000, 0).UTC()

// draft is what the good token says.
var draft = token.Draft{
	Issuer: "https://id.example", Subject: "ada", Audience: []string{"api"}, ClientID: "c", ID: "J",
	IssuedAt: now, ExpiresAt: now.Add(15 * time.Minute), Scopes: []string{"read"},
}

// expect is what a verifier has to ask for to give the verdicts.
var expect = token.Expect{
	Issuers: []string{draft.Issuer}, Audiences: draft.Audience, Types: []string{token.AccessToken}, Leeway: token.MaxLeeway,
}

func keyFor(t *testing.T, alg string) *token.Key {
	t.Helper()
	k, err := token.GenerateKey(alg)
	if err != nil {
		t.Fatal(err)
	}
	return k.WithID("k")
}

func newSet(t *testing.T, d token.Draft, k *token.Key) *flaw.Set {
	t.Helper()
	good, err := d.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	s, err := flaw.New(t.Context(), good, k, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verifiers are the two ways to trust a key: under its kid, and whatever kid a token names.
func verifiers(t *testing.T, k *token.Key) map[string]*token.Verifier {
	t.Helper()
	all := map[string]*token.Verifier{}
	for name, k := range map[string]*token.Key{"named": k.Public(), "unnamed": k.Public().WithID("")} {
		keys, err := token.NewKeySet(k)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = &token.Verifier{Keys: keys, Expect: expect, Now: func() time.Time { return now }}
	}
	return all
}

// missing are the kinds that cannot be made with a key of an algorithm.
var missing = map[string][]string{
	"HS": {"hs-public-pem", "hs-public-pem-trimmed", "hs-public-der", "hs-public-jwk", "hs-empty-secret", "embedded-x5c",
		"zero-signature", "der-signature", "pss-salt"},
	"RS": {"zero-signature", "der-signature", "pss-salt", "empty-secret", "guessable-secret"},
	"PS": {"zero-signature", "der-signature", "empty-secret", "guessable-secret"},
	"ES": {"pss-salt", "empty-secret", "guessable-secret"},
	"Ed": {"other-alg", "zero-signature", "der-signature", "pss-salt", "empty-secret", "guessable-secret"},
}

// TestVerdicts: for a key of every algorithm each bad token gets the verdict that it says, for that one cause and no
// other, and all kinds are there but those that this key cannot have.
func TestVerdicts(t *testing.T) {
	for _, alg := range token.Algorithms() {
		t.Run(alg, func(t *testing.T) {
			k := keyFor(t, alg)
			s := newSet(t, draft, k)
			all, err := s.All()
			if err != nil {
				t.Fatal(err)
			}
			for how, v := range verifiers(t, k) {
				for _, bad := range all {
					holds(t, how, v, bad)
				}
				again, err := s.Good("again")
				if err != nil {
					t.Fatal(err)
				}
				if claims, err := v.Verify(t.Context(), again); err != nil || claims.ID != "J.again" {
					t.Errorf("%s: another good token: %+v, %v", how, claims, err)
				}
			}
			without := slices.Clone(missing[alg[:2]])
			switch alg {
			case "HS384", "ES384":
				without = append(without, "spare-bits")
			case "ES512":
				without = append(without, "spare-bits", "other-alg")
			}
			var want, got []string
			for _, k := range flaw.Kinds() {
				if !slices.Contains(without, k.Name) {
					want = append(want, k.Name)
				}
			}
			for _, bad := range all {
				got = append(got, bad.Name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("kinds (-want +got):\n%s", diff)
			}
			for _, name := range without {
				if _, err := s.Named(name); !errors.Is(err, flaw.ErrImpossible) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

func holds(t *testing.T, how string, v *token.Verifier, bad flaw.Token) {
	t.Helper()
	report, err := v.Examine(t.Context(), bad.Raw)
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, c := range report.Checks() {
		if c.Status == token.Fail {
			failed = append(failed, c.Name+": "+c.Got)
		}
	}
	if report.Reason() != bad.Reason || len(failed) != 1 {
		t.Errorf("%s: %s is refused for %q, and %q was said; failed: %q", how, bad.Name, report.Reason(), bad.Reason, failed)
	}
}

// TestKinds: names and sentences are fit to be printed, and no two are the same.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range flaw.Kinds() {
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(k.Name) || k.Name == "all" || k.Name == "list" {
			t.Errorf("%q is no name for a kind", k.Name)
		}
		if seen[k.Name] || seen[k.Wrong] || k.Wrong == "" || !flaw.Known(k.Name) {
			t.Errorf("%+v", k)
		}
		seen[k.Name], seen[k.Wrong] = true, true
	}
	if flaw.Known("nosuch") {
		t.Error("a kind that is none is known")
	}
}

// TestIDs: no two tokens have the same jti, so that one who accepts a jti once judges each for itself.
func TestIDs(t *testing.T) {
	s := newSet(t, draft, keyFor(t, "EdDSA"))
	for _, name := range []string{"wrong-aud", "exp-string"} {
		bad, err := s.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		u, err := token.Decode(bad.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(u.Payload()), `"jti":"J.`+name+`"`) {
			t.Errorf("%s", u.Payload())
		}
	}
}

// TestAddresses: where a token points to, nobody is. Of all that is like a URL in it only the issuer's own may be real.
func TestAddresses(t *testing.T) {
	all, err := newSet(t, draft, keyFor(t, "ES256")).All()
	if err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`https?://([^/"]*)`)
	pointing := 0
	for _, bad := range all {
		for _, part := range strings.Split(bad.Raw, ".")[:2] {
			text, err := base64.RawURLEncoding.DecodeString(part)
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range address.FindAllStringSubmatch(string(text), -1) {
				switch {
				case at[0] == draft.Issuer:
				case strings.HasSuffix(at[1], ".invalid"):
					pointing++
				default:
					t.Errorf("%s points to %s", bad.Name, at[0])
				}
			}
		}
	}
	if pointing < 5 { // iss, aud, kid, jku, x5u
		t.Errorf("%d tokens point anywhere", pointing)
	}
}

// TestBareToken: a good token that says little has fewer flaws, and all that there are decide.
func TestBareToken(t *testing.T) {
	k := keyFor(t, "ES256")
	s := newSet(t, token.Draft{ExpiresAt: now.Add(time.Hour)}, k)
	all, err := s.All()
	if err != nil {
		t.Fatal(err)
	}
	for how, v := range verifiers(t, k) {
		v.Expect = token.Expect{Types: expect.Types}
		for _, bad := range all {
			holds(t, how, v, bad)
		}
	}
	for _, name := range []string{"wrong-iss", "iss-longer", "no-iss", "wrong-aud", "aud-longer", "aud-empty", "no-aud", "duplicate-claim"} {
		if _, err := s.Named(name); !errors.Is(err, flaw.ErrImpossible) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestForeignToken: whoever made the good token, and in whatever order it says what it says, each flaw decides.
func TestForeignToken(t *testing.T) {
	k := keyFor(t, "EdDSA")
	b64 := base64.RawURLEncoding.EncodeToString
	input := b64([]byte(`{ "typ":"at+jwt", "kid":"k", "x":1, "alg":"EdDSA" }`)) + "." + b64([]byte(
		`{"exp":1700000900,"aud":"api","other":[1,{"a":null}],"iss":"https://id.example","sub":"ada","iat":1700000000,"jti":"J"}`))
	good := input + "." + b64(ed25519.Sign(k.Material().(ed25519.PrivateKey), []byte(input)))
	s, err := flaw.New(t.Context(), good, k, now)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.All()
	if err != nil {
		t.Fatal(err)
	}
	for how, v := range verifiers(t, k) {
		for _, bad := range all {
			holds(t, how, v, bad)
		}
	}
}

// TestSeveralAudiences: each flaw of aud is one for who expects any of them.
func TestSeveralAudiences(t *testing.T) {
	d := draft
	d.Audience = []string{"a", "api"}
	k := keyFor(t, "ES256")
	all, err := newSet(t, d, k).All()
	if err != nil {
		t.Fatal(err)
	}
	v := verifiers(t, k)["named"]
	v.Expect.Audiences = d.Audience
	for _, bad := range all {
		holds(t, "named", v, bad)
		if bad.Name == "aud-shorter" {
			t.Error("an audience of one letter was made shorter")
		}
	}
}

// TestAwkwardGood: whatever the good token says, a flaw that can be made decides; where it would not, it cannot be made.
func TestAwkwardGood(t *testing.T) {
	long := func(n int) func(*token.Draft) {
		return func(d *token.Draft) { d.Subject = strings.Repeat("x", n) }
	}
	k := keyFor(t, "ES256")
	for without, change := range map[string]func(*token.Draft){
		"aud-shorter":  func(d *token.Draft) { d.Audience = []string{"ab", "a"} },
		"aud-longer":   func(d *token.Draft) { d.Audience = []string{"a", "a-other"} },
		"wrong-aud":    func(d *token.Draft) { d.Audience = []string{"https://other.invalid"} },
		"wrong-iss":    func(d *token.Draft) { d.Issuer = "https://other.invalid" },
		"typ-refresh":  func(d *token.Draft) { d.Type = "application/Refresh+JWT" },
		"":             func(d *token.Draft) { d.Extra = []token.Member{{Name: "flaw", Value: []byte(`"added"`)}} },
		"nosuch":       func(d *token.Draft) { d.ExpiresAt = now.AddDate(60, 0, 0) },
		"embedded-x5c": long(11_750),
		"deep-nesting": long(6_500),
	} {
		d := draft
		change(&d)
		s := newSet(t, d, k)
		all, err := s.All()
		if err != nil {
			t.Fatal(err)
		}
		v := verifiers(t, k)["named"]
		v.Expect.Issuers, v.Expect.Audiences = []string{d.Issuer}, d.Audience
		if d.Type != "" {
			v.Expect.Types = []string{d.Type}
		}
		for _, bad := range all {
			if bad.Name == without {
				t.Errorf("%s was made", without)
			}
			holds(t, without, v, bad)
		}
	}
}

// TestErrors: what is no good beginning, and what is no kind.
func TestErrors(t *testing.T) {
	k := keyFor(t, "ES256")
	d := draft
	d.ExpiresAt = now.Add(-time.Second)
	old, err := d.Sign(k)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := flaw.New(t.Context(), old, k, now); !errors.Is(err, flaw.ErrNotGood) {
		t.Errorf("an expired token to begin with: %v", err)
	}
	d = draft
	d.Type = "refresh+jwt"
	if _, err := newSet(t, d, k).Named("typ-refresh"); !errors.Is(err, flaw.ErrImpossible) {
		t.Errorf("a typ that is the good one: %v", err)
	}
	if _, err := newSet(t, draft, k).Named("nosuch"); !errors.Is(err, flaw.ErrUnknownKind) {
		t.Errorf("a kind that is none: %v", err)
	}
}
