//go:build unix

package cmd

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// holdStore is a program that keeps the lock file it is named locked until it is interrupted. It makes the file "held"
// when it has the lock.
func holdStore() {
	f, err := os.OpenFile(os.Args[1], os.O_RDWR, 0)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err == nil {
		err = os.WriteFile("held", nil, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	<-c
}

// stopSelf stops this process, until somebody has it go on. It waits for that: the signal may go to another thread, and this
// one run on for a moment.
func stopSelf() {
	goingOn := make(chan os.Signal, 1)
	signal.Notify(goingOn, syscall.SIGCONT)
	defer signal.Stop(goingOn)
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
		panic(err)
	}
	<-goingOn
}
