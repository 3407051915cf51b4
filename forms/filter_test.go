package forms_test

import (
	"context"
	"io"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Filter is posted by a form that has no submit.
type Filter struct {
	Text  string `form:"text" validate:"omitempty,alphanum"`
	Exact bool   `form:"exact"`
}

var (
	filters  = forms.New[Filter]("filter")
	filtered = state.NewKey[string]("filtered")
)

type filterPage struct{}

func (filterPage) Mount(s *views.Socket, _ views.NoParams) error {
	filtered.Set(s, "all")
	return nil
}

func (filterPage) Change(s *views.Socket, f *forms.Form[Filter]) error {
	switch {
	case !f.Valid():
		filtered.Set(s, "nothing")
	case f.Data.Exact:
		filtered.Set(s, "exactly "+f.Data.Text)
	default:
		filtered.Set(s, "like "+f.Data.Text)
	}
	return nil
}

func (filterPage) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := filters.Get(ctx)
		form := forms.For(filters, nil, filterPage.Change)
		if err := form.Render(templ.WithChildren(ctx, templ.Join(
			forms.Text(f.Field(&f.Data.Text), "Text"),
			forms.Checkbox(f.Field(&f.Data.Exact), "Exact"),
			templ.Raw("<noscript><button>Go</button></noscript>"),
		)), w); err != nil {
			return err
		}
		_, err := io.WriteString(w, `<p id="filtered">`+templ.EscapeString(filtered.Get(ctx))+`</p>`)
		return err
	})
}

// A form without a method for submits: Enter, and a button where no JavaScript runs, are changes. They may be
// sent again and again.
func TestASubmitOfAFormWithoutOneIsAChange(t *testing.T) {
	for _, scripts := range []bool{true, false} {
		kit := handlers.New(handlers.Config{})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.Handle("/", handlers.View(kit, filterPage{}))
		person := livetest.Serve(t, r).Person()
		if !scripts {
			person.WithoutScripts()
		}
		page := person.Open("/")
		form := page.Form("filter")
		submit := func() {
			if scripts {
				form.Field("Text").Key("Enter")
			} else {
				form.Submit("Go")
			}
		}
		form.Field("Text").Type("ab")
		submit()
		page.Expect("#filtered", "like ab")
		submit()
		page.Expect("#filtered", "like ab")
		form.Check("Exact")
		form.Field("Text").Type("abc")
		submit()
		page.Expect("#filtered", "exactly abc")
		form.Field("Text").ExpectValue("abc")
		form.Field("Text").Type("a b")
		submit()
		page.Expect("#filtered", "nothing")
		form.ExpectErrors("Text: must have letters and digits only")
		form.Field("Text").ExpectValue("a b")
	}
}
