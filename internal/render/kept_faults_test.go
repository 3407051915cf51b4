package render_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the authors of these pages have done wrong.
var (
	notes   = state.NewStream("note", func(id string) string { return id })
	replies = state.NewStream("reply", func(id string) string { return id })
	hides   = state.NewKey[bool]("hides")
)

// wrong is a page of notes. Each has a component, which stands in a tag in the first two.
type wrong struct{ tag string }

func (p wrong) Mount(s *views.Socket, _ views.NoParams) error {
	notes.Append(s, "a", "b")
	return nil
}

func (p wrong) Render() templ.Component {
	return write("<ul>", views.Stream(notes, func(id string) templ.Component {
		at := notes.DOMID(id)
		if p.tag == "" {
			return views.Component(at, thread{})
		}
		tag := p.tag
		if id > "b" {
			tag = "section"
		}
		return write(fmt.Sprintf("<%s id=%q>", tag, at), views.Component("in-"+at, thread{}), "</"+tag+">")
	}), "</ul>")
}

// thread has a stream of its own, which it may hide.
type thread struct{}

func (thread) Mount(s *views.Socket) error {
	hides.Set(s, false)
	replies.Append(s, s.ID())
	return nil
}

func (thread) Hide(s *views.Socket, is bool) error {
	hides.Set(s, is)
	return nil
}

func (thread) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var content templ.Component = templ.NopComponent
		if !hides.Get(ctx) {
			content = views.Stream(replies, func(id string) templ.Component { return write(fmt.Sprintf("<b id=%q></b>", replies.DOMID(id))) })
		}
		return write(fmt.Sprintf("<div id=%q>", views.ID(ctx)), content, "</div>").Render(ctx, w)
	})
}

// write writes texts and components.
func write(parts ...any) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, part := range parts {
			c, ok := part.(templ.Component)
			if !ok {
				c = templ.Raw(part.(string))
			}
			if err := c.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// The parser ends a <p> where a <div> begins.
func TestComponentsInItemsThatBrowsersRearrange(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(wrong{tag: "p"}))
	in.FirstPage()
	for _, id := range []string{"c", "d"} {
		in.Set(func(s *views.Socket) { notes.Append(s, id) })
		if ops := in.Patch(); !strings.Contains(ops, `id="in-note-`+id) {
			t.Errorf("%s is missing: %s", id, ops)
		}
	}
}

// A component in an item that has lost items of a stream of its own has not failed.
func TestAComponentInAnItemHasNotAlwaysShownItsStream(t *testing.T) {
	in, reports := viewtest.NewReporting(t, viewtest.Define(wrong{}))
	in.FirstPage()
	for _, is := range []bool{true, false} {
		if err := in.Post("Hide", "render_test.thread.note-a", fmt.Sprint(is)); err != nil {
			t.Fatal(err)
		}
		w, err := in.Tree.Whole(nil)
		if ops := string(w.Ops); err != nil || strings.Contains(ops, "sb-broken") {
			t.Errorf("hides %v: %s %v", is, ops, err)
		}
	}
	if len(*reports) != 1 || !strings.Contains((*reports)[0], "not always shown") {
		t.Errorf("reports: %v", *reports)
	}
}
