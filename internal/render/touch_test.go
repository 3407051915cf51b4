package render_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var lent = state.NewKey[int]("lent")

// lender is a component whose context another one uses.
type lender struct{ to *context.Context }

func (lender) Mount(s *views.Socket) error { lent.Set(s, 0); return nil }

func (lender) Inc(s *views.Socket, by int) error {
	lent.Update(s, func(n int) int { return n + by })
	return nil
}

func (l lender) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		*l.to = ctx
		_, err := fmt.Fprintf(w, `<p id="%s">%d</p>`, views.ID(ctx), lent.Get(ctx))
		return err
	})
}

// borrower shows something in a context that it was lent.
type borrower struct {
	from *context.Context
	show func(ctx context.Context, w io.Writer) error
}

func (b borrower) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := fmt.Fprintf(w, `<div id="%s">`, views.ID(ctx)); err != nil {
			return err
		}
		if err := b.show(*b.from, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, `</div>`)
		return err
	})
}

// inner reads the keys of the component that renders it.
type inner struct{}

func (inner) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<b id="%s">%d</b>`, views.ID(ctx), lent.Get(ctx))
		return err
	})
}

// TestWhatIsReadElsewhereIsRenderedAgain has keys of a component read where it does not
// stand: there, and by a component that it renders there.
func TestWhatIsReadElsewhereIsRenderedAgain(t *testing.T) {
	reads := func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<b id="read">%d</b>`, lent.Get(ctx))
		return err
	}
	for name, show := range map[string]func(ctx context.Context, w io.Writer) error{"read": reads, "placed": views.Component("inner", inner{}).Render} {
		t.Run(name, func(t *testing.T) {
			var with context.Context
			in := viewtest.New(t, viewtest.Define(parts.Page{Show: func() templ.Component {
				return templ.Join(views.Component("a", lender{&with}), views.Component("b", borrower{&with, show}))
			}}))
			in.Mount()
			d := document(t, in.Page())
			for _, n := range []string{"1", "2"} {
				m, err := in.Event("Inc", "render_test.lender.a", params.Input{Query: url.Values{"value": {"1"}}})
				if err != nil {
					t.Fatal(err)
				}
				in.Succeed(m)
				if err := d.Apply(in.Patch()); err != nil {
					t.Fatal(err)
				}
				if got := shown(d); strings.Count(got, ">"+n+"<") != 2 {
					t.Errorf("after Inc: %s", got)
				}
			}
		})
	}
}

// TestComponentsThatChangeTogether changes several components between two renderings, in
// one another and beside one another, few and many.
func TestComponentsThatChangeTogether(t *testing.T) {
	var list []parts.Item
	for i := range 100 {
		list = append(list, parts.Item{ID: fmt.Sprint("i", i), Text: fmt.Sprint("text ", i)})
	}
	in := viewtest.New(t, viewtest.Define(parts.Page{Show: parts.List}))
	in.Set(func(s *views.Socket) { parts.Items.Set(s, list) })
	d := document(t, in.Page())
	for _, which := range [][]int{{7}, {99, 3, 50}, {0, 1}, {4, 4}} {
		many := which
		for i := range 40 {
			if len(which) == 2 {
				many = append(many, i*2)
			}
		}
		for _, i := range many {
			m, err := in.Event("Inc", fmt.Sprint("parts.Item.i", i), params.Input{Query: url.Values{"value": {"1"}}})
			if err != nil {
				t.Fatal(err)
			}
			in.Succeed(m)
		}
		if err := d.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		if want := shown(document(t, in.Page())); shown(d) != want {
			t.Fatalf("after changing %v the page shows\n%s\nis to show\n%s", many, shown(d), want)
		}
	}
}
