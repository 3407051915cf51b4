package sse_test

import (
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/sideband-go/sideband/sse"
)

func TestAPanicInACallbackLeavesNothingBehind(t *testing.T) {
	for _, place := range []string{"opened", "drain"} {
		t.Run(place, func(t *testing.T) {
			bubble(t, sse.Config{MaxPending: 1}, func(t *testing.T, s *site) {
				s.http.ErrorLog = nil
				caught := make(chan any, 1)
				s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					defer func() { caught <- recover() }()
					s.serve(w, r)
				})
				s.onOpen = func(st *sse.Stream) {
					if place == "opened" {
						panic("in opened")
					}
					st.OnDrain(func() { panic("in drain") })
					st.Send("1", []byte("taken"))
					st.Send("2", []byte("refused"))
				}
				c := s.dial()
				c.get("/")
				c.readAll()
				if got := <-caught; got != "in "+place {
					t.Errorf("caught %v", got)
				}
				synctest.Wait()
				if stacks := allStacks(); strings.Contains(stacks, "r3labs/sse") {
					t.Errorf("left behind:\n%s", stacks)
				}
				c.Close()
			})
		})
	}
}

func TestTheHandlerEndsWithNoGoroutineOfTheStreamLeft(t *testing.T) {
	ways := map[string]func(*client, *sse.Stream){
		"client leaves":  func(c *client, _ *sse.Stream) { c.Close() },
		"close":          func(_ *client, st *sse.Stream) { st.Close() },
		"finish":         func(_ *client, st *sse.Stream) { st.Finish(nil) },
		"last message":   func(_ *client, st *sse.Stream) { st.Finish([]byte("bye")) },
		"full and close": func(_ *client, st *sse.Stream) { fill(st); st.Close() },
		"full and leave": func(c *client, st *sse.Stream) { fill(st); c.Close() },
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			bubble(t, sse.Config{}, func(t *testing.T, s *site) {
				for range 20 {
					c, st := s.stream()
					end(c, st)
					c.readAll()
					s.gone()
					c.Close()
				}
				synctest.Wait()
				if stacks := allStacks(); strings.Contains(stacks, "sideband/sse.(") || strings.Contains(stacks, "r3labs/sse") {
					t.Errorf("left behind:\n%s", stacks)
				}
			})
		})
	}
}

func fill(st *sse.Stream) (taken int) {
	for st.Send("1", []byte("fill")) {
		taken++
	}
	return taken
}

func allStacks() string {
	b := make([]byte, 1<<20)
	return string(b[:runtime.Stack(b, true)])
}
