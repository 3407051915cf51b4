package render_test

import (
	"context"
	"io"
	"sync"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// rv is a component whose methods the test supplies, by its Kind.
type rv struct{ Kind, Text string }

type rvDef struct {
	mount  func(c rv, s *views.Socket) error
	update func(c rv, s *views.Socket, before rv) error
	close  func(c rv, s *views.Socket)
	event  func(c rv, s *views.Socket) error
	render func(c rv, ctx context.Context, w io.Writer) error
}

var rvDefs sync.Map

func rvDefine(t *testing.T, kind string, d rvDef) { rvDefs.Store(t.Name()+kind, d) }

func (c rv) def() rvDef {
	d, _ := rvDefs.Load(c.Kind)
	return d.(rvDef)
}

func (c rv) Mount(s *views.Socket) error {
	if f := c.def().mount; f != nil {
		return f(c, s)
	}
	return nil
}

func (c rv) Update(s *views.Socket, before rv) error {
	if f := c.def().update; f != nil {
		return f(c, s, before)
	}
	return nil
}

func (c rv) Close(s *views.Socket) {
	if f := c.def().close; f != nil {
		f(c, s)
	}
}

func (c rv) Act(s *views.Socket, _ views.NoParams) error { return c.def().event(c, s) }

func (c rv) note(s *views.Socket, _ int) error { return nil }

func (c rv) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return c.def().render(c, ctx, w) })
}

func html(parts ...any) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			switch p := p.(type) {
			case string:
				if _, err := io.WriteString(w, p); err != nil {
					return err
				}
			case func(context.Context) string:
				if _, err := io.WriteString(w, p(ctx)); err != nil {
					return err
				}
			case templ.Component:
				if err := p.Render(ctx, w); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func placed(t *testing.T, kind, id, text string) templ.Component {
	return views.Component(id, rv{t.Name() + kind, text})
}

var rvKey = state.NewKey[string]("rv")

func rvPage(show func(ctx context.Context, w io.Writer) error) *live.Definition {
	return viewtest.Define(parts.Page{Show: func() templ.Component { return templ.ComponentFunc(show) }})
}

// rvText renders the text of a component under its own id.
func rvText(c rv, ctx context.Context, w io.Writer) error {
	return html(`<p id="`+views.ID(ctx)+`">`+c.Text+`</p>`).Render(ctx, w)
}

// rvInner renders what rvKey says where it stands.
func rvInner(_ rv, ctx context.Context, w io.Writer) error {
	return html(`<p id="i">`, rvKey.Get, `</p>`).Render(ctx, w)
}

// expectText brings a document up to date and compares its text.
func expectText(t *testing.T, in *viewtest.View, doc *htmxdom.Document, want string) {
	t.Helper()
	if err := doc.Apply(in.Patch()); err != nil {
		t.Fatal(err)
	}
	if got := viewtest.Text(shown(doc)); got != want {
		t.Errorf("shows %q, not %q", got, want)
	}
}
