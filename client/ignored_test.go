package client_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	inner    = state.NewKey[int]("inner")
	ignored  = state.NewKey[bool]("ignored")
	taps     = state.NewKey[int]("taps")
	innerLog = state.NewStream("innerlog", func(n int) string { return fmt.Sprint(n) })
)

// tap is a component.
type tap struct{}

func (tap) Mount(s *views.Socket) error {
	taps.Set(s, 0)
	return nil
}

func (tap) Tap(s *views.Socket, _ views.NoParams) error {
	taps.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (tap) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return element(ctx, w, "button", fmt.Sprint("Tap ", taps.Get(ctx)), views.OnClick(ctx, tap.Tap))
	})
}

// box is a page with a region, a list, a stream and a component in an element that is ignored, or not.
type box struct{}

func (box) Mount(s *views.Socket, _ views.NoParams) error {
	state.Assign(s, inner.To(1), ignored.To(true))
	innerLog.Reset(s, 1)
	return nil
}

func (box) Grow(s *views.Socket, _ views.NoParams) error {
	inner.Update(s, func(n int) int { return n + 1 })
	innerLog.Append(s, inner.Get(s))
	return nil
}

func (box) Turn(s *views.Socket, on bool) error {
	ignored.Set(s, on)
	return nil
}

func (box) Render() templ.Component {
	text := func(id string) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			_, err := fmt.Fprintf(w, `<p id="%s">%d</p>`, id, inner.Get(ctx))
			return err
		})
	}
	item := func(n int) templ.Component {
		return templ.Raw(fmt.Sprintf(`<li id="list-%d">%d</li>`, n, n))
	}
	logged := func(n int) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			_, err := fmt.Fprintf(w, `<li id="%s">%d</li>`, innerLog.DOMID(n), n)
			return err
		})
	}
	region := func(ctx context.Context, w io.Writer, id string) error {
		return views.Region(id).Render(templ.WithChildren(ctx, text(id)), w)
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		attribute := ""
		if ignored.Get(ctx) {
			attribute = " sb-ignore"
		}
		_, _ = fmt.Fprintf(w, `<div id="box"%s>`, attribute)
		if err := region(ctx, w, "in"); err != nil {
			return err
		}
		list := make([]int, inner.Get(ctx))
		for i := range list {
			list[i] = i + 1
		}
		_, _ = io.WriteString(w, `<ul id="list">`)
		if err := views.Each(list, func(n int) int { return n }, item).Render(ctx, w); err != nil {
			return err
		}
		_, _ = io.WriteString(w, `</ul><ul id="log">`)
		if err := views.Stream(innerLog, logged).Render(ctx, w); err != nil {
			return err
		}
		_, _ = io.WriteString(w, `</ul>`)
		if err := views.Component("tap", tap{}).Render(ctx, w); err != nil {
			return err
		}
		_, _ = io.WriteString(w, `</div>`)
		if err := region(ctx, w, "out"); err != nil {
			return err
		}
		if err := element(ctx, w, "button", "Grow", views.OnClick(ctx, box.Grow)); err != nil {
			return err
		}
		return element(ctx, w, "button", "Turn", views.OnClick(ctx, box.Turn, !ignored.Get(ctx)))
	})
}

// Case 392: regions, lists and components in an element that is ignored are not patched, and cost nothing but a rendering;
// around it all goes on, and what is in it is there once it is not ignored any more.
func TestPartsInAnElementThatIsIgnored(t *testing.T) {
	page := open(t, box{})
	page.Skip("NoIDNear", "StreamItems")
	page.TakeMessages()
	for n := 2; n < 5; n++ {
		page.Button("Grow").Click()
		page.Expect("#out", fmt.Sprint(n))
		page.Expect("#in", "1")
		for _, m := range page.TakeMessages() {
			if want := fmt.Sprintf(`<hx-partial id="out" hx-swap="textContent">%d</hx-partial>`, n); m.HTML != want {
				t.Errorf("sent %s", m.HTML)
			}
		}
	}
	page.Button("Tap 0").Click()
	page.Button("Tap 0").Click()
	if got := page.TakeMessages(); len(got) != 0 {
		t.Errorf("the component sends %v", got)
	}
	page.Button("Turn").Click()
	page.Expect("#in", "4")
	page.Expect("#list", "1 2 3 4")
	page.Button("Tap 2").Click()
	page.Expect("#box > button", "Tap 3")
	page.Button("Grow").Click()
	page.Expect("#in", "5")
}
