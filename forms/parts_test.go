package forms_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Card is what each of the components of a deck has a form of.
type Card struct {
	Title string `form:"title" validate:"required"`
	Size  int    `form:"size,omitempty" validate:"max=9"`
	Lines []Line `form:"lines" validate:"dive"`
}

// Line is a row of a card.
type Line struct {
	Text string `form:"text" validate:"required"`
}

var (
	cardForm = forms.New[Card]("card")
	saved    = state.NewKey[string]("saved")
)

// card is a component with a form.
type card struct{ Name string }

func (card) Mount(s *views.Socket) error {
	cardForm.Set(s, Card{Lines: make([]Line, 1)})
	saved.Set(s, "")
	return nil
}
func (card) Change(*views.Socket, *forms.Form[Card]) error { return nil }
func (card) Save(s *views.Socket, f *forms.Submission[Card]) error {
	saved.Set(s, fmt.Sprint(f.Data))
	f.Reset(Card{Lines: make([]Line, 1)})
	return nil
}

func (c card) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		f := cardForm.Get(ctx)
		in := []templ.Component{forms.Text(f.Field(&f.Data.Title), c.Name+" title"), forms.Number(f.Field(&f.Data.Size), c.Name+" size")}
		for i := range f.Data.Lines {
			in = append(in, forms.Text(f.Field(&f.Data.Lines[i].Text), fmt.Sprint(c.Name, " line ", i)))
		}
		in = append(in, forms.Submit("Save "+c.Name, ""), templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			_, err := fmt.Fprintf(w, `<output id="saved-%s">%s</output>`, c.Name, saved.Get(ctx))
			return err
		}))
		return forms.For(cardForm, card.Save, card.Change).Render(templ.WithChildren(ctx, templ.Join(in...)), w)
	})
}

// deck is a page of many cards.
type deck struct{ names []string }

func (deck) Mount(*views.Socket, views.NoParams) error { return nil }
func (d deck) Render() templ.Component {
	var all []templ.Component
	for _, name := range d.names {
		all = append(all, views.Component(name, card{name}))
	}
	return templ.Join(all...)
}

// deckSite serves a deck, from processes that share secrets.
func deckSite(names ...string) *chi.Mux {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler), Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}}})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, deck{names}))
	return r
}

// Case 124: components that have forms of one key are each other's in nothing, with scripts and without, also after a
// restart.
func TestComponentsWithTheSameForm(t *testing.T) {
	for _, scripts := range []bool{true, false} {
		person := livetest.Serve(t, deckSite("a", "b")).Person()
		if !scripts {
			person.WithoutScripts()
		}
		page := person.Open("/")
		value := func(label, want string) {
			t.Helper()
			if got := page.Field(label).Value(); got != want {
				t.Errorf("scripts %v: %s is %q, not %q", scripts, label, got, want)
			}
		}
		page.Field("a title").Fill("first")
		page.Field("b title").Fill("second")
		page.Field("b size").Fill("12x")
		page.Field("b line 0").Fill("text")
		if scripts {
			page.Site().Restart(deckSite("a", "b"))
		}
		page.Button("Save b").Click()
		value("b title", "second")
		value("b size", "12x")
		if form := page.Form("card-b"); form.Error("b size") != "must be a number" {
			t.Errorf("scripts %v: b says %v", scripts, form.Errors())
		}
		if errors := page.Form("card-a").Errors(); len(errors) > 0 {
			t.Errorf("scripts %v: a says %v", scripts, errors)
		}
		if scripts {
			value("a title", "first")
		}
		page.Field("b size").Fill("7")
		page.Button("Save b").Click()
		if a, b := page.Find("#saved-a").Text(), page.Find("#saved-b").Text(); a != "" || b != "{second 7 [{text}]}" {
			t.Errorf("scripts %v: saved %q and %q", scripts, a, b)
		}
		value("b title", "")
		page.Field("a title").Fill("first")
		page.Field("a line 0").Fill("x")
		page.Button("Save a").Click()
		if a, b := page.Find("#saved-a").Text(), page.Find("#saved-b").Text(); a != "{first 0 [{x}]}" || b != "{second 7 [{text}]}" {
			t.Errorf("scripts %v: saved %q and %q", scripts, a, b)
		}
	}
}

// The number of one component's form is not one of another's.
func TestANumberIsOfOneComponent(t *testing.T) {
	p := openRaw(t, deckSite("a", "b"))
	numbers := numberIn.FindAllStringSubmatch(p.html, -1)
	to := regexp.MustCompile(`event=Change&amp;to=([^&"]*)`).FindAllStringSubmatch(p.html, -1)
	if len(numbers) != 2 || numbers[0][1] == numbers[1][1] || len(to) < 4 {
		t.Fatalf("numbers %v, components %v", numbers, to)
	}
	b := to[len(to)-1][1]
	w := p.post("Change&to="+b, "input#card-b-title", url.Values{"sb-form": {numbers[0][1]}, "title": {"x"}})
	if w.Code != 409 || !strings.Contains(w.Body.String(), "was changed elsewhere") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Case 123: a view recovers 32 forms; a page that has more goes on.
func TestMoreFormsThanAreRecovered(t *testing.T) {
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("n%d", i))
	}
	page := livetest.Open(t, deckSite(names...), "/")
	for _, name := range names {
		page.Field(name + " title").Fill("title of " + name)
	}
	page.Site().Restart(deckSite(names...))
	kept := 0
	for _, name := range names {
		if page.Field(name+" title").Value() == "title of "+name {
			kept++
		}
	}
	if kept != 32 {
		t.Errorf("%d forms are as they were filled in", kept)
	}
	page.Field("n39 title").Fill("the last")
	page.Field("n39 line 0").Fill("x")
	page.Button("Save n39").Click()
	if got := page.Find("#saved-n39").Text(); got != "{the last 0 [{x}]}" {
		t.Errorf("saved %q", got)
	}
}
