package cmd

import (
	"time"

	"github.com/spf13/pflag"
)

// waitForStore is how long a command waits for others to let go of the store.
const waitForStore = 10 * time.Second

func bindGlobal(f *pflag.FlagSet, g *global) {
	f.Var(nonEmpty{&g.store}, "store", "the store `PATH` (see help files)")
	f.Var(nonEmpty{&g.sealKey}, "seal-key-file", "the seal key `F` of the store")
	f.Var(nonEmpty{&g.sealPassphrase}, "seal-passphrase-file", "the passphrase of the seal key is in the file `F`")
	f.BoolVar(&g.json, "json", false, "answer in JSON")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "no notes and no report on stderr")
	f.BoolVar(&g.noColor, "no-color", false, "no colour")
	f.BoolVar(&g.noInput, "no-input", false, "never ask")
	f.BoolVar(&g.yes, "yes", false, "do what destroys without asking")
	g.cluster.bind(f)
	g.wait = waitForStore
	f.Var(durationValue{&g.wait, 0}, "wait", "how long to wait for a busy store, `D`")
}
