package uploads_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

var (
	shelfRows = state.NewKey[[]string]("shelf rows")
	rowTaken  = state.NewKey[string]("row taken")
)

// shelf is a page with a list of components that take files.
type shelf struct{ files *uploads.Upload }

func (shelf) Mount(s *views.Socket, _ views.NoParams) error {
	shelfRows.Set(s, []string{"a", "b"})
	return nil
}

func (shelf) Remove(s *views.Socket, id string) error {
	shelfRows.Update(s, func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(r string) bool { return r == id })
	})
	return nil
}

func (p shelf) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		io.WriteString(w, `<h1 id="title">Shelf</h1><ul id="rows">`)
		err := views.Each(shelfRows.Get(ctx), func(id string) string { return id }, func(id string) templ.Component {
			return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				fmt.Fprintf(w, `<li id="row-%s">`, id)
				if err := views.Component(id, row(p)).Render(ctx, w); err != nil {
					return err
				}
				element(w, "button", append(views.OnClick(ctx, shelf.Remove, id), templ.KV[string, any]("id", "remove-"+id)))
				_, err := io.WriteString(w, "Remove "+id+"</button></li>")
				return err
			})
		}).Render(ctx, w)
		io.WriteString(w, "</ul>")
		return err
	})
}

// row is a component that takes files.
type row struct{ files *uploads.Upload }

func (r row) Mount(s *views.Socket) error {
	r.files.Allow(s)
	rowTaken.Set(s, "")
	return nil
}

func (row) Chosen(*views.Socket, *uploads.Event) error { return nil }

func (r row) Take(s *views.Socket, _ struct{}) error {
	taken := ""
	err := r.files.Consume(s, func(f uploads.File) error {
		b, err := io.ReadAll(f)
		taken += f.Name + " " + string(b)
		return err
	})
	rowTaken.Set(s, taken)
	return err
}

func (r row) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		b := uploads.Bind(ctx, r.files, row.Chosen)
		fmt.Fprintf(w, `<label id="%s-label">File `, b.Name())
		element(w, "input", b.AtOnce())
		fmt.Fprintf(w, `</label><p id="%s-files">`, b.Name())
		for _, e := range r.files.Entries(ctx) {
			fmt.Fprintf(w, "%s %v", e.Name, e.Done)
		}
		fmt.Fprintf(w, `</p><p id="%s-taken">%s</p>`, b.Name(), rowTaken.Get(ctx))
		element(w, "button", append(views.OnClick(ctx, row.Take), templ.KV[string, any]("id", b.Name()+"-take")))
		_, err := io.WriteString(w, "Take</button>")
		return err
	})
}

func TestUploadsOfComponentsInAList(t *testing.T) {
	s := &site{dir: t.TempDir()}
	s.store = uploads.NewStore(s.dir, 1<<20)
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, shelf{uploads.New("row", uploads.Config{Store: s.store})}))
	page := livetest.Open(t, http.Handler(r), "/")
	a, b := page.Find("#row-a"), page.Find("#row-b")
	a.Field("File").ChooseFiles(livetest.File{Name: "of-a.txt", Content: "A"})
	b.Field("File").ChooseFiles(livetest.File{Name: "of-b.txt", Content: "B"})
	page.Expect("#row--a-files", "of-a.txt true")
	page.Expect("#row--b-files", "of-b.txt true")
	if n := len(s.files(t)); n != 2 {
		t.Errorf("%d files wait", n)
	}
	page.Button("Remove a").Click() // and its file with it
	waitFor(t, "one file", func() bool { return len(s.files(t)) == 1 })
	b.Button("Take").Click()
	page.Expect("#row--b-taken", "of-b.txt B")
	page.Expect("#row--b-files", "")
	s.nothingLeft(t)
}
