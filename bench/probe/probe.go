// Package probe lets the benchmark look into a server that it measures: what the server has
// allocated, a profile of its CPU, and which code it has entered. No program imports it: the
// benchmark adds it when it builds one, so that what is measured is what others run.
package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/coverage"
	"runtime/metrics"
	"runtime/pprof"
)

// Socket is the environment variable with the path of the Unix socket to listen on.
const Socket = "SIDEBAND_BENCH_PROBE"

// Start answers on the socket, as long as the program runs. It reports whether there is one
// to listen on.
func Start() bool {
	path := os.Getenv(Socket)
	if path == "" {
		return false
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		return false
	}
	go func() {
		fmt.Fprintln(os.Stderr, "probe:", http.Serve(l, handler()))
	}()
	return true
}

func handler() http.Handler {
	mux := http.NewServeMux()
	for path, do := range map[string]func(io.Writer, string) error{
		"/allocations":    allocations,
		"/profile/start":  func(_ io.Writer, to string) error { return startProfile(to) },
		"/profile/stop":   func(io.Writer, string) error { pprof.StopCPUProfile(); return nil },
		"/coverage/clear": func(io.Writer, string) error { return coverage.ClearCounters() },
		"/coverage/write": func(_ io.Writer, to string) error { return writeCoverage(to) },
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			if err := do(w, r.FormValue("to")); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
	}
	return mux
}

// allocations writes how many objects and bytes the program has allocated so far. Tiny objects
// that share a block count as one.
func allocations(w io.Writer, _ string) error {
	all := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(all)
	_, err := fmt.Fprint(w, all[0].Value.Uint64(), " ", all[1].Value.Uint64())
	return err
}

func startProfile(to string) error {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	return pprof.StartCPUProfile(f) // the file is complete, and left to the system, when the profile ends
}

func writeCoverage(to string) error {
	if err := coverage.WriteMetaDir(to); err != nil {
		return err
	}
	return coverage.WriteCountersDir(to)
}
