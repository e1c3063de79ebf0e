package token_test

import (
	"strings"
	"testing"

	"jotkit/token"
)

// FuzzVerify: whatever is accepted is, byte for byte, a token that was signed. There is no second spelling of one.
// (ECDSA has one, n - s, which no fuzzer stumbles upon: see TestECDSASignatures.)
func FuzzVerify(f *testing.F) {
	good, known := map[string]bool{}, map[string]bool{}
	verifiers := map[string]*token.Verifier{}
	for _, a := range readAttacks(f).Attacks { // from a file: each worker of the fuzzer must know the same tokens
		f.Add(a.Token)
		known[a.Token] = true // signed, perhaps, and refused for what it says
		if a.Reason == "" {
			good[a.Token] = true
			verifiers[a.Alg] = verifier(f, keyFor(f, a.Alg).Public())
			for _, altered := range alterations(a.Token) {
				f.Add(altered)
			}
		}
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for alg, v := range verifiers {
			claims, err := v.Verify(t.Context(), raw)
			if (err == nil) != (claims != nil) {
				t.Fatalf("%s: claims %v and error %v", alg, claims, err)
			}
			if err == nil && !good[raw] {
				t.Errorf("%s: accepted %q, which nobody signed", alg, raw)
			}
			report, err := v.Examine(t.Context(), raw)
			if err != nil {
				t.Fatalf("%s: no verdict: %v", alg, err)
			}
			if report.Payload() != nil && !known[raw] {
				t.Errorf("%s: the payload of %q came out, which nobody signed", alg, raw)
			}
		}
	})
}

// alterations are what a lenient reader might take for the same token.
func alterations(raw string) []string {
	last := len(raw) - 1
	dot := strings.IndexByte(raw, '.')
	return []string{
		raw[:last] + flipped(raw[last]), raw[:last], raw + "A", raw + "=", raw + "\n", " " + raw, raw + ".", raw[:dot] + "=" + raw[dot:],
		raw[:last] + "\r\n" + raw[last:], strings.ReplaceAll(raw, "_", "/"), strings.ReplaceAll(raw, "-", "+"),
		raw[dot:], raw[:strings.LastIndexByte(raw, '.')+1],
	}
}

// FuzzDecode: nothing makes Decode panic, and what it reads can be put together again to the very same token.
func FuzzDecode(f *testing.F) {
	k := keyFor(f, "HS256")
	for _, raw := range append(alterations(sign(f, k, head(k), full)), sign(f, k, head(k), full), "..", "e30.e30.", "") {
		f.Add(raw)
	}
	for _, payload := range []string{`{}`, `{"exp":null,"aud":[],"scope":1}`, nested(40), `{"a":"\ud83d\ude00"}`, "null"} {
		f.Add(sign(f, k, `{"alg":"none","typ":"x","kid":""}`, payload))
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := token.Decode(raw)
		if err != nil {
			if u != nil || !isMalformed(err) {
				t.Errorf("got %v and %v, want malformed alone", u, err)
			}
			return
		}
		again := join(input(string(u.Header.JSON()), string(u.Payload())), u.Signature())
		if again != raw {
			t.Errorf("%q reads as %q", raw, again)
		}
		exp, nbf, iat := u.Times()
		for _, d := range []token.NumericDate{exp, nbf, iat} {
			if !d.IsZero() && (d.Unix() < 0 || d.Unix() >= 1<<53 || d.String() == "") {
				t.Errorf("read the date %v", d)
			}
		}
		if len(raw) > token.MaxLength {
			t.Errorf("read %d bytes", len(raw))
		}
	})
}
