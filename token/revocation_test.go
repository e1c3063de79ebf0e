package token_test

import (
	"context"
	"errors"
	"testing"

	"jotkit/token"
)

// TestRevocationsAskedOfGenuineTokensOnly: a stranger cannot make the store work.
func TestRevocationsAskedOfGenuineTokensOnly(t *testing.T) {
	k := keyFor(t, "ES256")
	stranger := newKey(t, "k", "ES256", generated(t, "ES256"))
	for _, c := range []struct {
		name, raw string
		asked     int
	}{
		{"good", sign(t, k, head(k), good), 1},
		{"expired", sign(t, k, head(k), `{"exp":1,"jti":"1","sub":"ada"}`), 1},
		{"for somebody else", sign(t, k, head(k), `{"exp":1700000900,"aud":"other","jti":"1","sub":"ada"}`), 1},
		{"payload that is no JSON", sign(t, k, head(k), `x`), 0},
		{"forged", sign(t, stranger, head(k), good), 0},
		{"unknown kid", sign(t, k, `{"alg":"ES256","kid":"x"}`, good), 0},
		{"other algorithm", sign(t, k, `{"alg":"ES384","kid":"k"}`, good), 0},
		{"none", join(input(`{"alg":"none"}`, good), nil), 0},
		{"malformed", "a.b", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			v := verifier(t, k)
			v.Expect.Audiences = []string{"api"}
			v.Revocations = revocations(func(claims *token.Claims) (string, error) {
				if asked++; claims.ID != "1" || claims.Subject != "ada" || claims.Header.KeyID != "k" {
					t.Errorf("asked about %+v", claims)
				}
				return "", nil
			})
			if _, err := v.Examine(t.Context(), c.raw); err != nil {
				t.Fatal(err)
			}
			if _, err := v.ExamineSignature(t.Context(), c.raw); err != nil { // which asks nobody
				t.Fatal(err)
			}
			if asked != c.asked {
				t.Errorf("asked %d times, want %d", asked, c.asked)
			}
		})
	}
}

func TestRevocationAnswers(t *testing.T) {
	k := keyFor(t, "ES256")
	raw := sign(t, k, head(k), good)
	broken := errors.New("disk on fire")
	for _, c := range []struct {
		name   string
		by     string
		err    error
		status token.Status
		want   token.Reason
	}{
		{"not revoked", "", nil, token.Pass, ""},
		{"revoked", "user", nil, token.Fail, token.Revoked},
		{"record gone", "", token.ErrNoRecord, token.Skip, token.ClaimMismatch},
		{"record gone, wrapped", "", errors.Join(broken, token.ErrNoRecord), token.Skip, token.ClaimMismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := verifier(t, k)
			v.Revocations = revocations(func(*token.Claims) (string, error) { return c.by, c.err })
			report, err := v.Examine(t.Context(), raw)
			if err != nil || report.Reason() != c.want {
				t.Fatalf("got %v and %v, want %q", report.Reason(), err, c.want)
			}
			if last := report.Checks()[len(report.Checks())-1]; last.Name != "revocation" || last.Status != c.status {
				t.Errorf("got %+v as the last check", last)
			}
			if claims, err := v.Verify(t.Context(), raw); (claims != nil) != (c.want == "") || (err != nil) != (c.want != "") {
				t.Errorf("Verify gives %v and %v", claims, err)
			}
		})
	}
	t.Run("not known now", func(t *testing.T) {
		v := verifier(t, k)
		v.Revocations = revocations(func(*token.Claims) (string, error) { return "", broken })
		noVerdict(t, v, raw, broken)
		noVerdict(t, v, sign(t, k, head(k), `{"exp":1}`), broken)
	})
}

// A keySource answers in place of a ring, and notes what it is asked for.
type keySource struct {
	key   *token.Key
	err   error
	asked []string
}

func (s *keySource) Key(_ context.Context, kid string) (*token.Key, error) {
	s.asked = append(s.asked, kid)
	return s.key, s.err
}

// TestKeySourceFails: a source that is down gives no verdict, which is not the same as an unknown key.
func TestKeySourceFails(t *testing.T) {
	k := keyFor(t, "ES256")
	raw := sign(t, k, head(k), good)
	down := errors.New("connection refused")
	v := verifier(t, k)
	v.Keys = &keySource{err: down}
	noVerdict(t, v, raw, down)
	v.Keys = &keySource{err: errors.Join(down, token.ErrUnknownKey)}
	refused(t, v, raw, token.BadSignature, false)
	v.Keys = &keySource{} // neither a key nor an error
	refused(t, v, raw, token.BadSignature, false)
	v.Keys = &keySource{key: &token.Key{}}
	refused(t, v, raw, token.AlgorithmRefused, false)
	refused(t, &token.Verifier{}, raw, token.BadSignature, false)
	refused(t, &token.Verifier{Keys: &token.KeySet{}}, raw, token.BadSignature, false)
}

// noVerdict wants the error to come through, and no report beside it that could be taken for a verdict.
func noVerdict(t *testing.T, v *token.Verifier, raw string, want error) {
	t.Helper()
	if r, err := v.Examine(t.Context(), raw); r != nil || !errors.Is(err, want) {
		t.Errorf("Examine gives %v and %v, want %v alone", r, err, want)
	}
	if c, err := v.Verify(t.Context(), raw); c != nil || !errors.Is(err, want) {
		t.Errorf("Verify gives %v and %v, want %v alone", c, err, want)
	}
	var refusal *token.Refusal
	if _, err := v.Verify(t.Context(), raw); errors.As(err, &refusal) {
		t.Error("the error is a refusal")
	}
}
