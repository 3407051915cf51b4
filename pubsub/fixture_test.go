package pubsub_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/views"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// page is a page that records what its callbacks get.
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

// view is a view with a mailbox that a test can fill and read. Messages run when the test calls work.
type view struct {
	*viewtest.View
	t     testing.TB
	heard []string
}

func newView(t testing.TB) *view {
	return newViewThat(t, func(err error) { t.Error(err) })
}

// newViewThat is newView with a function for errors that no caller gets.
func newViewThat(t testing.TB, report func(error)) *view {
	v := &view{t: t}
	v.View = viewtest.NewUnmounted(t, viewtest.Define[views.NoParams](page{&v.heard}), report)
	t.Cleanup(v.end)
	return v
}

// do runs a callback, and the messages that it sends to its own view.
func (v *view) do(f func(s *views.Socket) error) error {
	err := v.Run(v.t.Context(), viewtest.Callback("test", f))
	v.Settle()
	return err
}

func (v *view) must(f func(s *views.Socket) error) {
	v.t.Helper()
	if err := v.do(f); err != nil {
		v.t.Fatal(err)
	}
}

// work runs what is in the mailbox and returns what the page has heard since.
func (v *view) work() []string {
	for {
		c, ok := v.Next()
		if !ok {
			heard := v.heard
			v.heard = nil
			return heard
		}
		if err := v.Run(context.Background(), c); err != nil {
			v.t.Error(err)
		}
		v.Settle()
	}
}

func (v *view) expect(want ...string) {
	v.t.Helper()
	if got := v.work(); !slices.Equal(got, want) {
		v.t.Errorf("heard %q and not %q", got, want)
	}
}

func (v *view) end() { v.Close() }

// connect opens or closes the browser's connection.
func (v *view) connect(open bool) {
	v.SetConnected(open)
	v.Notify()
}

// record is a log for tests.
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

// waitFor waits for a condition.
func waitFor(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
