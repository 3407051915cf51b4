package live

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/state"
)

// silent is a connection that takes everything.
type silent struct{ Conn }

func (silent) Send(string, []byte) bool { return true }

type blank struct{}

func blankView() *View {
	def := &Definition{
		Value: blank{}, Kind: &render.Kind{Type: reflect.TypeFor[blank](), Name: "blank", Render: func(any) templ.Component { return templ.NopComponent }},
		Mount: func(state.Writer, params.Input) error { return nil },
	}
	return NewHand(def, func(error) {}).View
}

// walk is what an event does of which an observer would be told.
func walk(v *View, conn Conn) {
	j := job{call: Call{Name: "x", kind: ActivityEvent}}
	v.noteQueued(&j)
	t := turn{}
	t.activity = v.beginTurn(context.Background(), j.activity)
	a, _ := v.beginCallback(j)
	a.note(v.tree.Root(), &j.call)
	v.tell(a.endCallback(0, nil))
	_ = v.causeOf(context.Background())
	v.BeginRender()
	v.EndRender(render.Rendered{}, nil)
	v.give(conn, message{ID: 1})
	v.endTurn(&t, 0, nil)
}

// counting is an observer that counts.
type counting struct{ begun, ended int }

func (c *counting) Cause(context.Context) any { return nil }

func (c *counting) Begin(ctx context.Context, _ *Activity) context.Context {
	c.begun++
	return ctx
}

func (c *counting) End(*Activity) { c.ended++ }

// Case 436: without an observer, nothing is allocated for one.
func TestNothingIsAllocatedWithoutAnObserver(t *testing.T) {
	v := blankView()
	var conn Conn = silent{}
	id := testing.AllocsPerRun(100, func() { conn.Send(v.idOf(1), nil) }) // which the connection is given, too
	if n := testing.AllocsPerRun(100, func() { walk(v, conn) }) - id; n != 0 {
		t.Errorf("%v allocations", n)
	}
	c := &counting{}
	v.host.Observe(c)
	if n := testing.AllocsPerRun(100, func() { walk(v, conn) }) - id; n < 1 {
		t.Errorf("%v allocations with an observer: what is measured?", n)
	}
	if c.begun != c.ended || c.begun != 3*101 {
		t.Errorf("%d activities begun, %d ended", c.begun, c.ended)
	}
	v.host.Observe(nil)
	if n := testing.AllocsPerRun(100, func() { walk(v, conn) }) - id; n != 0 {
		t.Errorf("%v allocations once it has gone", n)
	}
}

// An activity's callbacks, in and outside of renderings, and their errors.
func TestWhereTheTimeOfATurnGoes(t *testing.T) {
	v := blankView()
	v.host.Observe(&counting{})
	j := job{call: Call{Name: "x", kind: ActivityEvent}}
	v.noteQueued(&j)
	a := v.beginTurn(context.Background(), j.activity)
	call := func(j job, err error) {
		a, _ := v.beginCallback(j)
		v.tell(a.endCallback(time.Millisecond, err))
	}
	call(j, nil)
	own := a.Own
	call(job{call: Call{isMessage: true}}, errors.New("of a message"))
	ran := a.Ran
	v.BeginRender()
	call(job{}, nil)
	v.EndRender(render.Rendered{Bytes: 7}, nil)
	switch {
	case own <= 0 || ran <= own:
		t.Errorf("its own callback took %v, with the message %v", own, ran)
	case a.Ran != ran || a.Rendered <= 0:
		t.Errorf("a callback in a rendering counts twice: ran %v, then %v, rendered %v", ran, a.Ran, a.Rendered)
	case a.Callbacks != 3:
		t.Errorf("%d callbacks", a.Callbacks)
	case a.Err != nil:
		t.Errorf("a message's error is the event's: %v", a.Err)
	}
}
