package bearer_test

import (
	"os"
	"strings"
	"testing"
)

// TestReadme: each line of the service that README shows stands in the example here, which compiles and runs.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(readme), "```go\nguard := bearer.Guard{")
	shown, _, found := strings.Cut(after, "```")
	if !found {
		t.Fatal("README shows no guard")
	}
	for line := range strings.Lines(shown) {
		if !strings.Contains(string(example), strings.TrimSpace(line)+"\n") {
			t.Errorf("README shows what the example does not have: %s", line)
		}
	}
}
