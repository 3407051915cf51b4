package live_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

type quietPage struct{}

func (quietPage) Mount(*views.Socket, views.NoParams) error { return nil }

func (quietPage) Render() templ.Component {
	return templ.ComponentFunc(func(context.Context, io.Writer) error { return nil })
}

// A page that listens and stops a thousand times keeps nothing of it.
func TestListeningAndStopping(t *testing.T) {
	in := viewtest.Define[views.NoParams](quietPage{}).NewInstance(&quiet{}, &views.Host{Report: func(err error) { t.Error(err) }})
	var stop func() bool
	if err := in.Run(context.Background(), viewtest.Callback("t", func(s *views.Socket) error {
		stop = s.OnEnd(func() { stop() }) // one clean-up for both ways
		return nil
	})); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { in.Close(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		t.Fatal("End hangs: f calls stop")
	}
}

// A listener may end its own view.
func TestAListenerThatEndsTheView(t *testing.T) {
	in := viewtest.Define[views.NoParams](quietPage{}).NewInstance(&quiet{}, &views.Host{Report: func(err error) { t.Error(err) }})
	if err := in.Run(context.Background(), viewtest.Callback("t", func(s *views.Socket) error {
		s.OnConnection(func(open bool) {
			if open {
				in.Close() // as Kit.Disconnect of the user does
			}
		})
		return nil
	})); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { in.SetConnected(true); in.Notify(); close(done) }()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
		t.Fatal("Listen hangs")
	}
}
