//go:build unix

package main

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Go halves the stack of a goroutine that uses less than a quarter of it, with 800 bytes that functions may use
// unasked: of the 16 KiB to which serving a page makes it grow.
const mostOfStack = 16<<10/4 - 800

// waits reports whether a goroutine in a function waits for another one.
func waits(function string) bool {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for g := range strings.SplitSeq(string(stacks), "\n\n") {
		head, _, _ := strings.Cut(g, "\n")
		if strings.Contains(g, function) && (strings.Contains(head, "[select") || strings.Contains(head, "[chan receive")) {
			return true
		}
	}
	return false
}

// The goroutine of an open connection waits in the handlers' frames. If they are too large its stack stays
// twice as large, for each page that is open.
func TestAnOpenConnectionFitsASmallStack(t *testing.T) {
	if os.Getenv("GOTRACEBACK") == "system" { // with which a trace has the addresses of frames
		d := start(t, "-addr", "127.0.0.1:0")
		open(t, d.url, &http.Transport{})
		for !waits("serveConnection") { // it may be writing still, what the page is told first
			time.Sleep(time.Millisecond)
		}
		if err := syscall.Kill(os.Getpid(), syscall.SIGQUIT); err != nil {
			t.Error(err)
		}
		<-t.Context().Done()
	}
	test := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=1m")
	test.Env = append(os.Environ(), "GOTRACEBACK=system")
	all, _ := test.CombinedOutput() // it ends with an error
	frames := regexp.MustCompile(`fp=0x([0-9a-f]+) sp=0x([0-9a-f]+)`)
	for g := range strings.SplitSeq(string(all), "\n\n") {
		if !strings.Contains(g, "serveConnection") {
			continue
		}
		f := frames.FindAllStringSubmatch(g, -1)
		high, _ := strconv.ParseUint(f[len(f)-1][1], 16, 64)
		low, _ := strconv.ParseUint(f[0][2], 16, 64)
		if used := high - low; used >= mostOfStack {
			t.Errorf("an open connection uses %d bytes of its stack, to be less than %d:\n%s", used, mostOfStack, g)
		}
		return
	}
	t.Errorf("no goroutine serves a connection:\n%s", all)
}
