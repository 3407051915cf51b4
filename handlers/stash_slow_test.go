package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	kept    = state.NewKey[int]("kept").Durable()
	ballast = state.NewKey[string]("ballast")
)

// barge is a page with durable state, which may be slow.
type barge struct{ ref chan views.Ref }

func (b barge) Mount(s *views.Socket, _ views.NoParams) error {
	kept.SetDefault(s, func() int { return 1 })
	ballast.Set(s, "")
	return nil
}

func (b barge) Connect(s *views.Socket) error {
	b.ref <- s.Ref()
	return nil
}

func (barge) Load(s *views.Socket, text string) error {
	ballast.Set(s, text)
	return nil
}

func (barge) Keep(s *views.Socket, n int) error {
	kept.Set(s, n)
	return nil
}

func (barge) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<p id="kept">%d</p><p id="ballast">%s</p>`, kept.Get(ctx), ballast.Get(ctx))
		return err
	})
}

// writes is an observer of what is written of durable state.
type writes struct {
	mu  sync.Mutex
	all []live.Activity
}

// Cause is what the turn is.
func (*writes) Cause(context.Context) any { return "a turn" }

// Begin does nothing.
func (*writes) Begin(ctx context.Context, _ *live.Activity) context.Context { return ctx }

// End notes a write.
func (o *writes) End(a *live.Activity) {
	if a.Kind == live.ActivityStashWrite {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.all = append(o.all, *a)
	}
}

// Case 472: a state that its page is too slow to take is sent once more, and still knows its cause.
func TestAStateForASlowPageKeepsItsCause(t *testing.T) {
	page := barge{make(chan views.Ref, 1)}
	s := newSite(t, handlers.Config{Connection: sse.Config{MaxPending: 1, NoCompression: true, MaxPendingBytes: 64 << 20}}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/", handlers.View(kit, page))
	})
	o := &writes{}
	_, observe := live.Face.Observe(s.kit)
	defer observe(o)()
	s.browser(t).open("/").connect("")
	view := take(t, page.ref, "the view to connect")
	large := strings.Repeat("a", 4<<20)
	for n := 0; s.kit.Stats().ConnectionsFull == 0; n++ {
		waitFor(t, func() bool { return views.Send(view, barge.Load, fmt.Sprint(n)+large) == nil })
		waitFor(t, func() bool { return handlers.Waiting(s.kit) == 0 })
		if n > 500 {
			t.Fatal("the stream takes everything")
		}
	}
	n := 1
	keep := func() {
		n++
		if err := errors.Join(views.Send(view, barge.Load, fmt.Sprint(n)+large), views.Send(view, barge.Keep, n)); err != nil {
			t.Fatal(err)
		}
	}
	keep()
	waitFor(t, func() bool {
		all := o.take()
		if n := len(all); n > 0 && all[n-1].Err == nil { // there was room after all
			o.forget()
			keep()
			return false
		}
		return len(all) >= 2
	})
	for _, a := range o.take() {
		if a.Cause != "a turn" || !errors.Is(a.Err, fault.ErrFull) {
			t.Errorf("a write for %v, which has ended with %v", a.Cause, a.Err)
		}
	}
}

// take returns the writes so far.
func (o *writes) take() []live.Activity {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.all)
}

// forget forgets them.
func (o *writes) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = nil
}
