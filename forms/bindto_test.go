package forms_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// Entry is what an ordinary handler takes.
type Entry struct {
	Name string `form:"name" validate:"required"`
	Age  int    `form:"age,omitempty" validate:"gte=18"`
}

var entries = forms.New[Entry]("entry")

// entrance is a page whose form is posted to /enter.
type entrance struct{}

func (entrance) Mount(s *views.Socket, _ views.NoParams) error      { return nil }
func (entrance) Change(_ *views.Socket, _ *forms.Form[Entry]) error { return nil }
func (entrance) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := entries.Get(ctx)
		b := forms.BindTo(ctx, entries, "/enter", entrance.Change)
		ctx = b.Context(ctx)
		if _, err := io.WriteString(w, "<form"); err != nil {
			return err
		}
		if err := templruntime.RenderAttributes(ctx, w, w, "form", b.Attrs()); err != nil {
			return err
		}
		if _, err := io.WriteString(w, ">"); err != nil {
			return err
		}
		defer func() { _, _ = io.WriteString(w, "</form>") }()
		return templ.Join(b.Hidden(), forms.Text(f.Field(&f.Data.Name), "Name"), forms.Number(f.Field(&f.Data.Age), "Age"), forms.Submit("Enter", "")).Render(ctx, w)
	})
}

// A form that an ordinary handler takes is validated live, and posted by the browser itself, with scripts and without.
func TestAnOrdinaryHandlerTakesAForm(t *testing.T) {
	for _, scripts := range []bool{true, false} {
		var got *forms.Form[Entry]
		kit := handlers.New(handlers.Config{})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.Handle("/", handlers.View(kit, entrance{}))
		r.Post("/enter", func(w http.ResponseWriter, r *http.Request) {
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			f, err := entries.Decode(r.Context(), r.PostForm)
			if err != nil {
				t.Error(err)
			}
			got = f
			http.Redirect(w, r, "/", http.StatusSeeOther)
		})
		person := livetest.Serve(t, r).Person()
		if !scripts {
			person.WithoutScripts()
		}
		page := person.Open("/")
		form := page.Form("Enter")
		form.Fill("Age", "12x")
		if scripts {
			form.ExpectError("Age", "must be a number")
		}
		form.Fill("Name", "Ann")
		form.Submit()
		if got == nil || got.Valid() || got.Data.Name != "Ann" {
			t.Fatalf("scripts %v: the handler got %+v", scripts, got)
		}
		form.Fill("Name", "Ann")
		form.Fill("Age", "30")
		form.Submit()
		if !got.Valid() || got.Data != (Entry{"Ann", 30}) {
			t.Errorf("scripts %v: the handler got %+v", scripts, got.Data)
		}
	}
}
