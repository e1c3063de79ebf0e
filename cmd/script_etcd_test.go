package cmd

import (
	"os"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"

	"jotkit/userdb/kv/etcd/etcdtest"
)

// withEtcd tells whether this was built with etcd.
func withEtcd() bool {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(clusterFlags).bind(f)
	return f.HasFlags()
}

// etcd NAME flags… starts a cluster of one member, and puts its host and port into the variable NAME. What flags have for values
// are files of the script. With --cert-file it speaks TLS. It ends with the script.
func cmdEtcd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: etcd NAME flags...")
	}
	setup := etcdtest.Setup{TLS: slices.Contains(args, "--cert-file")}
	for _, arg := range args[1:] {
		if !strings.HasPrefix(arg, "--") {
			arg = ts.MkAbs(arg)
		}
		setup.Flags = append(setup.Flags, arg)
	}
	dir := ts.MkAbs(args[0] + ".etcd")
	ts.Check(os.Mkdir(dir, 0o700))
	all, err := etcdtest.New(dir, setup)
	ts.Check(err)
	ts.Defer(all.Kill)
	ts.Setenv(args[0], all[0].Client)
}
