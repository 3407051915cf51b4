package sse_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/sse"
)

func TestAPanicInACallbackLeaksNothing(t *testing.T) {
	for _, place := range []string{"opened", "drain"} {
		t.Run(place, func(t *testing.T) {
			bubble(t, sse.Config{MaxPending: 1}, func(t *testing.T, s *site) {
				s.http.ErrorLog = nil
				caught := make(chan any, 1)
				s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					defer func() { caught <- recover() }()
					s.serve(w, r)
				})
				s.onOpen = func(conn *sse.Connection) {
					if place == "opened" {
						panic("in opened")
					}
					conn.OnDrain(func() { panic("in drain") })
					conn.Send("1", []byte("taken"))
					conn.Send("2", []byte("refused"))
				}
				c := s.dial()
				c.get("/")
				c.readAll()
				if got := <-caught; got != "in "+place {
					t.Errorf("caught %v", got)
				}
				synctest.Wait()
				if stacks := allStacks(); strings.Contains(stacks, "r3labs/sse") {
					t.Errorf("leaked goroutines:\n%s", stacks)
				}
				c.Close()
			})
		})
	}
}

func TestServeReturnsAfterItsGoroutinesHaveEnded(t *testing.T) {
	ways := map[string]func(*client, *sse.Connection){
		"client leaves":  func(c *client, _ *sse.Connection) { c.Close() },
		"close":          func(_ *client, conn *sse.Connection) { conn.Close() },
		"finish":         func(_ *client, conn *sse.Connection) { conn.Finish(nil) },
		"last message":   func(_ *client, conn *sse.Connection) { conn.Finish([]byte("bye")) },
		"full and close": func(_ *client, conn *sse.Connection) { fill(conn); conn.Close() },
		"full and leave": func(c *client, conn *sse.Connection) { fill(conn); c.Close() },
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			bubble(t, sse.Config{}, func(t *testing.T, s *site) {
				for range 20 {
					c, conn := s.connection()
					end(c, conn)
					c.readAll()
					s.gone()
					c.Close()
				}
				synctest.Wait()
				if stacks := allStacks(); strings.Contains(stacks, "sideband/sse.(") || strings.Contains(stacks, "r3labs/sse") {
					t.Errorf("leaked goroutines:\n%s", stacks)
				}
			})
		})
	}
}

func fill(conn *sse.Connection) (taken int) {
	for conn.Send("1", []byte("fill")) {
		taken++
	}
	return taken
}

func allStacks() string {
	for size := 1 << 20; ; size *= 4 {
		b := make([]byte, size)
		if n := runtime.Stack(b, true); n < size {
			return string(b[:n])
		}
	}
}
