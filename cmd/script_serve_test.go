package cmd

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptCondition knows etcd, which holds for a jotkit that was built with it, and peer:PROGRAM, which holds where the program
// is installed, and has to where peers are required.
func scriptCondition(condition string) (bool, error) {
	if condition == "etcd" {
		return withEtcd(), nil
	}
	name, ok := strings.CutPrefix(condition, "peer:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", condition)
	}
	_, err := exec.LookPath(name)
	if err != nil && os.Getenv("JOTKIT_PEERS") == "require" {
		return false, fmt.Errorf("%s is required and not installed", name)
	}
	return err == nil, nil
}

// freePort returns a port at which nobody answers.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// freeport NAME puts the number of a port at which nobody answers into the variable NAME.
func cmdFreePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	port, err := freePort()
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// waitfor URL waits until a server in the background answers 200.
func cmdWaitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor URL")
	}
	if err := waitFor(args[0]); err != nil {
		ts.Fatalf("%v", err)
	}
}

func waitFor(url string) (err error) {
	for range 1000 {
		var answer *http.Response
		if answer, err = http.Get(url); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("%s: %s", url, answer.Status)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// member FILE NAME VARIABLE puts a member of the JSON object that a file begins with into a variable.
func cmdMember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: member FILE NAME VARIABLE")
	}
	var object map[string]any
	ts.Check(json.NewDecoder(strings.NewReader(ts.ReadFile(args[0]))).Decode(&object))
	text, ok := object[args[1]].(string)
	if !ok {
		ts.Fatalf("%s has no text %q", args[0], args[1])
	}
	ts.Setenv(args[2], text)
}
