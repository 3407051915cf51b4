// Package board is a page of components, slow work, messages and an endless list, for the
// tests of livetest.
package board

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the page knows.
var (
	Last   = state.NewKey[string]("last") // what was liked last
	Twice  = state.NewKey[bool]("twice")  // a component is rendered twice
	Frail  = state.NewKey[bool]("frail")  // one is placed that can't be shown
	Names  = state.NewKey[[]string]("names")
	Window = state.NewKey[Span]("window")
	Report = state.NewAsync[string]("report")

	Entries = state.NewStream("entry", func(e Entry) string { return strconv.Itoa(e.Number) }).KeepLast(8)
	Written = state.NewKey[int]("written") // entries, so far
)

// Entry is an item of a stream.
type Entry struct {
	Number int
	Text   string
}

// Span is which lines the page shows, of those from 0 to 99.
type Span struct{ From, To int }

func (w Span) lines() (list []int) {
	for i := w.From; i < w.To; i++ {
		list = append(list, i)
	}
	return list
}

// Page is the page.
type Page struct {
	// Subscribe has Liked told of what is liked elsewhere. Nil does nothing.
	Subscribe func(s *views.Socket) error
}

// Params are the page's.
type Params struct {
	Lines bool `query:"lines"` // it has an endless list, which begins in the middle
}

// Mount begins with two entries.
func (p Page) Mount(s *views.Socket, q Params) error {
	window := Span{}
	if q.Lines {
		window = Span{40, 50}
	}
	s.SetTitle("Board")
	state.Assign(s, Last.To("nothing"), Twice.To(false), Frail.To(false), Names.To([]string{"tea", "milk"}), Window.To(window), Written.To(2))
	Entries.Append(s, Entry{1, "one"}, Entry{2, "two"})
	if p.Subscribe == nil {
		return nil
	}
	return p.Subscribe(s)
}

// Liked notes what was liked.
func (Page) Liked(s *views.Socket, what string) error {
	Last.Set(s, what)
	return nil
}

// Swap puts the components in the other order.
func (Page) Swap(s *views.Socket, _ views.NoParams) error {
	Names.Update(s, func(l []string) []string { l = slices.Clone(l); slices.Reverse(l); return l })
	return nil
}

// Place places one more component, once.
func (Page) Place(s *views.Socket, name string) error {
	if l := Names.Get(s); !slices.Contains(l, name) {
		Names.Set(s, append(slices.Clone(l), name))
	}
	return nil
}

// Remove takes a component away.
func (Page) Remove(s *views.Socket, name string) error {
	Names.Update(s, func(l []string) []string {
		return slices.DeleteFunc(slices.Clone(l), func(n string) bool { return n == name })
	})
	return nil
}

// PlaceTwice places a component twice.
func (Page) PlaceTwice(s *views.Socket, _ views.NoParams) error {
	Twice.Set(s, true)
	return nil
}

// PlaceFrail places a component that can't be shown.
func (Page) PlaceFrail(s *views.Socket, _ views.NoParams) error {
	Frail.Set(s, true)
	return nil
}

// Refuse returns an error for the user.
func (Page) Refuse(*views.Socket, views.NoParams) error {
	return views.Error(http.StatusConflict, "Not now.")
}

// Fail returns an error that is none for the user.
func (Page) Fail(*views.Socket, views.NoParams) error { return errors.New("the disk is full") }

// Panic panics.
func (Page) Panic(*views.Socket, views.NoParams) error {
	var list []int
	return errors.New(string(rune(list[0])))
}

// Explode is a message that panics.
func (Page) Explode(*views.Socket, views.NoParams) error { panic("boom") }

// Save says that it has.
func (Page) Save(s *views.Socket, kind string) error {
	s.Flash(views.FlashKind(kind), "Saved as "+kind+".")
	return nil
}

// Leave goes to another page and says so.
func (Page) Leave(s *views.Socket, to string) error {
	s.Flash(views.FlashSuccess, "You have left.")
	if to == "external" {
		return s.RedirectExternal("https://elsewhere.test/start?x=1")
	}
	return s.Redirect(to)
}

// LeaveLater is Leave in a minute.
func (Page) LeaveLater(s *views.Socket, to string) error {
	_, err := views.SendAfter(s, time.Minute, Page.Leave, to)
	return err
}

// Load makes the report, which takes some milliseconds.
func (Page) Load(s *views.Socket, ms int) error {
	Report.Start(s, func(ctx context.Context) (string, error) {
		return "ready", sleep(ctx, time.Duration(ms)*time.Millisecond)
	})
	return nil
}

// LoadInSteps is work that leads to more work.
func (Page) LoadInSteps(s *views.Socket, steps int) error {
	views.Start(s, func(ctx context.Context) (int, error) { return steps - 1, sleep(ctx, 10*time.Second) }, Page.loaded)
	return nil
}

func (p Page) loaded(s *views.Socket, left state.Result[int]) error {
	if left.Err != nil {
		return left.Err
	}
	if left.Value > 0 {
		return p.LoadInSteps(s, left.Value)
	}
	Last.Set(s, "all loaded")
	return nil
}

// LoadForEver never ends by itself.
func (Page) LoadForEver(s *views.Socket, _ views.NoParams) error {
	Report.Start(s, func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() })
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Write adds an entry to the stream, "end", "begin" or "middle", or changes it: "delete" takes
// the first away, "change" changes the last.
func (Page) Write(s *views.Socket, where string) error {
	ids := Entries.IDs(s)
	n := Written.Get(s) + 1
	e := Entry{n, "entry " + strconv.Itoa(n)}
	switch {
	case where == "begin":
		Entries.Prepend(s, e)
	case where == "middle":
		Entries.InsertAt(s, len(ids)/2, e)
	case where == "delete" && len(ids) > 0:
		Entries.DeleteID(s, ids[0])
		return nil
	case where == "change" && len(ids) > 0:
		last, err := strconv.Atoi(ids[len(ids)-1])
		Entries.Update(s, Entry{last, "changed after " + strconv.Itoa(n-1)})
		return err
	default:
		Entries.Append(s, e)
	}
	Written.Set(s, n)
	return nil
}

// most is how many lines the page has.
const most = 20

// Earlier adds lines at the beginning.
func (Page) Earlier(s *views.Socket, _ views.NoParams) error {
	Window.Update(s, func(w Span) Span {
		w.From = max(w.From-5, 0)
		return Span{w.From, min(w.To, w.From+most)}
	})
	return nil
}

// Later adds lines at the end.
func (Page) Later(s *views.Socket, _ views.NoParams) error {
	Window.Update(s, func(w Span) Span {
		w.To = min(w.To+5, 100)
		return Span{max(w.From, w.To-most), w.To}
	})
	return nil
}

// Away is a page that is left before it is shown.
type Away struct{ Page }

// Mount goes elsewhere.
func (Away) Mount(s *views.Socket, _ views.NoParams) error {
	s.Flash(views.FlashWarning, "Sign in first.")
	return s.Redirect("/")
}

// Site is a site with the pages.
func Site(kit *handlers.Kit, page Page) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, page))
	r.Handle("/away", handlers.View(kit, Away{page}))
	r.Handle("/plain", handlers.View(kit, views.Static("Plain", plain())))
	return r
}
