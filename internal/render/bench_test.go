package render_test

import (
	"context"
	"io"
	"net/url"
	"slices"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/sample"
	"github.com/sideband-go/sideband/views"
)

// turns are the callbacks that a benchmark does in turn, so that the view is in the same
// states again and again.
func turns(b *testing.B, view *live.Definition, callbacks ...func(s *views.Socket)) {
	b.Helper()
	in := viewtest.New(b, view)
	in.Page()
	messages := make([]live.Call, len(callbacks))
	for i, f := range callbacks {
		messages[i] = viewtest.Callback("change", func(s *views.Socket) error { f(s); return nil })
		in.Succeed(messages[i])
		in.Patch()
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		in.Succeed(messages[i%len(messages)])
		r, err := in.Render(nil)
		if err != nil || len(r.Ops) == 0 {
			b.Fatalf("%q, %v", r.Ops, err)
		}
		i++
	}
}

// BenchmarkCounter is an event from its decoding to the operations.
func BenchmarkCounter(b *testing.B) {
	in := viewtest.New(b, viewtest.Define(sample.Counter{}))
	in.Page()
	b.ReportAllocs()
	for b.Loop() {
		m, err := in.Event("Add", "", params.Input{Query: url.Values{"event": {"Add"}, "value": {"1"}}})
		if err != nil {
			b.Fatal(err)
		}
		in.Succeed(m)
		if r, err := in.Render(nil); err != nil || len(r.Ops) == 0 {
			b.Fatalf("%q, %v", r.Ops, err)
		}
	}
}

// BenchmarkTable is what is done to a thousand rows, from the callback to the operations.
func BenchmarkTable(b *testing.B) {
	rows := func(change func(rows []sample.Row) []sample.Row) func(*views.Socket) {
		return func(s *views.Socket) {
			sample.Rows.Update(s, func(rows []sample.Row) []sample.Row { return change(slices.Clone(rows)) })
		}
	}
	label := func(text string, each int) func(*views.Socket) {
		return rows(func(rows []sample.Row) []sample.Row {
			for i := 0; i < len(rows); i += each {
				rows[i].Label = text
			}
			return rows
		})
	}
	choose := func(id int) func(*views.Socket) {
		return func(s *views.Socket) { sample.Selected.Set(s, id) }
	}
	full := sample.Some(1000)
	put := func(list []sample.Row) func(*views.Socket) {
		return func(s *views.Socket) { sample.Rows.Set(s, list) }
	}
	for _, op := range []struct {
		name  string
		turns []func(*views.Socket)
	}{
		{"label", []func(*views.Socket){label("large blue chair", 1000), label("small pink mouse", 1000)}},
		{"select", []func(*views.Socket){choose(400), choose(401)}},
		{"swap", []func(*views.Socket){rows(func(rows []sample.Row) []sample.Row {
			rows[1], rows[998] = rows[998], rows[1]
			return rows
		})}},
		{"remove and put back", []func(*views.Socket){rows(func(rows []sample.Row) []sample.Row { return slices.Delete(rows, 400, 401) }), put(full)}},
		{"every 10th", []func(*views.Socket){label("large blue chair", 10), label("small pink mouse", 10)}},
		{"clear and create", []func(*views.Socket){put(nil), put(full)}},
	} {
		b.Run(op.name, func(b *testing.B) { turns(b, viewtest.Define(sample.Table{}), op.turns...) })
	}
}

// BenchmarkOnClick is one binding, as it stands a thousand times in a table.
func BenchmarkOnClick(b *testing.B) {
	in := viewtest.New(b, viewtest.Define(probe{}))
	probed = func(ctx context.Context) {
		b.ReportAllocs()
		i := 0
		for b.Loop() {
			views.OnClick(ctx, probe.Click, i%1000)
			i++
		}
	}
	in.Page()
}

// probe is a page whose template is a function.
type probe struct{}

var probed func(ctx context.Context)

func (probe) Mount(*views.Socket, views.NoParams) error { return nil }

func (probe) Click(*views.Socket, int) error { return nil }

func (probe) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, _ io.Writer) error {
		probed(ctx)
		return nil
	})
}
