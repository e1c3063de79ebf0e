package cmd

import (
	"regexp"
	"strings"
	"testing"
)

// TestReadmeCI runs the lines of README's snippets for CI as those services do, on the token contract of README, with tokens
// of a server of our own in the place of the issuer.
func TestReadmeCI(t *testing.T) {
	peer(t, "bash")
	peer(t, "jq")
	s := newServing(t)
	text := strings.ReplaceAll(readme(t), "https://id.example", s.url)
	contract := regexp.MustCompile("(?s)```json\n(\\{\"issuer\".*?)```").FindStringSubmatch(text)
	snippets := shellBlocks(text, "jotkit verify")
	if contract == nil || len(snippets) != 2 {
		t.Fatalf("README has the contract %q, and %d snippets", contract, len(snippets))
	}
	s.write("token-contract.json", contract[1])
	mint := func(aud string, more ...string) string {
		return s.run(append([]string{"mint", "--sub", "ci", "--aud", aud, "-c", "env=staging"}, more...)...)
	}
	const api = "https://api.example"
	for _, c := range []struct {
		name, raw string
		status    int
		says      string // in the log
	}{
		{"good", mint(api), 0, ""},
		{"soon to expire", mint(api, "--ttl", "9m"), 17, "too_little_life"},
		{"expired", mint(api, "--iat", "now-2h", "--exp", "now-1h"), 12, "expired"},
		{"that speaks to the runner", mint("x\n::add-mask::%"), 14, "claim_mismatch"},
		{"cut off", "a.b", 10, "malformed"},
	} {
		for i, snippet := range snippets {
			status, log := s.bash(snippet, "CI=true", "JOTKIT_TOKEN="+c.raw)
			if status != c.status || !strings.Contains(log, c.says) || strings.Contains(log, "\n::add-mask") {
				t.Errorf("snippet %d, %s: exit status %d, want %d, and a log with %q:\n%s", i, c.name, status, c.status, c.says, log)
			}
			if annotated := strings.Contains(log, "::error title=token: "+c.says); i == 0 && annotated != (c.status != 0) {
				t.Errorf("%s: annotation: %v", c.name, annotated)
			}
		}
	}
}

// shellBlocks are the literal blocks of YAML in the text that hold a word, without their indentation.
func shellBlocks(text, word string) (found []string) {
	for _, yaml := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(text, -1) {
		for _, block := range regexp.MustCompile(`(?m)^ *(?:run:|-) \|\n(( +).*\n(?: +.*\n)*)`).FindAllStringSubmatch(yaml[1], -1) {
			var lines []string
			for line := range strings.Lines(block[1]) {
				rest, inside := strings.CutPrefix(line, block[2])
				if !inside {
					break
				}
				lines = append(lines, rest)
			}
			if script := strings.Join(lines, ""); strings.Contains(script, word) {
				found = append(found, script)
			}
		}
	}
	return found
}
