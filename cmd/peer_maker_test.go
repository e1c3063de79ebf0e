package cmd

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"
)

// A maker is another tool that makes and verifies tokens, with keys of its own in the files of a home.
type maker struct {
	home
	keys []makerKey
	// sign makes a token of the claims, a JSON object.
	sign func(t *testing.T, alg, claims string) string
	// judge is the tool as it verifies with the key for alg, for makerIssuer and makerAudience.
	judge func(alg string) judge
}

// A makerKey is a key of the tool, by the flags that name its halves to jotkit. They are the same for a secret.
type makerKey struct {
	alg             string
	private, public []string
}

// keyFiles is the key in the files ALG.key and ALG.pub. The algorithm is said again, for files that do not tell.
func keyFiles(alg string) makerKey {
	return makerKey{alg, []string{"--key", alg + ".key", "--alg", alg}, []string{"--key", alg + ".pub", "--alg", alg}}
}

const (
	makerIssuer   = "https://maker.example"
	makerAudience = "https://api.example"
)

// bothWays holds jotkit to its verdicts on tokens of the tool, and the tool to its own on tokens that jotkit makes with the
// tool's key.
func (m maker) bothWays(t *testing.T) {
	for _, k := range m.keys {
		t.Run(k.alg, func(t *testing.T) {
			m.t = t
			m.theirs(t, k)
			m.judge(k.alg).alone(t, phase{questions: m.made(k.private...)})
		})
	}
}

func (m maker) theirs(t *testing.T, k makerKey) {
	now := time.Now().Unix()
	made := map[string]string{}
	for _, c := range []struct {
		name   string
		claims map[string]any // beside and instead of those of a good token
		status int
	}{
		{"good", nil, 0},
		{"expired", map[string]any{"iat": now - 7200, "exp": now - 3600}, 12},
		{"not yet valid", map[string]any{"nbf": now + 300}, 13},
		{"for another audience", map[string]any{"aud": []string{"other"}}, 14},
		{"of another issuer", map[string]any{"iss": "https://other.example"}, 14},
	} {
		claims := map[string]any{
			"iss": makerIssuer, "aud": []string{makerAudience}, "sub": "ada", "iat": now, "nbf": now, "exp": now + 600, "team": "core",
		}
		maps.Copy(claims, c.claims)
		text, err := json.Marshal(claims)
		if err != nil {
			t.Fatal(err)
		}
		made[c.name] = m.sign(t, k.alg, string(text))
		if got := m.verdict(c.status, made[c.name], k.public); c.status == 0 && got != "core" {
			t.Errorf("team is %q", got)
		}
	}
	m.verdict(11, altered(made["good"], made["for another audience"]), k.public)
}

// verdict wants one of jotkit on a token for makerAudience of makerIssuer, and returns its claim team.
func (h home) verdict(status int, raw string, key []string) string {
	h.t.Helper()
	return h.exits(status, append([]string{"verify", "--iss", makerIssuer, "--aud", makerAudience, "--field", "team", raw}, key...)...)
}

// made are tokens for ada that jotkit makes with the key that the flags name.
func (h home) made(key ...string) []question {
	h.t.Helper()
	mint := func(more ...string) string {
		h.t.Helper()
		args := append([]string{"mint", "--sub", "ada", "--iss", makerIssuer}, key...)
		return h.run(append(args, more...)...)
	}
	good, elsewhere := mint("--aud", makerAudience), mint("--aud", "other")
	return []question{
		{"good", good, true, true},
		{"expired", mint("--aud", makerAudience, "--iat", "now-2h", "--exp", "now-1h"), false, false},
		{"for another audience", elsewhere, false, false},
		{"altered", altered(good, elsewhere), false, false},
	}
}

// altered is the one token with the claims of the other.
func altered(raw, other string) string {
	parts := strings.Split(raw, ".")
	return parts[0] + "." + strings.Split(other, ".")[1] + "." + parts[2]
}

// maker is the tool behind a dialog that knows the verbs sign and verify, each with an algorithm.
func (d dialog) maker(h home, j judge) maker {
	return maker{
		home: h,
		sign: func(t *testing.T, alg, claims string) string {
			t.Helper()
			return d.ask(t, "sign "+alg+" "+claims)
		},
		judge: func(alg string) judge {
			j.refuses = d.refuses("verify " + alg)
			return j
		},
	}
}
