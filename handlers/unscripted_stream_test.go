package handlers_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// entries is a stream of [book].
var entries = state.NewStream("entry", func(text string) string { return text })

// book is a page with a stream that works without JavaScript.
type book struct{ rendered *atomic.Int64 }

func (book) Mount(s *views.Socket, _ views.NoParams) error {
	entries.Append(s, "one", "two")
	return nil
}
func (book) Write(s *views.Socket, text string) error { entries.Append(s, text); return nil }
func (book) Nothing(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Nothing")
	return nil
}

func (b book) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<button"); err != nil {
			return err
		}
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.Button(ctx, book.Write, "more")); err != nil {
			return err
		}
		if _, err := io.WriteString(w, `>Write</button><ul id="list">`); err != nil {
			return err
		}
		defer func() { _, _ = io.WriteString(w, "</ul>") }()
		return views.Stream(entries, func(text string) templ.Component {
			return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
				b.rendered.Add(1)
				_, err := fmt.Fprintf(w, `<li id="%s">%s</li>`, entries.DOMID(text), text)
				return err
			})
		}).Render(ctx, w)
	})
}

func bookSite(t *testing.T) (*site, *atomic.Int64) {
	t.Helper()
	rendered := new(atomic.Int64)
	return newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) { r.Handle("/book", handlers.View(kit, book{rendered})) }), rendered
}

// Case 248. A page that shows a stream keeps its state through the first event, too: it is not remounted.
func TestAStreamWithoutScripts(t *testing.T) {
	s, _ := bookSite(t)
	p := s.browser(t).open("/book")
	for _, text := range []string{"three", "four"} {
		page, _ := p.back(p.native("event=Write&value="+text, nil))
		for _, item := range []string{"one", "two", "three", text} {
			if !strings.Contains(page.body, "<li id=\"entry-"+item) {
				t.Errorf("after %s the page lacks %s: %s", text, item, page.body)
			}
		}
	}
	if n := s.kit.Stats().Remounts; n != 0 {
		t.Errorf("%d remounts", n)
	}
}

// The view does not keep the items of a page that has connected: only new ones are rendered.
func TestAStreamOfAPageThatConnects(t *testing.T) {
	for _, before := range []string{"", "event=Nothing", "event=Write&value=three"} {
		s, rendered := bookSite(t)
		p := s.browser(t).open("/book")
		if before != "" {
			p.post(before, nil)
		}
		p.connect("0")
		if before != "" {
			p.message()
		}
		rendered.Store(0)
		p.post("event=Write&value=last", nil)
		if _, message := p.message(); !strings.Contains(message, "last") || strings.Contains(message, ">one<") {
			t.Errorf("after %q the page gets %s", before, message)
		}
		if n := rendered.Load(); n != 1 {
			t.Errorf("after %q %d items were rendered", before, n)
		}
		// What nobody has connected to is not lost, either.
		if page := s.browser(t).open("/book"); strings.Count(page.html, "<li ") != 2 {
			t.Errorf("a page shows %s", page.html)
		}
	}
}
