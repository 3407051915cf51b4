package forms_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/views"
)

// Order is a form whose lines have four fields each.
type Order struct {
	Lines []OrderLine `form:"lines" validate:"max=100,dive"`
}

// OrderLine is a line of an [Order].
type OrderLine struct {
	Article string `form:"article" validate:"required,max=40"`
	Number  int    `form:"number" validate:"gte=1"`
	Note    string `form:"note" validate:"max=200"`
	Gift    bool   `form:"gift"`
}

var orders = forms.New[Order]("order")

// order is a page with an [Order].
type order struct{ lines int }

func (o order) Mount(s *views.Socket, _ views.NoParams) error {
	data := Order{Lines: make([]OrderLine, o.lines)}
	for i := range data.Lines {
		data.Lines[i] = OrderLine{Article: fmt.Sprint("article ", i), Number: i + 1}
	}
	orders.Set(s, data)
	return nil
}

func (order) Change(*views.Socket, *forms.Form[Order]) error     { return nil }
func (order) Save(*views.Socket, *forms.Submission[Order]) error { return nil }
func (order) fields(f *forms.Form[Order], l *OrderLine) []templ.Component {
	return []templ.Component{
		forms.Text(f.Field(&l.Article), "Article"), forms.Number(f.Field(&l.Number), "Number"),
		forms.Text(f.Field(&l.Note), "Note"), forms.Checkbox(f.Field(&l.Gift), "Gift"),
	}
}

func (o order) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := orders.Get(ctx)
		body := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			for i := range f.Data.Lines {
				for _, c := range o.fields(f, &f.Data.Lines[i]) {
					if err := c.Render(ctx, w); err != nil {
						return err
					}
				}
			}
			return nil
		})
		return forms.For(orders, order.Save, order.Change).Render(templ.WithChildren(ctx, body), w)
	})
}

// benchPosted returns what the first form of a page posts.
func benchPosted(t testing.TB, page string) url.Values {
	d, err := htmxdom.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	fields, err := url.ParseQuery(d.Posted()[0])
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

// keystrokes returns a function that changes one field of an order: what was posted is decoded and validated,
// and the page rendered.
func keystrokes(t testing.TB, lines int) func() {
	v := viewtest.New(t, viewtest.Define(order{lines}))
	fields := benchPosted(t, v.FirstPage())
	v.Begin()
	source, i := "order-lines-0-note", 0
	return func() {
		i++
		fields.Set("lines[0].note", fmt.Sprint("note ", i))
		c, err := v.Event("Change", "", params.Input{Fields: fields, Source: source})
		if err == nil {
			err = v.Run(t.Context(), c)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Render(&patch.Posted{Source: source, Fields: fields, Typing: true}); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkKeystroke measures a keystroke. Most of it is in proportion to the fields.
func BenchmarkKeystroke(b *testing.B) {
	for _, lines := range []int{2, 50} {
		b.Run(fmt.Sprint(4*lines, " fields"), func(b *testing.B) {
			change := keystrokes(b, lines)
			b.ReportAllocs()
			for b.Loop() {
				change()
			}
		})
	}
}

// A field that did not change is not rendered again: that would take some 50 objects.
func TestAKeystrokeDoesNotRenderOtherFields(t *testing.T) {
	few, many := testing.AllocsPerRun(50, keystrokes(t, 2)), testing.AllocsPerRun(50, keystrokes(t, 50))
	if each := (many - few) / (4 * 48); each > 20 {
		t.Errorf("each field that did not change costs %.1f objects", each)
	}
}
