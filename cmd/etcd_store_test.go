//go:build etcd

package cmd

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestEtcdStore runs the scripts on a store in etcd.
func TestEtcdStore(t *testing.T) {
	peer(t, "etcd")
	runScripts(t, "../testdata/script/etcd")
}

// TestEtcdStoreHelp is about what a jotkit with etcd has more than others.
func TestEtcdStoreHelp(t *testing.T) {
	p := newInProcess(t)
	var all strings.Builder
	show := func(args ...string) string {
		text, _ := p.run(0, "", args...)
		return "## jotkit " + strings.Join(args, " ") + "\n" + text + "\n"
	}
	_, flags, _ := strings.Cut(show("--help"), "Flags of every")
	all.WriteString("Flags of every" + flags)
	for _, args := range []string{"serve --help", "help environment", "help files"} {
		text := show(strings.Fields(args)...)
		wantWidth(t, helpWidth, text)
		all.WriteString(text)
	}
	golden(t, "help-etcd.txt", all.String())
}

// TestEtcdStoreJSON is what a store in etcd says of itself to scripts.
func TestEtcdStoreJSON(t *testing.T) {
	peer(t, "etcd")
	at := oneMember(t, newHome(t))
	p := newInProcess(t)
	store := "etcd://" + at + "/team/jotkit"
	p.run(0, "", "init", "--store", store)
	var all strings.Builder
	for _, line := range []string{
		"store info", "store check", "store copy STORE DIR/copy.db", "store copy DIR/copy.db AGAIN --dry-run", "store reseal",
	} {
		args := strings.Fields(strings.NewReplacer("STORE", store, "AGAIN", "etcd://"+at+"/again", "DIR", p.dir).Replace(line))
		out, _ := p.run(0, "", append(args, "--store", store, "--json")...)
		fmt.Fprintf(&all, "## jotkit %s --json\n%s\n", line, anonymous(strings.ReplaceAll(strings.ReplaceAll(out, at, "HOST"), p.dir, "DIR")))
	}
	golden(t, "json-etcd.txt", all.String())
}

// TestEtcdStoreCopyKilled kills copies from a file to etcd.
func TestEtcdStoreCopyKilled(t *testing.T) {
	peer(t, "etcd")
	h := newHome(t)
	at := oneMember(t, h)
	copyKilled(t, h, func(n int) string { return fmt.Sprintf("etcd://%s/copy-%d", at, n) })
}

// oneMember starts a cluster of one member, and returns its host and port.
func oneMember(t *testing.T, h home) string {
	t.Helper()
	client, member := "127.0.0.1:"+newPort(t), "http://127.0.0.1:"+newPort(t)
	c := exec.Command("etcd", "--name", "one", "--data-dir", h.path("etcd"), "--log-level", "error",
		"--listen-client-urls", "http://"+client, "--advertise-client-urls", "http://"+client,
		"--listen-peer-urls", member, "--initial-advertise-peer-urls", member, "--initial-cluster", "one="+member)
	background(t, c, h.path("etcd.log"), func(error) {})
	if err := waitFor("http://" + client + "/health"); err != nil {
		t.Fatal(err)
	}
	return client
}
