package views_test

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var Likes = state.NewKey[int]("likes")

// Post is a page. In a program its Render is written as a templ template:
//
//	templ (Post) Render() {
//		<p id="likes">{ Likes.Get(ctx) }</p>
//		<button { views.OnClick(ctx, Post.Like, 1)... }>Like</button>
//	}
type Post struct{}

func (Post) Mount(s *views.Socket, _ views.NoParams) error { Likes.Set(s, 41); return nil }

func (Post) Like(s *views.Socket, n int) error {
	Likes.Update(s, func(have int) int { return have + n })
	return nil
}

func (Post) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := fmt.Fprintf(w, `<p id="likes">%d</p><button`, Likes.Get(ctx)); err != nil {
			return err
		}
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, Post.Like, 1)); err != nil {
			return err
		}
		_, err := io.WriteString(w, `>Like</button>`)
		return err
	})
}

// Package handlers does this for each page that is opened and each event that it sends.
func Example() {
	in := views.Define(Post{}).NewInstance(&quiet{}, &views.Host{})
	ctx := context.Background()
	if err := in.Do(ctx, in.Mounting(views.Input{})); err != nil {
		panic(err)
	}
	html, _, err := in.Page()
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s\n", html)

	event, err := in.Event("Like", "", views.Input{Query: map[string][]string{"value": {"1"}}})
	if err != nil {
		panic(err)
	}
	if err := in.Do(ctx, event); err != nil {
		panic(err)
	}
	patch, err := in.Render(nil)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s\n", patch.Ops)
	// Output:
	// <p id="likes">41</p><button hx-post="?event=Like&amp;value=1" hx-sync="main:queue all">Like</button>
	// <hx-partial id="likes" hx-swap="textContent">42</hx-partial>
}

// Attributes for events other than clicks: here a search while one types.
func ExampleOn() {
	page := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return templruntime.RenderAttributes(ctx, w, w, "div", views.On(ctx, views.Trigger{On: "keydown", From: "window", Throttle: time.Second}, search.Find))
	})
	in := views.Define(search{page}).NewInstance(&quiet{}, &views.Host{})
	html, _, err := in.Page()
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s\n", html)
	// Output: hx-post="?event=Find&amp;typing" hx-sync="main:queue all" hx-trigger="keydown from:window throttle:1000ms"
}

type search struct{ page templ.Component }

func (search) Mount(*views.Socket, views.NoParams) error { return nil }

func (search) Find(*views.Socket, string) error { return nil }

func (s search) Render() templ.Component { return s.page }
