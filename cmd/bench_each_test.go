package cmd

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"jotkit/token/versus"
)

// BenchmarkEach verifies many tokens by whole processes: jotkit verify --each, a loop of goroutines around golang-jwt, and
// jotkit on one core alone. With HS256 all but the signature counts, and with the store and its ES256 the signature does.
func BenchmarkEach(b *testing.B) {
	n := 20_000
	if long() {
		n = 1_000_000
	}
	for _, lot := range []lot{secretLot(b, n), storeLot(b, n/10)} {
		b.Run(lot.name, func(b *testing.B) {
			work := fmt.Sprintf("verify --each, a token of %d, %s", lot.tokens, lot.name)
			versus.Race{Work: work, Ours: lot.runner(b, "jotkit", lot.ours), Against: []versus.Rival{
				{Runner: lot.runner(b, "golang-jwt, parallel", lot.theirs), AtMost: lot.atMost},
			}}.Run(b)
		})
		b.Run(lot.name+"/two cores", func(b *testing.B) {
			if runtime.NumCPU() < 2 {
				b.Skip("there is one core")
			}
			work := fmt.Sprintf("verify --each on two cores, a token of %d, %s", lot.tokens, lot.name)
			versus.Race{Work: work, Ours: lot.runner(b, "two cores", lot.ours, "GOMAXPROCS=2"), Against: []versus.Rival{
				{Runner: lot.runner(b, "one core", lot.ours, "GOMAXPROCS=1"), AtMost: 1 / 1.9},
			}}.Run(b)
		})
	}
}

// A lot is a file of good tokens, and two programs that verify them.
type lot struct {
	home
	name   string
	tokens int
	ours   []string // the arguments of jotkit
	theirs []string // the other program, with its arguments
	atMost float64
}

const benchIssuer = "https://id.example"

// secretLot is signed with a secret in a file.
func secretLot(b *testing.B, tokens int) lot {
	l := lot{home: newHome(b), name: "HS256", tokens: tokens, atMost: 1.0 / 4}
	l.write("secret", rand.Text()+rand.Text())
	l.mint("--secret-file", "secret", "--iss", benchIssuer, "--aud", "api", "--ttl", "7d")
	l.ours = []string{"verify", "--secret-file", "secret", "--iss", benchIssuer, "--aud", "api", "--each", "--token-file", "tokens"}
	l.theirs = []string{"by-golang-jwt", "HS256", "secret", benchIssuer, "api", "tokens"}
	return l
}

// storeLot is signed with the key of a store, and revocation is asked.
func storeLot(b *testing.B, tokens int) lot {
	l := lot{home: newHome(b), name: "ES256 by the store", tokens: tokens}
	l.run("init", "--iss", benchIssuer, "--aud", "api")
	l.mint("--ttl", "1d")
	l.run("keys", "export", "1", "--format", "pem", "--out", "key.pem")
	l.ours = []string{"verify", "--each", "--token-file", "tokens"}
	l.theirs = []string{"by-golang-jwt", "ES256", "key.pem", benchIssuer, "api", "tokens"}
	return l
}

// mint fills the file of tokens, and has both programs verify the first of them.
func (l lot) mint(args ...string) {
	l.t.Helper()
	out, err := os.Create(l.path("tokens"))
	if err != nil {
		l.t.Fatal(err)
	}
	defer out.Close()
	c := l.command(append([]string{"mint", "--sub", "ada", "--count", fmt.Sprint(l.tokens)}, args...)...)
	c.Stdout = out
	if err := c.Run(); err != nil {
		l.t.Fatal(err)
	}
}

// runner verifies the lot by a process. It is one that says of each token that it is good.
func (l lot) runner(b *testing.B, name string, args []string, env ...string) versus.Runner {
	start := func() *exec.Cmd {
		c := l.command(args...)
		if args[0] == "by-golang-jwt" {
			path, err := exec.LookPath(args[0])
			if err != nil {
				b.Fatal(err)
			}
			c.Path, c.Args = path, args
		}
		c.Env = append(c.Env, env...)
		return c
	}
	var said lineCount
	c := start()
	c.Stdout = &said
	if err := c.Run(); err != nil || int(said) != l.tokens {
		b.Fatalf("%s: %d verdicts on %d tokens, %v", name, said, l.tokens, err)
	}
	return versus.Runner{Name: name, Times: l.tokens, Do: func(int) { // all of them at once
		if err := start().Run(); err != nil { // with /dev/null as its stdout
			b.Fatal(name, err)
		}
	}}
}

// A lineCount counts the lines that are written to it.
type lineCount int

func (n *lineCount) Write(text []byte) (int, error) {
	*n += lineCount(bytes.Count(text, []byte{'\n'}))
	return len(text), nil
}
