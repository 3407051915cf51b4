package stash_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// heavy is a value whose encoding may hang.
type heavy struct{ N int }

// hold has the next encoding wait; nil: none.
var hold atomic.Pointer[encoding]

// encoding is one that hangs.
type encoding struct{ begun, release chan struct{} }

// refuses has encodings fail.
var refuses atomic.Bool

// MarshalJSON hangs once or fails, if it is to.
func (h heavy) MarshalJSON() ([]byte, error) {
	if e := hold.Swap(nil); e != nil {
		close(e.begun)
		<-e.release
	}
	if refuses.Load() {
		return nil, errors.New("it weighs too much")
	}
	return fmt.Append(nil, h.N), nil
}

// UnmarshalJSON reads what MarshalJSON has written.
func (h *heavy) UnmarshalJSON(b []byte) error {
	_, err := fmt.Sscan(string(b), &h.N)
	return err
}

var weight = state.NewKey[heavy]("weight").Durable()

// scale is a page with such a value.
type scale struct{}

func (scale) Mount(s *views.Socket, _ views.NoParams) error {
	weight.SetDefault(s, func() heavy { return heavy{} })
	return nil
}

func (scale) Add(s *views.Socket, _ views.NoParams) error {
	weight.Update(s, func(h heavy) heavy { return heavy{h.N + 1} })
	return nil
}

// Look is an event that changes nothing.
func (scale) Look(*views.Socket, views.NoParams) error { return nil }

func (scale) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = fmt.Fprintf(w, `<p id="weight">%d</p><button`, weight.Get(ctx).N)
		err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, scale.Add))
		_, _ = io.WriteString(w, ">Add</button><button")
		err = errors.Join(err, templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, scale.Look)))
		_, _ = io.WriteString(w, ">Look</button>")
		return err
	})
}

// Case 481: an encoding that hangs is given up, and what it still does disturbs neither later turns nor what they save.
func TestAnEncodingThatHangs(t *testing.T) {
	store := new(stash.Memory)
	site := func(most time.Duration) http.Handler { return scaleSite(store, most) }
	page := livetest.Open(t, site(2*time.Second), "/")
	page.Site().Skip(livetest.Failures)
	e := &encoding{make(chan struct{}), make(chan struct{})}
	hold.Store(e)
	page.Button("Add").Click()
	<-e.begun
	page.Button("Add").Click() // it waits until the encoding is given up
	page.Expect("#weight", "2")
	close(e.release)
	for n := 3; n <= 20; n++ {
		page.Button("Add").Click()
		page.Expect("#weight", fmt.Sprint(n))
	}
	page.AwaitSaved()
	page.Site().Restart(site(20 * time.Second))
	page.Expect("#weight", "20")
}

func scaleSite(store stash.Store, most time.Duration) http.Handler {
	k := handlers.New(handlers.Config{
		Stash: handlers.Stash{Store: store}, Security: handlers.Security{Secrets: secrets}, Logger: slog.New(slog.DiscardHandler),
		Timeouts: handlers.Timeouts{Event: most},
	})
	r := chi.NewRouter()
	r.Use(k.Middleware)
	r.Mount(k.AssetsPath(), k.Assets())
	r.Handle("/", handlers.View(k, scale{}))
	return r
}

// Case 526: nor is the state before kept if a value can't be encoded.
func TestAnEncodingThatFails(t *testing.T) {
	for _, store := range []stash.Store{nil, new(stash.Memory)} {
		t.Cleanup(func() { refuses.Store(false) })
		page := livetest.Open(t, scaleSite(store, 0), "/")
		page.Button("Add").Click()
		page.AwaitSaved()
		refuses.Store(true)
		page.Button("Add").Click()
		page.AwaitSaved()
		page.Site().Restart(scaleSite(store, 0))
		page.Expect("#weight", "0")
		if r, err := page.Recovered(); r != state.RecoveryFailed || !strings.Contains(err.Error(), "it weighs too much") {
			t.Errorf("%v, %v", r, err)
		}
		refuses.Store(false)
		page.Button("Add").Click()
		page.AwaitSaved()
		page.Site().Restart(scaleSite(store, 0))
		page.Expect("#weight", "1")
	}
}

// Case 526: nor if it can't be in time.
func TestAnEncodingThatDoesNotReturn(t *testing.T) {
	store := new(stash.Memory)
	page := livetest.Open(t, scaleSite(store, time.Second), "/")
	page.Site().Skip(livetest.Failures)
	page.Button("Add").Click()
	page.AwaitSaved()
	e := &encoding{make(chan struct{}), make(chan struct{})}
	defer close(e.release)
	hold.Store(e)
	page.Button("Add").Click()
	<-e.begun
	page.Button("Look").Click() // it waits until the encoding is given up
	page.Expect("#weight", "2")
	page.AwaitSaved()
	page.Site().Restart(scaleSite(store, time.Second))
	page.Expect("#weight", "0")
	if r, err := page.Recovered(); r != state.RecoveryFailed || err == nil {
		t.Errorf("%v, %v", r, err)
	}
}
