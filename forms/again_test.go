package forms_test

import (
	"context"
	"io"
	"slices"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Pair has two fields.
type Pair struct {
	One string `form:"one" validate:"required"`
	Two string `form:"two" validate:"required"`
}

var (
	language = state.NewKey[string]("language")
	labelled []string // the paths of fields whose labels were asked for
	pairs    = forms.New[Pair]("pair", forms.WithLabels(func(ctx context.Context, path string) string {
		labelled = append(labelled, path)
		return language.Get(ctx) + " " + path
	}))
)

// pair is a page with a form.
type pair struct{}

func (pair) Mount(s *views.Socket, _ views.NoParams) error {
	language.Set(s, "en")
	pairs.Set(s, Pair{"1", "2"})
	return nil
}

func (pair) Change(*views.Socket, *forms.Form[Pair]) error     { return nil }
func (pair) Save(*views.Socket, *forms.Submission[Pair]) error { return nil }

func (pair) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := pairs.Get(ctx)
		ctx = templ.WithChildren(ctx, templ.Join(forms.Text(f.Field(&f.Data.One), ""), forms.Text(f.Field(&f.Data.Two), "")))
		return forms.For(pairs, pair.Save, pair.Change).Render(ctx, w)
	})
}

// Case 134.
func TestOnlyControlsThatHaveChangedAreRenderedAgain(t *testing.T) {
	v := viewtest.New(t, viewtest.Define(pair{}))
	fields := fieldsIn(v.Page())
	rendered := func(what string, want ...string) {
		t.Helper()
		labelled = nil
		ops := v.Patch()
		if !slices.Equal(labelled, want) {
			t.Errorf("%s renders %q, want %q; the patch: %s", what, labelled, want, ops)
		}
	}
	fields.Set("two", "")
	send(t, v, "Change", "pair-two", fields)
	rendered("a change of a field", "two")
	send(t, v, "Change", "pair-two", fields)
	rendered("no change")
	v.Set(func(s *views.Socket) { language.Set(s, "de") })
	rendered("another language", "one", "two")
}
