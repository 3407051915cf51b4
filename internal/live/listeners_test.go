package live_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

// What OnEnd calls may stop itself.
func TestAnEndThatStopsItself(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(showing{templ.NopComponent}))
	var stop func() bool
	in.Set(func(s *views.Socket) {
		stop = s.OnEnd(func() { stop() }) // one clean-up for both ways
	})
	done := make(chan struct{})
	go func() { in.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		t.Fatal("Close hangs: f calls stop")
	}
}

// Case 479: what was stopped before its callback was over is left out: it does not run at the end, and the page does not
// keep it until then, however often that happens.
func TestEndsThatWereStoppedAreLeftOut(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(showing{templ.NopComponent}))
	const times = 50
	collected, ran := make(chan struct{}, times), 0
	for range times {
		in.Set(func(s *views.Socket) {
			held := new([1 << 10]byte)
			runtime.AddCleanup(held, func(int) { collected <- struct{}{} }, 0)
			stop := s.OnEnd(func() { ran++; runtime.KeepAlive(held) })
			s.OnCommit(func() {
				if !stop() {
					t.Error("it was too late to stop it")
				}
			})
		})
	}
	kept := 0
	in.Set(func(s *views.Socket) { s.OnEnd(func() { kept++ }) })
	for n := range times - 1 { // that of the last callback may be held by something else
		for end := time.Now().Add(20 * time.Second); len(collected) <= n; {
			if time.Now().After(end) {
				t.Fatalf("%d of %d are held by the page", times-n, times)
			}
			runtime.GC()
			time.Sleep(time.Millisecond)
		}
	}
	in.Close()
	if ran != 0 || kept != 1 {
		t.Errorf("at the end %d ran that were stopped, and %d that was not", ran, kept)
	}
}

// A listener may end its own view.
func TestAListenerThatEndsTheView(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(showing{templ.NopComponent}))
	in.Set(func(s *views.Socket) {
		s.OnConnection(func(open bool) {
			if open {
				in.Close() // as Kit.Disconnect of the user does
			}
		})
	})
	done := make(chan struct{})
	go func() { in.SetConnected(true); in.Notify(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		t.Fatal("Notify hangs")
	}
}
