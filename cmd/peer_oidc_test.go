package cmd

import (
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
)

// TestGoOIDC has go-oidc discover the server, and verify with the keys it found there.
func TestGoOIDC(t *testing.T) {
	s := newServing(t)
	provider, err := oidc.NewProvider(t.Context(), s.url)
	if err != nil {
		t.Fatal(err)
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: s.url})
	goOIDC := judge{"go-oidc", func(t *testing.T, raw string) string {
		switch token, err := verifier.Verify(t.Context(), raw); {
		case err != nil:
			return err.Error()
		case token.Subject != "ada":
			t.Errorf("subject %q", token.Subject)
		}
		return ""
	}, map[string]string{
		"expired":              "token is expired",
		"for another audience": "expected audience",
		"HS-confused":          "unexpected signature algorithm",
	}}
	for ph := range s.phases() {
		goOIDC.alone(t, ph)
	}
}
