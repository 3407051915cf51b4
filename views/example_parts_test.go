package views_test

import (
	"context"
	"fmt"
	"io"
	"regexp"

	"github.com/a-h/templ"

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
		_, err := fmt.Fprintf(w, `<p id="%s">%s: %d</p>`, views.ID(ctx), r.Label, Stars.Get(ctx))
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

func (Reviews) Praise(s *views.Socket, id string) error {
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
	b := openByHand(views.Define(Reviews{}))
	fmt.Println(b.page())
	b.send("Rate", "views_test.Rating.food", "4") // a click on views.OnClick(ctx, Rating.Rate, 4) inside it
	b.show()
	b.send("Praise", "", "music")
	b.show()
	// Output:
	// <p id="food">Food: 1</p><p id="music">Music: 1</p>
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

func (Player) Insert(s *views.Socket, title string) error {
	Playlist.InsertAt(s, 1, Track{"b", title})
	return nil
}

func (Player) Drop(s *views.Socket, id string) error {
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
	b := openByHand(views.Define(Player{}))
	fmt.Println(b.page())
	b.in.Sent()
	b.send("Insert", "", "Ballad")
	b.show()
	b.send("Drop", "", "a")
	b.show()
	// Output:
	// <ol id="tracks"><li id="track-a">Aria</li><li id="track-c">Canon</li></ol>
	// <hx-partial id="track-a" hx-swap="afterend"><li id="track-b">Ballad</li></hx-partial>
	// <hx-partial id="track-a" hx-swap="delete"></hx-partial>
}

// Form is a page that says whether it has saved.
type Form struct{}

func (Form) Mount(*views.Socket, views.NoParams) error { return nil }

func (Form) Save(s *views.Socket, name string) error {
	if name == "" {
		s.Flash(views.FlashError, "Give it a name.")
		return nil
	}
	s.Flash(views.FlashSuccess, "Saved")
	return s.Redirect("/things")
}

func (Form) Render() templ.Component { return views.Flash() }

// A message is shown by the page; with a redirect, by the page that comes next.
func ExampleFlash() {
	b := openByHand(views.Define(Form{}))
	b.send("Save", "", "")
	fmt.Println(regexp.MustCompile(`<span>(.*)</span>`).FindStringSubmatch(b.page())[1])
	b.send("Save", "", "bridge")
	to := b.in.TakeDeparture() // package handlers sends the page there
	fmt.Println(to.To, to.Flash(nil))
	// Output:
	// Give it a name.
	// /things [{success Saved}]
}

// openByHand does what package handlers does for a page.
func openByHand(def *views.Definition) *byHand {
	b := &byHand{}
	b.in = def.NewInstance(b, &views.Host{Report: func(err error) { fmt.Println(err) }})
	if err := b.in.Do(context.Background(), b.in.Mounting(views.Input{})); err != nil {
		panic(err)
	}
	return b
}

// send is an event from the browser, and the messages that it leads to.
func (b *byHand) send(event, to, value string) {
	m, err := b.in.Event(event, to, views.Input{Query: map[string][]string{"value": {value}}})
	for ok := true; ok && err == nil; {
		if err = b.in.Do(context.Background(), m); err == nil {
			m, ok, err = b.in.Inbox()
		}
	}
	if err != nil {
		panic(err)
	}
}

// show prints what the browser is told.
func (b *byHand) show() {
	r, err := b.in.Render(nil)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s\n", r.Ops)
}
