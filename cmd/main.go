// Package cmd is the command line: flags, terminal, exit codes. A file holds one verb. It is the only place that wires the
// other parts together, and the only one that knows of standard streams, the environment and the clock of the machine.
//
// What scripts may rely on: stdout carries the answer alone, and nothing where a command fails, but for a JSON report that
// was asked for; the exit status says why (jotkit help exit-codes); the fields of --json stay.
package cmd

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// Main runs the command line of this process and returns its exit status.
func Main() int { return run(processEnv(), os.Args[1:]) }

// run runs one command line. A reader of stdout that goes away is an error like any other, so the signal that would end
// the process for it is ignored.
func run(e *env, args []string) int {
	signal.Ignore(syscall.SIGPIPE)
	return e.run(untilSignal(), args)
}

// run runs a command line to its end: the answer is written out, or the error is.
func (e *env) run(ctx context.Context, args []string) int {
	root, began := newRoot(e, args)
	root.SetArgs(args)
	defer e.closeClusters()
	c, err := root.ExecuteContextC(ctx)
	if err != nil && !*began {
		err = usageOf(c, err)
		e.json = e.json || slices.Contains(args, "--json") // flags behind a bad one have not been read
	}
	if err == nil {
		err = e.out.Flush()
	}
	if err == nil {
		return exitOK
	}
	return e.fail(err)
}
