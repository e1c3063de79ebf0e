package cmd

import (
	"os"
	"os/exec"
	"slices"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"
)

// withEtcd tells whether this was built with etcd.
func withEtcd() bool {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(clusterFlags).bind(f)
	return f.HasFlags()
}

// etcd NAME flags… starts a cluster of one member, and puts its host and port into the variable NAME. With --cert-file it
// speaks TLS. It ends with the script.
func cmdEtcd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: etcd NAME flags...")
	}
	var ports [3]string
	for i := range ports {
		port, err := freePort()
		ts.Check(err)
		ports[i] = "127.0.0.1:" + port
	}
	at, among, health := "http://"+ports[0], "http://"+ports[1], "http://"+ports[2]
	if slices.Contains(args, "--cert-file") {
		at = "https://" + ports[0]
	}
	c := exec.Command("etcd", append([]string{"--name", "one", "--data-dir", ts.MkAbs(args[0] + ".etcd"), "--log-level", "error",
		"--listen-client-urls", at, "--advertise-client-urls", at, "--listen-metrics-urls", health,
		"--listen-peer-urls", among, "--initial-advertise-peer-urls", among, "--initial-cluster", "one=" + among}, args[1:]...)...)
	c.Dir = ts.MkAbs(".")
	log, err := os.Create(ts.MkAbs(args[0] + ".log"))
	ts.Check(err)
	defer log.Close()
	c.Stdout, c.Stderr = log, log
	ts.Check(c.Start())
	ts.Defer(func() {
		c.Process.Kill()
		c.Wait()
	})
	if err := waitFor(health + "/health"); err != nil {
		ts.Fatalf("%v\n%s", err, ts.ReadFile(args[0]+".log"))
	}
	ts.Setenv(args[0], ports[0])
}
