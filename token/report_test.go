package token_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"jotkit/token"
)

// reasons are all there are, worst first.
var reasons = []token.Reason{
	token.Malformed, token.AlgorithmRefused, token.BadSignature, token.Revoked,
	token.Expired, token.NotYetValid, token.ClaimMismatch, token.TooLittleLife,
}

func TestWorse(t *testing.T) {
	for i, a := range reasons {
		for j, b := range reasons {
			if got := a.Worse(b); got != (i < j) {
				t.Errorf("%s worse than %s: %v", a, b, got)
			}
		}
		if !a.Worse("") || token.Reason("").Worse(a) {
			t.Errorf("%s is not worse than nothing", a)
		}
	}
}

// TestReportNamesEverything: a token that is wrong in every way which a good signature allows. All of it is reported, each
// reason is found by errors.Is, and the worst decides.
func TestReportNamesEverything(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	v.Expect = token.Expect{
		Issuers: []string{"https://id.example"}, Audiences: []string{"api", "web"}, Types: []string{"at+jwt"},
		Require: require("tenant", `"a"`), Scopes: []string{"read", "write"}, Roles: []string{"admin"},
		MaxAge: time.Minute, MinLife: time.Minute,
	}
	v.Revocations = revocations(func(*token.Claims) (string, error) { return "session", nil })
	raw := sign(t, k, `{"alg":"HS256","typ":"refresh+jwt"}`,
		`{"iss":"https://evil.example","aud":"other","exp":1699999999,"nbf":1700000001,"iat":1699999000,"scope":"read","sub":"ada"}`)
	got := refused(t, v, raw, token.Revoked, true)
	want := []token.Check{
		{Name: "shape", Status: token.Pass}, {Name: "header", Status: token.Pass}, {Name: "key", Status: token.Pass},
		{Name: "algorithm", Status: token.Pass}, {Name: "signature", Status: token.Pass}, {Name: "payload", Status: token.Pass},
		{Name: "exp", Status: token.Fail}, {Name: "nbf", Status: token.Fail}, {Name: "iat", Status: token.Pass},
		{Name: "typ", Status: token.Fail}, {Name: "iss", Status: token.Fail}, {Name: "aud", Status: token.Fail},
		{Name: "require tenant", Status: token.Fail}, {Name: "scope", Status: token.Fail}, {Name: "role", Status: token.Fail},
		{Name: "max_age", Status: token.Fail}, {Name: "min_ttl", Status: token.Fail}, {Name: "revocation", Status: token.Fail},
	}
	alone := cmp.Options{cmpopts.IgnoreUnexported(token.Check{}), cmpopts.IgnoreFields(token.Check{}, "Expected", "Got")}
	if d := cmp.Diff(want, got.Checks(), alone); d != "" {
		t.Error(d)
	}
	for _, c := range got.Checks() {
		if c.Status == token.Fail && (c.Expected == "" || c.Got == "") {
			t.Errorf("%s failed without saying what was expected and got: %+v", c.Name, c)
		}
	}
	err := got.Err()
	held := map[token.Reason]bool{
		token.Revoked: true, token.Expired: true, token.NotYetValid: true, token.ClaimMismatch: true, token.TooLittleLife: true,
	}
	for _, r := range reasons {
		if errors.Is(err, r) != held[r] {
			t.Errorf("errors.Is finds %q: %v, want %v", r, !held[r], held[r])
		}
	}
	if errors.Is(err, token.Reason("")) || errors.Is(err, errors.New("revoked")) {
		t.Error("errors.Is finds what is no reason")
	}
	if text := err.Error(); !strings.HasPrefix(text, "revoked: revocation: ") || strings.Contains(text, raw) {
		t.Errorf("got the error %q, want the worst reason and its check", text)
	}
}

// TestWorstDecides: of each two failures at once, the worse is the verdict.
func TestWorstDecides(t *testing.T) {
	k := keyFor(t, "HS256")
	for _, c := range []struct {
		payload string
		revoked string
		want    token.Reason
	}{
		{`{"exp":1,"sub":5}`, "token", token.Malformed},
		{`{"exp":1}`, "token", token.Revoked},
		{`{"exp":1700000900,"nbf":1700000100,"iss":"x"}`, "user", token.Revoked},
		{`{"exp":1,"nbf":1700000100}`, "", token.Expired},
		{`{"exp":1700000900,"nbf":1700000100,"iss":"x"}`, "", token.NotYetValid},
		{`{"exp":1700000030,"iss":"x"}`, "", token.ClaimMismatch},
		{`{"exp":1700000030,"iss":"https://id.example"}`, "", token.TooLittleLife},
	} {
		t.Run(c.payload+c.revoked, func(t *testing.T) {
			v := verifier(t, k)
			v.Expect = token.Expect{Issuers: []string{"https://id.example"}, MinLife: time.Minute}
			v.Revocations = revocations(func(*token.Claims) (string, error) { return c.revoked, nil })
			refused(t, v, sign(t, k, head(k), c.payload), c.want, true)
		})
	}
}

// TestNothingAsked: what was not asked for is in the report as such, and not as passed.
func TestNothingAsked(t *testing.T) {
	k := keyFor(t, "HS256")
	report, err := verifier(t, k).Examine(t.Context(), sign(t, k, head(k), good))
	if err != nil || report.Err() != nil {
		t.Fatal(err, report.Err())
	}
	skipped := map[string]bool{}
	for _, c := range report.Checks() {
		skipped[c.Name] = c.Status == token.Skip
	}
	for _, name := range []string{"typ", "iss", "aud", "revocation"} {
		if !skipped[name] {
			t.Errorf("%s was not asked and is not skipped", name)
		}
	}
	if string(report.Header()) != head(k) || string(report.Payload()) != good {
		t.Errorf("got header %s and payload %s", report.Header(), report.Payload())
	}
}

// TestNoObjectHasNoClaims: where the payload turns out to be no object, nothing is said of what looked like claims before.
func TestNoObjectHasNoClaims(t *testing.T) {
	k := keyFor(t, "HS256")
	for _, payload := range []string{`{"exp":"x","sub":5,"sub":6}`, `{"iss":5,"exp":1700000900`, `{"aud":{}} {}`} {
		report := refused(t, verifier(t, k), sign(t, k, head(k), payload), token.Malformed, true)
		if last := report.Checks()[len(report.Checks())-1]; last.Name != "payload" || last.Status != token.Fail {
			t.Errorf("%s: the last check is %+v", payload, last)
		}
	}
}

// TestReportStays: what a report says was found out by what was expected then, whatever its Verifier expects now.
func TestReportStays(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	v.Expect = token.Expect{Issuers: []string{"https://other.example"}, Require: []token.Requirement{{Name: "nosuch"}}}
	report, err := v.Examine(t.Context(), sign(t, k, head(k), good))
	if err != nil {
		t.Fatal(err)
	}
	checks, refusal := report.Checks(), report.Err().Error()
	v.Expect = token.Expect{}
	if again := report.Checks(); !slices.Equal(again, checks) {
		t.Errorf("the checks were %v, and are %v", checks, again)
	}
	if again := report.Err().Error(); again != refusal {
		t.Errorf("the refusal was %q, and is %q", refusal, again)
	}
}

// TestRefusalAlone: a report that nobody filled in says nothing, and gives no claims.
func TestRefusalAlone(t *testing.T) {
	var r token.Report
	if c, err := r.Claims(); c != nil || !errors.Is(err, token.ErrNoClaims) {
		t.Errorf("got %v and %v, want ErrNoClaims", c, err)
	}
}
