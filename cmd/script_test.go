package cmd

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"jotkit/userdb"
)

// TestMain lets scripts run this very binary as jotkit.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"jotkit": func() {
			if os.Getenv("JOTKIT_TEST_ONE_THREAD") != "" { // strace counts the calls of each thread
				runtime.LockOSThread()
			}
			os.Exit(run(scriptEnv(), os.Args[1:]))
		},
		"hold-store":    holdStore,
		"act-on":        actOn,
		"badserver":     badServer,
		"by-golang-jwt": byGolangJWT,
	})
}

// scriptEnv is the env of the process, but for a clock that scripts set and hashes that cost nothing. Only this binary
// knows of the variable.
func scriptEnv() *env {
	e := processEnv()
	if s := os.Getenv("JOTKIT_TEST_NOW"); s != "" {
		now, err := time.Parse(time.RFC3339, s)
		if err != nil {
			panic(err)
		}
		e.now = func() time.Time { return now }
	}
	e.hasher.Cost = userdb.Cost{Memory: 64, Time: 1, Threads: 1}
	e.work = 1
	e.tick = 10 * time.Millisecond
	e.diskAt = scriptDisk
	e.patience, _ = time.ParseDuration(os.Getenv("JOTKIT_TEST_PATIENCE"))
	e.user = func() string { return cmp.Or(os.Getenv("JOTKIT_TEST_USER"), "root") }
	return e
}

// scriptDisk is a disk with room, or with as much as a script says, in free and all bytes.
func scriptDisk(string) (d disk, err error) {
	d = disk{"ext4", 1 << 40, 2 << 40}
	if s := os.Getenv("JOTKIT_TEST_DISK"); s != "" {
		_, err = fmt.Sscan(s, &d.free, &d.total)
	}
	return d, err
}

func TestScript(t *testing.T) { runScripts(t, "../testdata/script") }

// runScripts runs the scripts in a directory.
func runScripts(t *testing.T, dir string) {
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir+"/home")
			e.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector has every process wait a second at its end
			e.Setenv("JOTKIT_TEST_NOW", "2026-01-02T03:04:05Z")
			return nil
		},
		Cmds:      scriptCommands(),
		Condition: scriptCondition,
	})
}

func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits":    cmdExits,
		"keep":     cmdKeep,
		"pty":      cmdPty,
		"forge":    cmdForge,
		"newkey":   cmdNewKey,
		"lastchar": cmdLastChar,
		"fill":     cmdFill,
		"damage":   cmdDamage,
		"truncate": cmdTruncate,
		"nosuch":   cmdNoSuch,
		"waitfile": cmdWaitFile,
		"waittext": cmdWaitText,
		"waitfor":  cmdWaitFor,
		"freeport": cmdFreePort,
		"member":   cmdMember,
		"asstated": cmdAsStated,
		"etcd":     cmdEtcd,
	}
}

// exits CODE prog args… runs prog, and wants this exit status. stdout and stderr are there for the next lines.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE prog args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, and %d was wanted", got, want)
	}
}

// keep NAME puts what was on stdout last into the variable NAME.
func cmdKeep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keep NAME")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// nosuch STRING FILE… wants files and streams not to hold the string, taken as it is.
func cmdNoSuch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: nosuch STRING FILE...")
	}
	text, err := strconv.Unquote(`"` + args[0] + `"`)
	ts.Check(err)
	for _, file := range args[1:] {
		if strings.Contains(ts.ReadFile(file), text) {
			ts.Fatalf("%s holds %q", file, text)
		}
	}
}

// waitfile FILE waits until a program in the background has made the file.
func cmdWaitFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfile FILE")
	}
	for range 2000 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("no %q", args[0])
}

// waittext FILE TEXT waits until a program in the background has written the text into the file.
func cmdWaitText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: waittext FILE TEXT")
	}
	var text []byte
	for range 2000 {
		text, _ = os.ReadFile(ts.MkAbs(args[0])) // it may not be there yet
		if strings.Contains(string(text), args[1]) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("no %q in %s:\n%s", args[1], args[0], text)
}
