package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jotkit/token/versus"
)

// BenchmarkVerifyProcess runs "verify" of one token with the store as a whole process, in turn with a Go program that does
// nothing and with what else verifies a token on a command line. The peers have the key in a file, and no store.
func BenchmarkVerifyProcess(b *testing.B) {
	p := newProcesses(b)
	verify := p.runner("jotkit", p.path("jotkit"), "verify", "-q", p.raw)
	against := []versus.Rival{{Runner: p.runner("empty Go program", p.path("empty")), AtMost: 2}}
	for _, peer := range []func(*processes) (versus.Rival, bool){stepProcess, pyJWTProcess, golangJWTProcess, joseProcess} {
		if rival, there := peer(p); there {
			against = append(against, rival)
		}
	}
	versus.Race{Work: "verify as a process", Ours: verify, Against: against}.Run(b)
}

// processes are programs that verify one token, each as a process of its own.
type processes struct {
	*testing.B
	dir, raw string
	env      []string
}

const storeIssuer = "http://127.0.0.1:8080" // and audience, of a store that was told nothing else

// newProcesses builds jotkit and an empty program as they would be released: a dynamic linker takes longer than Go needs to
// start. A store makes the token, and hands out the public key of it.
func newProcesses(b *testing.B) *processes {
	dir := b.TempDir()
	p := &processes{B: b, dir: dir, env: append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(dir, "data"), "XDG_CONFIG_HOME="+filepath.Join(dir, "config"))}
	p.write("empty.go", "package main\n\nfunc main() {}\n")
	p.build("empty", p.path("empty.go"))
	p.build("jotkit", "jotkit")
	p.raw = strings.TrimSpace(p.output(p.path("jotkit"), "mint", "--sub", "ada"))
	p.write("token", p.raw)
	p.output(p.path("jotkit"), "keys", "export", "1", "--format", "pem", "--out", p.path("key.pem"))
	return p
}

func (p *processes) path(name string) string { return filepath.Join(p.dir, name) }

func (p *processes) write(name, text string) {
	if err := os.WriteFile(p.path(name), []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
}

func (p *processes) build(name, what string) {
	c := exec.Command("go", "build", "-ldflags=-s -w", "-o", p.path(name), what)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		p.Fatalf("%v\n%s", err, out)
	}
}

// output runs a program to its end, which must be a good one. The token is on its stdin, once there is one.
func (p *processes) output(program string, args ...string) string {
	c := exec.Command(program, args...)
	c.Dir, c.Env = p.dir, p.env
	if stdin, err := os.Open(p.path("token")); err == nil {
		defer stdin.Close()
		c.Stdin = stdin
	}
	out, err := c.Output()
	if err != nil {
		p.Fatal(program, args, err)
	}
	return string(out)
}

// runner runs a program once a turn. All but the empty one must have found out whose token it is.
func (p *processes) runner(name, program string, args ...string) versus.Runner {
	return versus.Runner{Name: name, Times: 1, Do: func(n int) {
		for range n {
			if out := p.output(program, args...); program != p.path("empty") && !strings.Contains(out, "ada") {
				p.Fatalf("%s answers %q", name, out)
			}
		}
	}}
}

// lacks tells that a peer is not there, which is an error where all have to be.
func (p *processes) lacks(what string, err error) bool {
	if err == nil {
		return false
	}
	if os.Getenv("JOTKIT_PEERS") == "require" {
		p.Fatalf("%s: %v", what, err)
	}
	p.Logf("without %s: %v", what, err)
	return true
}

func stepProcess(p *processes) (versus.Rival, bool) {
	program, err := exec.LookPath("step")
	if p.lacks("step", err) {
		return versus.Rival{}, false
	}
	return versus.Rival{AtMost: 1.0 / 7, Runner: p.runner("step", program, "crypto", "jwt", "verify",
		"--key", "key.pem", "--alg", "ES256", "--iss", storeIssuer, "--aud", storeIssuer)}, true
}

const pyJWTVerify = `import sys, jwt
print(jwt.decode(sys.argv[1], open("key.pem").read(), algorithms=["ES256"], issuer=sys.argv[2], audience=sys.argv[2]))`

func pyJWTProcess(p *processes) (versus.Rival, bool) {
	if p.lacks("PyJWT", exec.Command(python, "-c", "import jwt, cryptography").Run()) {
		return versus.Rival{}, false
	}
	return versus.Rival{AtMost: 1.0 / 25, Runner: p.runner("PyJWT", python, "-c", pyJWTVerify, p.raw, storeIssuer)}, true
}

// golangJWTProcess is the program that golang-jwt brings along. It asks for neither issuer nor audience.
func golangJWTProcess(p *processes) (versus.Rival, bool) {
	p.build("jwt", "github.com/golang-jwt/jwt/v5/cmd/jwt")
	return versus.Rival{Runner: p.runner("golang-jwt", p.path("jwt"), "-alg", "ES256", "-key", "key.pem", "-verify", "token")}, true
}

const joseVerify = `import { readFileSync } from "node:fs";
import { importSPKI, jwtVerify } from "jose";
const [raw, issuer] = process.argv.slice(2);
const key = await importSPKI(readFileSync("key.pem", "utf8"), "ES256");
console.log((await jwtVerify(raw, key, { algorithms: ["ES256"], issuer, audience: issuer })).payload);
`

func joseProcess(p *processes) (versus.Rival, bool) {
	modules, err := filepath.Abs(os.Getenv("JOTKIT_NODE_MODULES"))
	if err == nil {
		_, err = os.Stat(filepath.Join(modules, "jose"))
	}
	if err == nil {
		err = os.Symlink(modules, p.path("node_modules")) // Node looks for packages beside the module alone
	}
	program, missing := exec.LookPath("node")
	if missing != nil {
		err = missing
	}
	if p.lacks("node and jose", err) {
		return versus.Rival{}, false
	}
	p.write("verify.mjs", joseVerify)
	return versus.Rival{Runner: p.runner("jose", program, "verify.mjs", p.raw, storeIssuer)}, true
}
