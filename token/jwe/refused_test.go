package jwe_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"jotkit/token"
	"jotkit/token/jwe"
)

// TestRefusedHeaders holds genuine tokens, whose tag is right, to the rules for headers.
func TestRefusedHeaders(t *testing.T) {
	const stranger = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, row := range []struct {
		name, header string
		want         error
	}{
		{"control", `{"alg":"dir","enc":"A256GCM"}`, nil},
		{"what is not used may be there", `{"alg":"dir","enc":"A256GCM","typ":"JWT","jku":"https://evil.example","x5u":"https://evil.example"}`, nil},
		{"nor is a key that it brings along", `{"alg":"dir","enc":"A256GCM","jwk":` + stranger + `}`, nil},
		{"zip", `{"alg":"dir","enc":"A256GCM","zip":"DEF"}`, token.AlgorithmRefused},
		{"zip that is empty", `{"alg":"dir","enc":"A256GCM","zip":""}`, token.AlgorithmRefused},
		{"crit", `{"alg":"dir","enc":"A256GCM","crit":["exp"],"exp":1}`, token.Malformed},
		{"crit of b64", `{"alg":"dir","enc":"A256GCM","crit":["b64"],"b64":true}`, token.Malformed},
		{"alg twice", `{"alg":"dir","alg":"dir","enc":"A256GCM"}`, token.Malformed},
		{"a name twice, deeper", `{"alg":"dir","enc":"A256GCM","x":{"a":1,"a":2}}`, token.Malformed},
		{"too deep", `{"alg":"dir","enc":"A256GCM","x":` + deep + `}`, token.Malformed},
		{"no UTF-8", "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"x\":\"\xff\"}", token.Malformed},
		{"something after it", `{"alg":"dir","enc":"A256GCM"} ` + "x", token.Malformed},
		{"no object", `["dir"]`, token.Malformed},
		{"no alg", `{"enc":"A256GCM"}`, token.Malformed},
		{"no enc", `{"alg":"dir"}`, token.Malformed},
		{"alg null", `{"alg":null,"enc":"A256GCM"}`, token.Malformed},
		{"alg a list", `{"alg":["dir"],"enc":"A256GCM"}`, token.Malformed},
		{"kid a number", `{"alg":"dir","enc":"A256GCM","kid":1}`, token.Malformed},
		{"Alg", `{"Alg":"dir","enc":"A256GCM"}`, token.Malformed},
		{"DIR", `{"alg":"DIR","enc":"A256GCM"}`, token.AlgorithmRefused},
		{"none", `{"alg":"none","enc":"A256GCM"}`, token.AlgorithmRefused},
		{"alg of the contents", `{"alg":"A256GCM","enc":"A256GCM"}`, token.AlgorithmRefused},
		{"RSA1_5", `{"alg":"RSA1_5","enc":"A256GCM"}`, token.AlgorithmRefused},
		{"RSA-OAEP", `{"alg":"RSA-OAEP","enc":"A256GCM"}`, token.AlgorithmRefused},
		{"not the key's", `{"alg":"A256KW","enc":"A256GCM"}`, token.AlgorithmRefused},
		{"enc of another length", `{"alg":"dir","enc":"A128GCM"}`, token.AlgorithmRefused},
		{"enc unknown", `{"alg":"dir","enc":"A256CTR"}`, token.AlgorithmRefused},
		{"a jwk that is none", `{"alg":"dir","enc":"A256GCM","jwk":7}`, token.Malformed},
	} {
		t.Run(row.name, func(t *testing.T) {
			opened, err := jwe.Decrypt(seal(t, row.header, []byte("secret")), direct(t))
			if !errors.Is(err, row.want) || (opened == nil) == (row.want == nil) {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
}

// TestRefusedShapes holds altered spellings of a token that opens to the rule that there is but one.
func TestRefusedShapes(t *testing.T) {
	good := seal(t, `{"alg":"dir","enc":"A256GCM"}`, []byte("secret"))
	parts := strings.Split(good, ".")
	moved := join(parts[0], parts[1], parts[2], parts[3][:4], parts[3][4:]+parts[4])
	for name, raw := range map[string]string{
		"empty":              "",
		"dots":               "....",
		"three parts":        join(parts[:3]...),
		"four parts":         join(parts[:4]...),
		"six parts":          good + ".",
		"a space in front":   " " + good,
		"a line end":         good[:30] + "\n" + good[30:],
		"padding":            good + "==",
		"spare bits":         good[:len(good)-1] + "B",
		"standard base64":    strings.Replace(good, parts[2], "+"+parts[2][1:], 1),
		"a key beside dir":   join(parts[0], "AAAA", parts[2], parts[3], parts[4]),
		"iv of 0 bytes":      join(parts[0], "", "", parts[3], parts[4]),
		"iv of 16 bytes":     join(parts[0], "", strings.Repeat("A", 22), parts[3], parts[4]),
		"tag of 12 bytes":    join(parts[0], "", parts[2], parts[3], parts[4][:16]),
		"ciphertext in tag":  moved,
		"over MaxLength":     good + strings.Repeat("A", jwe.MaxLength),
		"over MaxPlaintext":  seal(t, `{"alg":"dir","enc":"A256GCM"}`, make([]byte, jwe.MaxPlaintext+1)),
		"a header of 17 KiB": seal(t, `{"alg":"dir","enc":"A256GCM","x":"`+strings.Repeat("x", 17<<10)+`"}`, []byte("secret")),
	} {
		if opened, err := jwe.Decrypt(raw, direct(t)); !errors.Is(err, token.Malformed) || opened != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := jwe.Decrypt(strings.Repeat(".", jwe.MaxLength+1), direct(t))
	if err == nil || !strings.Contains(err.Error(), "more than") { // before its dots are counted
		t.Errorf("%d dots: %v", jwe.MaxLength+1, err)
	}
	largest := seal(t, `{"alg":"dir","enc":"A256GCM"}`, make([]byte, jwe.MaxPlaintext))
	for _, raw := range []string{good, largest} {
		if _, err := jwe.Decrypt(raw, direct(t)); err != nil {
			t.Errorf("%d bytes: %v", len(raw), err)
		}
	}
}

// TestOneAnswer: whatever fails once a secret is in play is told in the same words (RFC 7516 section 11.5).
func TestOneAnswer(t *testing.T) {
	answers := map[string]bool{}
	for _, alg := range jwe.Algorithms() {
		if strings.HasPrefix(alg, "PBES2-") && alg != "PBES2-HS256+A128KW" {
			continue // as the one, only slow
		}
		enc := "A128CBC-HS256"
		own := material(t, alg, enc)
		k := newKey(t, "", alg, own)
		good := strings.Split(encrypt(t, k, enc), ".")
		for i := 1; i < len(good); i++ {
			if good[i] == "" {
				continue
			}
			altered := append([]string{}, good...)
			altered[i] = flipped(good[i])
			if opened, err := jwe.Decrypt(join(altered...), k); !errors.Is(err, token.BadSignature) || opened != nil {
				t.Errorf("%s, part %d altered: %v", alg, i+1, err)
			} else {
				answers[err.Error()] = true
			}
		}
		_, err := jwe.Decrypt(join(good...), newKey(t, "", alg, another(t, own)))
		answers[fmt.Sprint(err)] = true
	}
	if len(answers) != 1 {
		t.Errorf("%d answers: %v", len(answers), answers)
	}
}

// TestCutOff cuts each part of a token of each algorithm at every place, and takes it away: no reader may panic
// (CVE-2026-34986), and nothing may open.
func TestCutOff(t *testing.T) {
	for _, alg := range jwe.Algorithms() {
		if strings.HasPrefix(alg, "PBES2-") {
			continue // its lengths are those of the others, and its hashing is slow
		}
		k := newKey(t, "", alg, material(t, alg, "A128CBC-HS256"))
		good := strings.Split(encrypt(t, k, "A128CBC-HS256"), ".")
		for i, part := range good {
			for cut := range len(part) {
				altered := append([]string{}, good...)
				altered[i] = part[:cut]
				if opened, err := jwe.Decrypt(join(altered...), k); err == nil || opened != nil {
					t.Fatalf("%s: opened with part %d cut to %d characters", alg, i+1, cut)
				}
			}
		}
	}
}

// flipped is s with another first character.
func flipped(s string) string {
	if s[0] == 'A' {
		return "B" + s[1:]
	}
	return "A" + s[1:]
}
