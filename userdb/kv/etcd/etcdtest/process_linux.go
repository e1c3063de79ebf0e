package etcdtest

import (
	"os/exec"
	"syscall"
)

// diesWithUs has the system kill the process when we are gone.
func diesWithUs(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
