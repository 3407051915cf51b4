package sse_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/sse"
)

// An idle connection has two goroutines: that of its request, and one of r3labs that waits for its
// context. r3labs' streams are shared, and their goroutines end with the last connection.
func TestConnectionsShareStreamsOfR3labs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer day()()
		const n = 2*sse.MaxMembers + 1
		s := sse.New(sse.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		opened := make(chan *sse.Connection, n)
		ended := make(chan error, n)
		for range n {
			go func() {
				ended <- s.Serve(&memory{header: http.Header{}}, asking(ctx, ""), "0", func(conn *sse.Connection) { opened <- conn })
			}()
		}
		check := func(connections, streams int) {
			t.Helper()
			synctest.Wait()
			for creator, want := range map[string]int{
				"r3labs/sse/v2.(*Server).ServeHTTP":        connections,
				"r3labs/sse/v2.(*Stream).run":              streams,
				"sideband/sse.(*Server).startHeartbeats":   min(connections, 1),
				"sideband/sse.(*Connection).startDrain":    0,
				"r3labs/sse/v2.(*Stream).addSubscriber":    0,
				"r3labs/sse/v2.(*Stream).removeSubscriber": 0,
			} {
				if got := strings.Count(allStacks(), "created by github.com/"+strings.Replace(creator, "sideband/", "sideband-go/sideband/", 1)+" "); got != want {
					t.Errorf("%d connections: %s has started %d goroutines, want %d", connections, creator, got, want)
				}
			}
		}
		check(n, 3)
		for range n - 1 {
			(<-opened).Finish(nil)
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		check(1, 1)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		check(0, 0)
	})
}
