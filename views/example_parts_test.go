package views_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What follows is written by templ in a program, from templates as the comments show them.
func write(render func(ctx context.Context, w io.Writer) error) templ.Component {
	return templ.ComponentFunc(render)
}

var Stars = state.NewKey[int]("stars")

// Rating is a component. Label is a prop.
//
//	templ (r Rating) Render() {
//		<p id={ views.ID(ctx) }>{ r.Label }: { Stars.Get(ctx) }</p>
//		<button { views.OnClick(ctx, Rating.Rate, 4)... }>4 stars for { r.Label }</button>
//	}
type Rating struct{ Label string }

func (Rating) Mount(s *views.Socket) error { Stars.Set(s, 1); return nil }

func (Rating) Rate(s *views.Socket, n int) error { Stars.Set(s, n); return nil }

func (Rating) double(s *views.Socket, _ views.NoParams) error {
	Stars.Update(s, func(n int) int { return 2 * n })
	return nil
}

func (r Rating) Render() templ.Component {
	return write(func(ctx context.Context, w io.Writer) error {
		_, _ = fmt.Fprintf(w, `<p id="%s">%s: %d</p><button`, views.ID(ctx), r.Label, Stars.Get(ctx))
		_ = templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, Rating.Rate, 4))
		_, err := fmt.Fprintf(w, `>4 stars for %s</button>`, r.Label)
		return err
	})
}

// Reviews is a page.
//
//	templ (Reviews) Render() {
//		@views.Component("food", Rating{Label: "Food"})
//		@views.Component("music", Rating{Label: "Music"})
//	}
type Reviews struct{}

func (Reviews) Mount(*views.Socket, views.NoParams) error { return nil }

func (Reviews) praise(s *views.Socket, id string) error {
	return views.Send(s.At(id), Rating.double, views.NoParams{})
}

func (Reviews) Render() templ.Component {
	return templ.Join(
		views.Component("food", Rating{Label: "Food"}),
		views.Component("music", Rating{Label: "Music"}),
	)
}

// Each component has keys of its own. Its events are for it, the page reaches it by
// its id, and what changes in it renders nothing else.
func ExampleComponent() {
	example(func(t testing.TB) {
		page := open(t, Reviews{})
		fmt.Println(page.Find("main p").Texts())
		page.TakeMessages()
		page.Button("4 stars for Food").Click()
		show(page)
		_ = views.Send(page.View(), Reviews.praise, "music")
		show(page)
	})
	// Output:
	// [Food: 1 Music: 1]
	// <hx-partial id="food" hx-swap="textContent">Food: 4</hx-partial>
	// <hx-partial id="music" hx-swap="textContent">Music: 2</hx-partial>
}

// Track is an item of a stream.
type Track struct{ ID, Title string }

// Playlist is a stream: the page has the items, the view their ids.
var Playlist = state.NewStream("track", func(t Track) string { return t.ID })

// track is an item's template.
//
//	templ track(t Track) {
//		<li id={ Playlist.DOMID(t) }>{ t.Title }</li>
//	}
func track(t Track) templ.Component {
	return templ.Raw(fmt.Sprintf(`<li id="%s">%s</li>`, Playlist.DOMID(t), templ.EscapeString(t.Title)))
}

// Player is a page.
//
//	templ (Player) Render() {
//		<ol id="tracks">
//			@views.Stream(Playlist, track)
//		</ol>
//	}
type Player struct{}

func (Player) Mount(s *views.Socket, _ views.NoParams) error {
	Playlist.Append(s, Track{"a", "Aria"}, Track{"c", "Canon"})
	return nil
}

func (Player) insert(s *views.Socket, title string) error {
	Playlist.InsertAt(s, 1, Track{"b", title})
	return nil
}

func (Player) drop(s *views.Socket, id string) error {
	Playlist.DeleteID(s, id)
	return nil
}

func (Player) Render() templ.Component {
	return write(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<ol id="tracks">`)
		err := views.Stream(Playlist, track).Render(ctx, w)
		_, _ = io.WriteString(w, `</ol>`)
		return err
	})
}

// What is new is rendered, what the page has is left alone.
func ExampleStream() {
	example(func(t testing.TB) {
		page := open(t, Player{})
		fmt.Println(page.Find("li").Texts())
		page.TakeMessages()
		_ = views.Send(page.View(), Player.insert, "Ballad")
		show(page)
		_ = views.Send(page.View(), Player.drop, "a")
		show(page)
		fmt.Println(page.Find("li").Texts())
	})
	// Output:
	// [Aria Canon]
	// <hx-partial id="track-a" hx-swap="afterend"><li id="track-b">Ballad</li></hx-partial>
	// <hx-partial id="track-a" hx-swap="delete"></hx-partial>
	// [Ballad Canon]
}

// Form is a page that says whether it has saved.
type Form struct{}

func (Form) Mount(*views.Socket, views.NoParams) error { return nil }

func (Form) save(s *views.Socket, name string) error {
	if name == "" {
		s.Flash(views.FlashError, "Give it a name.")
		return nil
	}
	s.Flash(views.FlashSuccess, "Saved")
	return s.Redirect("/?saved")
}

func (Form) Render() templ.Component { return views.Flash() }

// A message is shown by the page; with a redirect, by the page that comes next.
func ExampleFlash() {
	example(func(t testing.TB) {
		page := open(t, Form{})
		_ = views.Send(page.View(), Form.save, "")
		fmt.Println(page.Flash(views.FlashError))
		_ = views.Send(page.View(), Form.save, "bridge")
		page.WaitFor("the next page", func() bool { return page.Path() == "/?saved" })
		fmt.Println(page.Flash(views.FlashSuccess))
	})
	// Output:
	// Give it a name.
	// Saved
}
