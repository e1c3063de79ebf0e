package server_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// python is that of Debian, which has Debian's packages.
const python = "/usr/bin/python3"

// flaskProtected runs flask-jwt-extended under gunicorn with a worker for each of two cores, and returns its address and a
// token. Without it, the address is "".
func flaskProtected(b *testing.B) (addr, raw string) {
	b.Helper()
	if out, err := exec.Command(python, "-c", "import gunicorn, flask_jwt_extended").CombinedOutput(); err != nil {
		if os.Getenv("JOTKIT_PEERS") == "require" {
			b.Fatalf("flask-jwt-extended is required: %v\n%s", err, out)
		}
		b.Log("without flask-jwt-extended, which is not installed")
		return "", ""
	}
	// The default workers of gunicorn close a connection after each answer; those with threads keep it.
	c := exec.Command(python, "-m", "gunicorn", "--workers", "2", "--worker-class", "gthread", "--threads", "4", "--keep-alive", "60",
		"--bind", "127.0.0.1:0", "--chdir", "../../testdata/interop", "flask-protected:app")
	c.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	in, err := c.StdinPipe() // it ends when this is closed, also by the end of this process
	if err != nil {
		b.Fatal(err)
	}
	said, err := c.StderrPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		ends := time.AfterFunc(10*time.Second, func() { c.Process.Kill() })
		defer ends.Stop()
		c.Wait()
	})
	addr = listening(b, said)
	return addr, fetched(b, "http://"+addr+"/token")
}

// listening waits until gunicorn says where it listens.
func listening(b *testing.B, said io.Reader) string {
	b.Helper()
	var all strings.Builder
	where := regexp.MustCompile(`Listening at: http://(\S+)`)
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		if m := where.FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, said)
			return m[1]
		}
	}
	b.Fatalf("gunicorn ended:\n%s", all.String())
	return ""
}

// fetched is the body of what lies there.
func fetched(b *testing.B, url string) string {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), "GET", url, nil)
	if err != nil {
		b.Fatal(err)
	}
	got := answered(b, r)
	if got.status != http.StatusOK {
		b.Fatalf("%s: %d %q", url, got.status, got.text)
	}
	return strings.TrimSpace(got.text)
}
