package pubsub_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// page is a view whose callbacks are what a test says.
type page struct{ heard *[]string }

func (page) Mount(*views.Socket, views.NoParams) error { return nil }

func (page) Render() templ.Component {
	return templ.ComponentFunc(func(context.Context, io.Writer) error { return nil })
}

func (p page) got(_ *views.Socket, m string) error {
	*p.heard = append(*p.heard, m)
	return nil
}

func (p page) alsoGot(_ *views.Socket, m string) error {
	*p.heard = append(*p.heard, "also "+m)
	return nil
}

func (p page) present(_ *views.Socket, r pubsub.Roster[string]) error {
	said := ""
	for _, list := range []struct {
		sign string
		who  []string
	}{{"", r.All}, {"+", r.Joined}, {"-", r.Left}} {
		for _, w := range list.who {
			said += list.sign + w + " "
		}
	}
	*p.heard = append(*p.heard, said)
	return nil
}

func (p page) number(_ *views.Socket, n int) error {
	*p.heard = append(*p.heard, fmt.Sprint(n))
	return nil
}

// view is a page with a mailbox that a test can fill up and look into. What it was sent
// runs when the test says so.
type view struct {
	t     testing.TB
	id    string
	in    *views.Instance
	heard []string

	mu       sync.Mutex
	queue    []views.Message
	full     bool
	gone     bool
	restarts int
}

func newView(t testing.TB) *view {
	v := &view{t: t, id: rand.Text()}
	v.in = views.Define[views.NoParams](page{&v.heard}).NewInstance(v, &views.Host{Report: func(err error) { t.Error(err) }})
	t.Cleanup(v.end)
	return v
}

// do runs a callback, and the messages that it sends to its own view.
func (v *view) do(f func(s *views.Socket) error) error {
	err := v.in.Do(v.t.Context(), views.Message{Name: "test", Run: f})
	v.own()
	return err
}

func (v *view) must(f func(s *views.Socket) error) {
	v.t.Helper()
	if err := v.do(f); err != nil {
		v.t.Fatal(err)
	}
}

func (v *view) own() {
	for {
		m, ok, err := v.in.Inbox()
		if err != nil {
			v.t.Fatal(err)
		}
		if !ok {
			return
		}
		if err := v.in.Do(v.t.Context(), m); err != nil {
			v.t.Error(err)
		}
	}
}

// next takes the first message out of the mailbox.
func (v *view) next() views.Message {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.queue) == 0 {
		v.t.Fatal("the mailbox is empty")
	}
	m := v.queue[0]
	v.queue = v.queue[1:]
	return m
}

// work runs what is in the mailbox and returns what the page has heard since.
func (v *view) work() []string {
	for {
		v.mu.Lock()
		if len(v.queue) == 0 {
			v.mu.Unlock()
			heard := v.heard
			v.heard = nil
			return heard
		}
		m := v.queue[0]
		v.queue = v.queue[1:]
		v.mu.Unlock()
		if err := v.in.Do(context.Background(), m); err != nil {
			v.t.Error(err)
		}
		v.own()
	}
}

func (v *view) expect(want ...string) {
	v.t.Helper()
	got := v.work()
	if len(got) != len(want) {
		v.t.Errorf("heard %q and not %q", got, want)
		return
	}
	for i := range want {
		if got[i] != want[i] {
			v.t.Errorf("heard %q and not %q", got, want)
			return
		}
	}
}

func (v *view) end() {
	v.mu.Lock()
	v.gone = true
	v.mu.Unlock()
	v.in.End()
}

// connect opens or closes the browser's connection.
func (v *view) connect(open bool) {
	v.in.SetConnected(open)
	v.in.Listen()
}

func (v *view) waiting() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.queue)
}

func (v *view) setFull(full bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.full = full
}

func (v *view) restarted() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.restarts
}

// Post is part of views.Runner, as what follows.
func (v *view) Post(m views.Message) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.gone:
		return views.ErrGone
	case v.full:
		return views.ErrFull
	}
	v.queue = append(v.queue, m)
	return nil
}

func (v *view) ID() string { return v.id }

func (v *view) Restart() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.restarts++
}

var errUnused = errors.New("not used here")

func (v *view) Deliver(m views.Message)  { _ = v.Post(m) }
func (v *view) Call(views.Message) error { return errUnused }

func (v *view) Go(string, func(ctx context.Context)) error { return errUnused }

func (v *view) After(time.Duration, views.Message) (func() bool, error) { return nil, errUnused }
func (v *view) Every(time.Duration, views.Message) (func() bool, error) { return nil, errUnused }

// record is a log that tests look into.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

func (r *record) logger() *slog.Logger { return slog.New(slog.NewTextHandler(r, nil)) }

// waitFor waits for what comes of itself.
func waitFor(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
