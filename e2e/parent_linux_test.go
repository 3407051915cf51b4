package e2e_test

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the program end with the thread that starts it, so that it does not
// outlive tests that were killed.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
