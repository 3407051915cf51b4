package forms_test

import (
	"context"
	"io"
	"net/url"
	"strconv"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

type Row struct {
	A string `form:"a" validate:"required"`
	B string `form:"b" validate:"max=40"`
	C int    `form:"c" validate:"gte=0"`
	D string `form:"d"`
}
type Large struct {
	Rows []Row `form:"rows" validate:"dive"`
}

var large = forms.New[Large]("large")

type largePage struct{}

func (largePage) Change(*views.Socket, *forms.Form[Large]) error     { return nil }
func (largePage) Save(*views.Socket, *forms.Submission[Large]) error { return nil }

func (largePage) Mount(s *views.Socket, _ views.NoParams) error {
	l := Large{Rows: make([]Row, 50)}
	for i := range l.Rows {
		l.Rows[i] = Row{"a" + strconv.Itoa(i), "b", i, "d"}
	}
	large.Set(s, l)
	return nil
}

func (largePage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		ctx = templ.WithChildren(ctx, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			f := large.Get(ctx)
			for i := range f.Data.Rows {
				r := &f.Data.Rows[i]
				for _, c := range []templ.Component{forms.Text(f.Field(&r.A), "A"), forms.Text(f.Field(&r.B), "B"), forms.Number(f.Field(&r.C), "C"), forms.Text(f.Field(&r.D), "D")} {
					if err := c.Render(ctx, w); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		return forms.For(large, largePage.Save, largePage.Change).Render(ctx, w)
	})
}

func BenchmarkLargePage(b *testing.B) {
	v := viewtest.New(b, viewtest.Define(largePage{}))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = len(v.Page())
	}
	b.ReportMetric(float64(n), "bytes")
}

func BenchmarkLargeKey(b *testing.B) {
	v := viewtest.New(b, viewtest.Define(largePage{}))
	fields := fieldsIn(v.Page())
	b.ReportAllocs()
	n, i := 0, 0
	for b.Loop() {
		i++
		fields.Set("rows[3].a", strconv.Itoa(i))
		c, err := v.Event("Change", "", params.Input{Query: url.Values{}, Fields: fields, Source: "large-rows-3-a"})
		if err != nil {
			b.Fatal(err)
		}
		v.Succeed(c)
		n = len(v.Patch())
	}
	b.ReportMetric(float64(n), "bytes")
}
