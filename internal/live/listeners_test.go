package live_test

import (
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
