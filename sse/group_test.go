package sse_test

import (
	"context"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/sse"
)

// An idle connection has, beside the goroutine of its request, the one of r3labs' that waits for
// its context. The stream of r3labs' is shared; its goroutine ends with the last connection.
func TestConnectionsShareStreamsOfR3labs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer day()()
		const n = 2*sse.MaxMembers + 1
		s := sse.New(sse.Config{})
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithCancel(t.Context())
		opened := make(chan *sse.Connection, n)
		ended := make(chan error, n)
		for range n {
			go func() {
				ended <- s.Serve(&memory{header: http.Header{}}, asking(ctx, ""), "0", func(conn *sse.Connection) { opened <- conn })
			}()
		}
		synctest.Wait()
		const heartbeats, streams = 1, 3
		if got, want := runtime.NumGoroutine()-before, 2*n+heartbeats+streams; got != want {
			t.Errorf("%d goroutines, want %d", got, want)
		}
		for range n - 1 { // all but the last leave
			(<-opened).Finish(nil)
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		if got, want := runtime.NumGoroutine()-before, 2+heartbeats+1; got != want {
			t.Errorf("%d goroutines for one connection, want %d", got, want)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if stacks := allStacks(); strings.Contains(stacks, "r3labs/sse") {
			t.Errorf("left behind:\n%s", stacks)
		}
	})
}
