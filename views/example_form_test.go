package views_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Letter is what the form posts.
type Letter struct {
	Text string `form:"text"`
}

var Draft = state.NewKey[string]("draft")

// Desk is a page with a form. In a program its Render is written as a templ template:
//
//	templ (Desk) Render() {
//		{{ views.Recover(ctx, "letter", Desk.Change) }}
//		<form id="letter" { views.OnSubmit(ctx, Desk.Post)... }>
//			@views.TicketField()
//			<input id="text" name="text" aria-label="Text" value={ Draft.Get(ctx) } { views.OnInput(ctx, Desk.Change)... }/>
//			<button>Post</button>
//		</form>
//		@views.Flash()
//	}
type Desk struct{}

func (Desk) Mount(s *views.Socket, _ views.NoParams) error { Draft.Set(s, ""); return nil }

func (Desk) Change(s *views.Socket, l Letter) error { Draft.Set(s, l.Text); return nil }

func (Desk) Post(s *views.Socket, l Letter) error {
	if l.Text == "" {
		return views.Error(http.StatusUnprocessableEntity, "There is nothing to post.")
	}
	s.Flash(views.FlashSuccess, "Posted: "+l.Text)
	Draft.Set(s, "")
	return nil
}

func (Desk) Render() templ.Component {
	return write(func(ctx context.Context, w io.Writer) error {
		views.Recover(ctx, "letter", Desk.Change)
		_, _ = io.WriteString(w, `<form id="letter"`)
		_ = templruntime.RenderAttributes(ctx, w, w, "form", views.OnSubmit(ctx, Desk.Post))
		_, _ = io.WriteString(w, `>`)
		_ = views.TicketField().Render(ctx, w)
		_, _ = fmt.Fprintf(w, `<input id="text" name="text" aria-label="Text" value="%s"`, templ.EscapeString(Draft.Get(ctx)))
		_ = templruntime.RenderAttributes(ctx, w, w, "input", views.OnInput(ctx, Desk.Change))
		_, _ = io.WriteString(w, `><button>Post</button></form>`)
		return views.Flash().Render(ctx, w)
	})
}

// office is a program with the page. All that run have the same secrets.
func office() http.Handler {
	kit := handlers.New(handlers.Config{Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte("s"), 32)}}})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, Desk{}))
	return r
}

// A restart, as a deploy makes one, loses nothing of what was typed: the page tells the new view.
func ExampleRecover() {
	example(func(t testing.TB) {
		site := livetest.Serve(t, office())
		page := site.Open("/")
		page.Field("Text").Fill("Dear Ann")
		site.Restart(office())
		fmt.Println(page.Field("Text").Value())
		fmt.Println(Draft.Get(page.Context()))
	})
	// Output:
	// Dear Ann
	// Dear Ann
}

// With its ticket a form is posted by browsers without JavaScript, too.
func ExampleTicketField() {
	example(func(t testing.TB) {
		person := livetest.Serve(t, office()).Person().WithoutScripts()
		page := person.Open("/")
		page.Form("Post").Submit()
		fmt.Println(page.Notice())
		page.Form("Post").Fill("Text", "Dear Ann")
		page.Form("Post").Submit()
		fmt.Println(page.Flash(views.FlashSuccess))
	})
	// Output:
	// There is nothing to post.
	// Posted: Dear Ann
}
