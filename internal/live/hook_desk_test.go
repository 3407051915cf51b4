package live_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// The keys of a desk and its clerk.
var (
	role   = state.NewKey[string]("role")
	served = state.NewKey[int]("served")
	busy   = state.NewKey[bool]("busy")
)

// trail is what ran, in order.
type trail struct{ lines []string }

func (l *trail) add(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *trail) take() string {
	s := strings.Join(l.lines, ", ")
	l.lines = nil
	return s
}

var errDesk = errors.New("the desk is closed")

// desk is a page with a component, and callbacks of many kinds.
type desk struct {
	*trail
	mount func(s *views.Socket) error // nil: nothing
}

func (d desk) Mount(s *views.Socket, _ views.NoParams) error {
	d.add("mount")
	served.Set(s, 0)
	if d.mount != nil {
		return d.mount(s)
	}
	return nil
}

func (d desk) HandleParams(*views.Socket, views.NoParams) error { d.add("params"); return nil }

func (d desk) Add(s *views.Socket, n int) error {
	d.add("add %s", role.Get(s))
	served.Update(s, func(m int) int { return m + n })
	return views.Send(s, desk.added, n)
}

func (d desk) Fail(s *views.Socket, _ views.NoParams) error {
	d.add("fail")
	served.Set(s, -1)
	return errDesk
}

func (d desk) Panic(*views.Socket, views.NoParams) error { panic(errDesk) }

func (d desk) Start(s *views.Socket, _ views.NoParams) error {
	views.Start(s, func(context.Context) (int, error) { return 7, nil }, desk.started)
	return nil
}

func (d desk) started(*views.Socket, state.Result[int]) error { d.add("started"); return nil }

func (d desk) added(*views.Socket, int) error { d.add("added"); return nil }

func (d desk) Submit(_ *views.Socket, r *receiving) error { d.add("submit %s", r.text); return nil }

func (d desk) Quiet(*views.Socket, views.NoParams) error { return nil }

func (d desk) Render() templ.Component {
	return templ.Join(templ.ComponentFunc(d.content), views.Component("c1", clerk{d.trail}))
}

func (d desk) content(ctx context.Context, w io.Writer) error {
	if role.Get(ctx) == "unshowable" {
		return errDesk
	}
	_, err := fmt.Fprintf(w, "<p id=served>%d %s</p>", served.Get(ctx), role.Get(ctx))
	return err
}

// clerk is its component.
type clerk struct{ *trail }

// clerkAt is its address.
const clerkAt = "live_test.clerk.c1"

func (c clerk) Mount(*views.Socket) error { c.add("clerk mounted"); return nil }

func (c clerk) Serve(s *views.Socket, _ views.NoParams) error {
	c.add("serve %s", role.Get(s))
	busy.Set(s, true)
	return views.Send(s, clerk.done, 1)
}

func (c clerk) Fail(*views.Socket, views.NoParams) error { return errDesk }

func (c clerk) done(*views.Socket, int) error { c.add("done"); return nil }

func (c clerk) Submit(_ *views.Socket, r *receiving) error { c.add("submit %s", r.text); return nil }

func (clerk) Render() templ.Component { return templ.Raw("<p id=c1></p>") }

// receiving is a parameter that reads what was posted by itself.
type receiving struct{ text string }

func (r *receiving) Receive(s *views.Socket, p views.Posted) (bool, error) {
	r.text = p.Fields.Get("text")
	role.Set(s, r.text)
	return r.text != "", nil
}

func (r *receiving) Done(*views.Socket) (bool, error) { return true, nil }

// following is a hook that notes whatever it is called for.
func (l *trail) following(name string) views.Hook {
	note := func(_ *views.Socket, c views.Callback) error {
		l.add("%s %s %s of %s%s", name, c.Kind, c.Name, c.Type, c.ID)
		return nil
	}
	return views.Hook{
		Mount:        func(*views.Socket) error { l.add("%s mount", name); return nil },
		HandleParams: func(*views.Socket) error { l.add("%s params", name); return nil },
		Event:        note, Message: note,
	}
}

// wrapping is a hook that notes when what it wraps begins and ends.
func (l *trail) wrapping(name string) views.Hook {
	h := l.following(name)
	h.Wrap = func(_ *views.Socket, c views.Callback, next func() error) error {
		l.add("%s<%s", name, c.Kind)
		err := next()
		l.add("%s>%v", name, err)
		return err
	}
	return h
}

// attach attaches a hook that follows.
func (l *trail) attach(s *views.Socket, name string) error {
	h := l.following(name)
	h.Mount = nil
	return s.Attach(name, h)
}

// openDesk mounts a desk with hooks and shows it.
func openDesk(t testing.TB, d desk, hooks ...views.Hook) *viewtest.View {
	t.Helper()
	v := viewtest.NewUnmounted(t, viewtest.Define(d), func(err error) { t.Error(err) })
	v.SetHooks(live.Face.Hooks(hooks))
	v.Mount()
	v.FirstPage()
	return v
}

func ran(t *testing.T, l *trail, want ...string) {
	t.Helper()
	if got := l.take(); got != strings.Join(want, ", ") {
		t.Errorf("what ran:\n\t%s\nwant\n\t%s", got, strings.Join(want, ", "))
	}
}

func post(t *testing.T, v *viewtest.View, event, component, value string) {
	t.Helper()
	if err := v.Post(event, component, value); err != nil {
		t.Errorf("%s: %v", event, err)
	}
}

func panics(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s does not panic", what)
		}
	}()
	f()
}
