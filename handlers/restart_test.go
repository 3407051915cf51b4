package handlers_test

import (
	"context"
	"io"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

// busy is a page with a callback that takes its time.
type busy struct {
	goOn  chan struct{}
	refs  chan views.Ref
	added *atomic.Int32
	slow  *atomic.Int32
}

func (p busy) Mount(s *views.Socket, _ views.NoParams) error {
	select {
	case p.refs <- s.Ref():
	default:
	}
	return nil
}

func (p busy) Add(*views.Socket, views.NoParams) error { p.added.Add(1); return nil }

func (p busy) wait(s *views.Socket, _ int) error {
	p.slow.Add(1)
	select {
	case <-p.goOn:
	case <-s.Done():
	}
	return nil
}

func (busy) Render() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<p id="p">here</p>`)
		return err
	})
}

func newBusy() busy {
	return busy{make(chan struct{}), make(chan views.Ref, 10), new(atomic.Int32), new(atomic.Int32)}
}

// An event that waits when its view is restarted has not begun: it runs in the new one.
func TestAnEventBehindARestart(t *testing.T) {
	p := newBusy()
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) { r.Handle("/", handlers.View(kit, p)) })
	tb := s.browser(t).open("/").connect("")
	ref := <-p.refs
	if err := views.Send(ref, busy.wait, 0); err != nil {
		t.Fatal(err)
	}
	for p.slow.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	ref.Restart() // as pubsub does for a view that lags
	answers := make(chan answer, 1)
	go func() {
		a, err := tb.ask("POST", "/?event=Add", url.Values{}, "Sideband-Ticket", tb.ticket)
		if err != nil {
			t.Error(err)
		}
		answers <- a
	}()
	time.Sleep(100 * time.Millisecond) // it waits in the mailbox
	close(p.goOn)
	a := <-answers
	if a.status >= 300 || p.added.Load() != 1 {
		t.Errorf("answered %d %v, ran %d times", a.status, a.header, p.added.Load())
	}
}

// A view that has lost a message shows what is wrong: it does not work off all that waits before it is restarted.
func TestARestartComesFirst(t *testing.T) {
	p := newBusy()
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) { r.Handle("/", handlers.View(kit, p)) })
	s.browser(t).open("/").connect("")
	ref := <-p.refs
	for range 100 {
		if err := views.Send(ref, busy.wait, 0); err != nil {
			t.Fatal(err)
		}
	}
	for p.slow.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	ref.Restart()
	close(p.goOn)
	time.Sleep(200 * time.Millisecond)
	if n := p.slow.Load(); n > 64 {
		t.Errorf("%d callbacks ran before the restart", n)
	}
}
