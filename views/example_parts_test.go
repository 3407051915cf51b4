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

// Vote is a component in an item: the item is forgotten once it was sent, its votes are not.
//
//	templ (Vote) Render() {
//		<button id={ views.ID(ctx) } { views.OnClick(ctx, Vote.Up)... }>{ Stars.Get(ctx) } votes</button>
//	}
type Vote struct{}

func (Vote) Mount(s *views.Socket) error { Stars.Set(s, 0); return nil }

func (Vote) Up(s *views.Socket, _ views.NoParams) error {
	Stars.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (Vote) Render() templ.Component {
	return write(func(ctx context.Context, w io.Writer) error {
		_, _ = fmt.Fprintf(w, `<button id="%s"`, views.ID(ctx))
		_ = templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, Vote.Up))
		_, err := fmt.Fprintf(w, `>%d votes</button>`, Stars.Get(ctx))
		return err
	})
}

// Poll is a page.
//
//	templ (Poll) Render() {
//		<ol id="tracks">
//			@views.Stream(Playlist, candidate)
//		</ol>
//	}
//
//	templ candidate(t Track) {
//		<li id={ Playlist.DOMID(t) }>
//			{ t.Title }
//			@views.Component("vote-"+t.ID, Vote{})
//		</li>
//	}
type Poll struct{ Player }

func (Poll) Render() templ.Component {
	return write(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<ol id="tracks">`)
		err := views.Stream(Playlist, candidate).Render(ctx, w)
		_, _ = io.WriteString(w, `</ol>`)
		return err
	})
}

func candidate(t Track) templ.Component {
	return write(func(ctx context.Context, w io.Writer) error {
		_, _ = fmt.Fprintf(w, `<li id="%s">%s `, Playlist.DOMID(t), templ.EscapeString(t.Title))
		err := views.Component("vote-"+t.ID, Vote{}).Render(ctx, w)
		_, _ = io.WriteString(w, `</li>`)
		return err
	})
}

// A component in an item takes events, also when the item was sent long ago.
func ExampleStream_components() {
	example(func(t testing.TB) {
		page := open(t, Poll{})
		page.TakeMessages()
		page.Find("#vote-c").Click()
		show(page)
		fmt.Println(page.Find("li").Texts())
	})
	// Output:
	// <hx-partial id="vote-c" hx-swap="textContent">1 votes</hx-partial>
	// [Aria 0 votes Canon 1 votes]
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
