//go:build unix

package etcdtest

import "syscall"

// Hang stops the process, which keeps its connections and answers nothing, until GoOn.
func (m *Member) Hang() error { return m.process.Process.Signal(syscall.SIGSTOP) }

// GoOn lets the process go on.
func (m *Member) GoOn() error { return m.process.Process.Signal(syscall.SIGCONT) }
