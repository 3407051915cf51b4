package process

import (
	"fmt"
	"math"
	"os/exec"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// CPU is the time that all threads of the server have run so far, in user mode and in the
// kernel. It is read from the process's clock, which counts nanoseconds where /proc counts
// hundredths of a second.
func (p *Process) CPU() (time.Duration, error) {
	const scheduled = 2 // CPUCLOCK_SCHED in the kernel's include/linux/posix-timers.h
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^p.pid<<3|scheduled), &t); err != nil {
		return 0, fmt.Errorf("process: clock: %w", err)
	}
	return time.Duration(t.Nano()), nil
}

// Memory is what the server has of its own in memory, in bytes: heap and stacks, what the
// runtime keeps and garbage not yet collected, but no code, which is mapped from files, and
// none of the kernel's buffers.
func (p *Process) Memory() (int64, error) {
	proc, err := procfs.NewProc(p.pid)
	if err != nil {
		return 0, fmt.Errorf("process: %w", err)
	}
	status, err := proc.NewStatus()
	if err != nil {
		return 0, fmt.Errorf("process: memory: %w", err)
	}
	return int64(status.RssAnon), nil
}

// OpenFiles is how many files and connections this process, and each that it starts, may
// have open.
func OpenFiles() int {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil || l.Max > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(l.Max) // a Go program may have all that it can be given
}
