package token_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"jotkit/token"
)

// TestPublishedVectors holds the signature check against the examples that the RFCs print.
func TestPublishedVectors(t *testing.T) {
	files, err := os.ReadDir(vectors)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), "rfc") {
			continue
		}
		seen++
		t.Run(f.Name(), func(t *testing.T) {
			v := readVector(t, f.Name())
			k := newKey(t, v.JWK["kid"], v.Alg, v.material(t))
			for _, k := range []*token.Key{k, k.Public()} {
				report, err := verifier(t, k).ExamineSignature(t.Context(), v.Token)
				if err != nil || report.Err() != nil {
					t.Fatalf("%s: %v, %v", v.Source, err, report.Err())
				}
				if string(report.Payload()) != v.Payload {
					t.Errorf("got the payload %q, want %q", report.Payload(), v.Payload)
				}
				if c, err := report.Claims(); c != nil || err != token.ErrNoClaims {
					t.Errorf("got claims %v and error %v, want ErrNoClaims", c, err)
				}
			}
			// The same key makes the same signature again, where there is only one to make.
			last := strings.LastIndexByte(v.Token, '.')
			switch signed := v.Token[:last]; {
			case !k.CanSign(), strings.HasPrefix(v.Alg, "ES"), strings.HasPrefix(v.Alg, "PS"):
			case !bytes.Equal(raw(t, v.Alg, k.Material(), signed), decoded(t, v.Token[last+1:])):
				t.Error("the key signs otherwise")
			}
			broken := v.Token[:last-1] + flipped(v.Token[last-1]) + v.Token[last:]
			if report, err := verifier(t, k).ExamineSignature(t.Context(), broken); err != nil || report.Err() == nil || report.Payload() != nil {
				t.Errorf("accepted with its payload altered (%v)", err)
			}
		})
	}
	if seen != 10 {
		t.Errorf("%d published vectors, want 10", seen)
	}
}

func decoded(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := b64.DecodeString(text)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// flipped is another character of the alphabet.
func flipped(c byte) string {
	if c == 'A' {
		return "Q"
	}
	return "A"
}
