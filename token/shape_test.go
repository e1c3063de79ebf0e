package token_test

import (
	"encoding/base64"
	"errors"
	"runtime"
	"strings"
	"testing"

	"jotkit/token"
)

// TestShape: what is no compact JWS is malformed, whatever a lenient reader would make of it.
func TestShape(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	ok := sign(t, k, head(k), good)
	accepted(t, v, ok)
	header, rest, _ := strings.Cut(ok, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	for _, c := range []struct{ name, raw string }{
		{"empty", ""},
		{"one dot", "."},
		{"two dots", ".."},
		{"one part", header},
		{"two parts", header + "." + payload},
		{"four parts", ok + "."},
		{"JWE: five parts", ok + ".AAAA.AAAA"},
		{"six parts", ok + ".a.b.c"},
		{"white space only", "  \n"},
		{"newline inside the signature", ok[:len(ok)-5] + "\n" + ok[len(ok)-5:]},
		{"CR inside the payload", header + "." + payload[:4] + "\r" + payload[4:] + "." + signature},
		{"CR LF inside the header", header[:4] + "\r\n" + header[4:] + "." + rest},
		{"CR LF after the token", ok + "\r\n"},
		{"newline before", "\n" + ok},
		{"space before", " " + ok},
		{"tab after", ok + "\t"},
		{"Bearer", "Bearer " + ok},
		{"quoted", `"` + ok + `"`},
		{"byte order mark", "\ufeff" + ok},
		{"padding", ok + "="},
		{"padded header", header + "==." + rest},
		{"standard alphabet", header + "." + payload + "." + strings.Repeat("+/", 21) + "A"},
		{"NUL", ok[:10] + "\x00" + ok[11:]},
		{"invalid UTF-8", ok[:10] + "\xff" + ok[11:]},
		{"full-width dot", strings.Replace(ok, ".", "\uff0e", 1)},
		{"letter of another script", ok[:10] + "\u0430" + ok[11:]},
		{"percent-encoded", strings.ReplaceAll(ok, ".", "%2E")},
		{"lonely base64 character", header + "." + payload + ".A"},
		{"JSON, general", `{"payload":"` + payload + `","signatures":[{"protected":"` + header + `","signature":"` + signature + `"}]}`},
		{"JSON, flattened", `{"payload":"` + payload + `","protected":"` + header + `","signature":"` + signature + `"}`},
		{"no header", "." + rest},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, v, c.raw, token.Malformed, false) })
	}
	refused(t, v, header+".."+signature, token.BadSignature, false)
	refused(t, v, header+"."+payload+".", token.BadSignature, false)
}

// TestSpareBits: bits that base64 has left over make the same bytes from another text. They are refused in every part, in
// the signed ones even when the signature covers them.
func TestSpareBits(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	header := padded(head(k), 1)
	payload := padded(good, 2)
	signed := input(header, payload)
	accepted(t, v, sign(t, k, header, payload))
	dot := strings.IndexByte(signed, '.')
	for name, altered := range map[string]string{
		"header":  signed[:dot-1] + next(signed[dot-1]) + signed[dot:],
		"payload": signed[:len(signed)-1] + next(signed[len(signed)-1]),
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, v, join(altered, raw(t, "HS256", k.Material(), altered)), token.Malformed, false)
		})
	}
	for _, alg := range token.Algorithms() {
		k := keyFor(t, alg)
		ok := sign(t, k, head(k), good)
		last := ok[strings.LastIndexByte(ok, '.')+1:]
		if len(last)%4 == 0 {
			continue // no bits are left over: 48 and 96 bytes, and so on
		}
		t.Run("signature "+alg, func(t *testing.T) {
			refused(t, verifier(t, k), ok[:len(ok)-1]+next(ok[len(ok)-1]), token.Malformed, false)
		})
	}
}

// padded adds spaces to JSON until rest bytes are over after groups of three.
func padded(text string, rest int) string {
	for len(text)%3 != rest {
		text += " "
	}
	return text
}

// next is the next character of the base64url alphabet: for one that ends in spare bits, these are set then.
func next(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return alphabet[strings.IndexByte(alphabet, c)+1:][:1]
}

// TestMaxLength: 16 KiB are read, and not one byte more.
func TestMaxLength(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	header := padded(head(k), 0)
	room := token.MaxLength - len(sign(t, k, header, ""))
	longest := sign(t, k, header, good+strings.Repeat(" ", room*3/4-len(good)))
	if n := len(longest); n != token.MaxLength {
		t.Fatalf("made a token of %d bytes", n)
	}
	accepted(t, v, longest)
	refused(t, v, longest+"A", token.Malformed, false)
	refused(t, v, sign(t, k, header, good+strings.Repeat(" ", room*3/4-len(good)+1)), token.Malformed, false)
}

// TestHugeInputCostsNothing is CVE-2025-30204 and its kin: the cost of a refusal must not grow with the input.
func TestHugeInputCostsNothing(t *testing.T) {
	v := verifier(t, keyFor(t, "ES256"))
	deep := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("[", 1<<20)))
	for name, huge := range map[string]string{
		"8 MB of dots":         strings.Repeat(".", 8<<20),
		"8 MB of letters":      strings.Repeat("A", 8<<20),
		"8 MB in five parts":   strings.Repeat("A", 8<<20) + "....",
		"1 MB of nested lists": deep + "." + deep + ".AAAA",
		"16 KiB of dots":       strings.Repeat(".", token.MaxLength),
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			examine := func() {
				if _, err := v.Verify(ctx, huge); err == nil {
					t.Error("accepted")
				}
				if _, err := token.Decode(huge); err == nil {
					t.Error("decoded")
				}
			}
			if n := testing.AllocsPerRun(10, examine); n > 100 {
				t.Errorf("%v allocations", n)
			}
			if n := allocated(examine); n > 64<<10 {
				t.Errorf("%d bytes allocated", n)
			}
		})
	}
}

// allocated is how many bytes a call of f allocates, the least of a few.
func allocated(f func()) uint64 {
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// TestEncryptedTokensAreNamed: a caller can tell an encrypted token from a broken one, however it asks.
func TestEncryptedTokensAreNamed(t *testing.T) {
	k := keyFor(t, "HS256")
	v := verifier(t, k)
	ok := sign(t, k, head(k), good)
	for raw, want := range map[string]bool{ok + ".AAAA.AAAA": true, "....": true, ok + ".AAAA": false, ok + "=": false} {
		_, decoding := token.Decode(raw)
		_, verifying := v.Verify(t.Context(), raw)
		for _, err := range []error{decoding, verifying} {
			if !errors.Is(err, token.Malformed) || errors.Is(err, token.ErrEncrypted) != want {
				t.Errorf("%q: %v", raw, err)
			}
		}
	}
}
