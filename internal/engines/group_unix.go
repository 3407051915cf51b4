//go:build unix

package engines

import (
	"os/exec"
	"syscall"
)

// ownGroup has a program start a group of processes, which endGroup ends as a whole.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func endGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // it may have ended
