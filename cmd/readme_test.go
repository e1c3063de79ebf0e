package cmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readme is the text of README.md.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeExits holds the table of README against the one that decides.
func TestReadmeExits(t *testing.T) {
	text := readme(t)
	for _, e := range exits {
		if row := fmt.Sprintf("| %d | %s | %s |\n", e.Status, e.Name, e.When); !strings.Contains(text, row) {
			t.Errorf("README lacks the row %q", row)
		}
	}
}

// TestReadmeCommands types what README shows, in one shell from top to bottom. A command ends
// well unless its line says "# exit N"; lines below it, up to the next command, are what it prints on stdout.
func TestReadmeCommands(t *testing.T) {
	peer(t, "sh")
	peer(t, "openssl")
	peer(t, "curl")
	port := newPort(t)
	dir := t.TempDir()
	work := filepath.Join(dir, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(readme(t), "jotkit serve", "jotkit serve --addr 127.0.0.1:8080")
	commands := readmeCommands(strings.ReplaceAll(text, "127.0.0.1:8080", "127.0.0.1:"+port)) // 8080 may be taken
	if len(commands) < 20 {
		t.Fatalf("only %d commands found in README", len(commands))
	}
	sh := exec.CommandContext(t.Context(), "sh")
	sh.Dir = work
	sh.Stdin = strings.NewReader(readmeScript(commands))
	sh.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	if out, err := sh.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// A readmeCommand is one line that README has a person type.
type readmeCommand struct {
	line   string
	status string
	prints string
}

func readmeCommands(text string) []readmeCommand {
	var found []readmeCommand
	status := regexp.MustCompile(`# exit (\d+)$`)
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimRight(line, "\n")
			typed, ok := strings.CutPrefix(line, "$ ")
			if !ok {
				found[len(found)-1].prints += line + "\n"
				continue
			}
			c := readmeCommand{line: typed, status: "0"}
			if m := status.FindStringSubmatch(typed); m != nil {
				c.status = m[1]
			}
			found = append(found, c)
		}
	}
	return found
}

// readmeScript is a shell script that stops at the first command that ends or prints otherwise than README says. The
// commands run in the shell itself, so that a variable or a umask lasts.
func readmeScript(commands []readmeCommand) string {
	var b strings.Builder
	b.WriteString("trap 'kill $! 2>/dev/null' EXIT\n") // of what README starts in the background, should it not come to stop it
	for i, c := range commands {
		fmt.Fprintf(&b, "{ %s\n} >.printed </dev/null; status=$?\n", c.line)
		fmt.Fprintf(&b, "[ $status -eq %s ] || { echo 'README command %d ended with' $status; cat <<'EOC'\n%s\nEOC\nexit 1; }\n",
			c.status, i, c.line)
		if c.prints != "" {
			fmt.Fprintf(&b, "cat >.wanted <<'EOC'\n%sEOC\ncmp .printed .wanted || { cat .printed; exit 1; }\n", c.prints)
		}
	}
	return b.String()
}
