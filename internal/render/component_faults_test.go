package render_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/views"
)

// The props of a rendering that failed are not shown by the next one.
func TestAFailedRenderingTakesItsPropsBack(t *testing.T) {
	rvDefine(t, "leaf", rvDef{render: rvText})
	in, _ := viewtest.NewReporting(t, rvPage(func(ctx context.Context, w io.Writer) error {
		title := parts.Title.Get(ctx)
		if err := placed(t, "leaf", "a", title).Render(ctx, w); err != nil {
			return err
		}
		if title == "2" {
			return errors.New("the page can't be rendered")
		}
		return nil
	}))
	in.Page()
	in.Begin()
	in.Set(func(s *views.Socket) { parts.Title.Set(s, "2") })
	if _, err := in.Render(nil); err == nil {
		t.Fatal("no error")
	}
	in.Rollback()
	if ops := in.Patch(); ops != "" {
		t.Errorf("a turn that was rolled back is shown: %s", ops)
	}
}

// A component that is remounted has a new scope, and those inside it read that one.
func TestWhatIsInsideFollowsAFreshMount(t *testing.T) {
	n := 0
	rvDefine(t, "outer", rvDef{
		mount: func(c rv, s *views.Socket) error { n++; rvKey.Set(s, fmt.Sprint("mount ", n)); return nil },
		event: func(c rv, s *views.Socket) error {
			if parts.Heard.Get(s) == "" {
				panic("boom")
			}
			rvKey.Set(s, "event")
			return nil
		},
		render: func(c rv, ctx context.Context, w io.Writer) error {
			return html(`<div id="o">`, placed(t, "inner", "i", ""), `</div>`).Render(ctx, w)
		},
	})
	rvDefine(t, "inner", rvDef{render: rvInner})
	in, _ := viewtest.NewReporting(t, rvPage(func(ctx context.Context, w io.Writer) error { return placed(t, "outer", "o", "").Render(ctx, w) }))
	doc := document(t, in.Page())
	_ = in.Post("Act", "render_test.rv.o", "")
	expectText(t, in, doc, "mount 2")
	in.Set(func(s *views.Socket) { parts.Heard.Set(s, "x") })
	if err := in.Post("Act", "render_test.rv.o", ""); err != nil {
		t.Fatal(err)
	}
	expectText(t, in, doc, "event")
}

// Update sets a key that a component inside reads: that one is rendered.
func TestWhatUpdateSetsIsShownInside(t *testing.T) {
	rvDefine(t, "outer", rvDef{
		update: func(c rv, s *views.Socket, _ rv) error { rvKey.Set(s, c.Text); return nil },
		render: func(c rv, ctx context.Context, w io.Writer) error {
			return html(`<div id="o">`, placed(t, "inner", "i", ""), `</div>`).Render(ctx, w)
		},
	})
	rvDefine(t, "inner", rvDef{render: rvInner})
	in := viewtest.New(t, rvPage(func(ctx context.Context, w io.Writer) error {
		return placed(t, "outer", "o", parts.Title.Get(ctx)).Render(ctx, w)
	}))
	doc := document(t, in.Page())
	in.Set(func(s *views.Socket) { parts.Title.Set(s, "U") })
	expectText(t, in, doc, "U")
}

// A component gets another placer at the same place of the page: what is inside it and reads outward is rendered.
func TestWhatIsInsideFollowsAMove(t *testing.T) {
	rvDefine(t, "box", rvDef{
		mount: func(c rv, s *views.Socket) error { rvKey.Set(s, "box"); return nil },
		render: func(c rv, ctx context.Context, w io.Writer) error {
			children := templ.GetChildren(ctx)
			ctx = templ.ClearChildren(ctx)
			if parts.Heard.Get(ctx) == "" {
				return html(`<div id="b">`, children, `</div>`).Render(ctx, w)
			}
			return html(`<div id="b">`, placed(t, "mid", "m", ""), `</div>`).Render(ctx, w)
		},
	})
	rvDefine(t, "mid", rvDef{render: func(c rv, ctx context.Context, w io.Writer) error {
		return html(`<div id="m">`, placed(t, "inner", "i", ""), `</div>`).Render(ctx, w)
	}})
	rvDefine(t, "inner", rvDef{render: rvInner})
	in := viewtest.New(t, rvPage(func(ctx context.Context, w io.Writer) error {
		ctx = templ.WithChildren(templ.InitializeContext(ctx), placed(t, "mid", "m", ""))
		return placed(t, "box", "b", "").Render(ctx, w)
	}))
	in.Set(func(s *views.Socket) { rvKey.Set(s, "page") })
	doc := document(t, in.Page())
	for _, c := range [][2]string{{"", "page"}, {"x", "box"}, {"", "page"}} {
		in.Set(func(s *views.Socket) { parts.Heard.Set(s, c[0]) })
		expectText(t, in, doc, c[1])
	}
}

// A component may stand in another writer (templ.WithFragments, a cache) for a while, and come back.
func TestAComponentThatStoodInAnotherWriter(t *testing.T) {
	rvDefine(t, "leaf", rvDef{render: rvText})
	in := viewtest.New(t, rvPage(func(ctx context.Context, w io.Writer) error {
		title := parts.Title.Get(ctx)
		for i := range len(title) {
			if err := html(fmt.Sprintf(`<b id="b%d">%d</b>`, i, i)).Render(ctx, w); err != nil {
				return err
			}
		}
		if parts.Heard.Get(ctx) == "" {
			return placed(t, "leaf", "a", "A").Render(ctx, w)
		}
		var b bytes.Buffer
		if err := placed(t, "leaf", "a", "A").Render(ctx, &b); err != nil {
			return err
		}
		_, err := w.Write(b.Bytes())
		return err
	}))
	doc := document(t, in.Page())
	for _, step := range []struct{ title, heard string }{{"TTTT", "x"}, {"TTTTTTTT", ""}, {"T", "x"}, {"", ""}} {
		in.Set(func(s *views.Socket) { parts.Title.Set(s, step.title); parts.Heard.Set(s, step.heard) })
		want := ""
		for k := range len(step.title) {
			want += fmt.Sprint(k, " ")
		}
		expectText(t, in, doc, want+"A")
	}
}

// Components that fail behind those they hold are rendered a few times each, not twice for each around them.
func TestManyFailuresInOneAnother(t *testing.T) {
	n := 0
	rvDefine(t, "f", rvDef{render: func(c rv, ctx context.Context, w io.Writer) error {
		n++
		if len(c.Text) < 12 {
			if err := placed(t, "f", "fx"+c.Text, c.Text+"x").Render(ctx, w); err != nil {
				return err
			}
		}
		return errors.New("behind what it holds")
	}})
	in, _ := viewtest.NewReporting(t, rvPage(func(ctx context.Context, w io.Writer) error { return placed(t, "f", "f", "").Render(ctx, w) }))
	in.Page()
	if n > 200 {
		t.Errorf("13 components that fail are rendered %d times", n)
	}
}

// A component that was remounted in a rendering that failed is remounted.
func TestAMountThatIsTakenBackRunsAgain(t *testing.T) {
	fail := false
	rvDefine(t, "leaf", rvDef{
		mount: func(c rv, s *views.Socket) error { rvKey.Set(s, "mounted"); return nil },
		event: func(c rv, s *views.Socket) error { panic("boom") },
		render: func(c rv, ctx context.Context, w io.Writer) error {
			return html(`<p id="a">`, rvKey.Get, `</p>`).Render(ctx, w)
		},
	})
	in, said := viewtest.NewReporting(t, rvPage(func(ctx context.Context, w io.Writer) error {
		parts.Title.Get(ctx)
		if err := placed(t, "leaf", "a", "").Render(ctx, w); err != nil {
			return err
		}
		if fail {
			return errors.New("the page fails")
		}
		return nil
	}))
	doc := document(t, in.Page())
	in.Begin()
	_ = in.Post("Act", "render_test.rv.a", "")
	in.Set(func(s *views.Socket) { parts.Title.Set(s, "U") })
	fail = true
	if _, err := in.Render(nil); err == nil {
		t.Fatal("no error")
	}
	in.Rollback()
	fail = false
	*said = nil
	expectText(t, in, doc, "mounted")
	if len(*said) > 0 {
		t.Errorf("reported %q", *said)
	}
}

// A region that panics when it is rendered alone has its component remounted.
func TestARegionOfAComponentThatPanics(t *testing.T) {
	broken := false
	rvDefine(t, "c", rvDef{
		mount: func(c rv, s *views.Socket) error { rvKey.Set(s, "ok"); return nil },
		event: func(c rv, s *views.Socket) error { rvKey.Set(s, "bad"); return nil },
		render: func(c rv, ctx context.Context, w io.Writer) error {
			return html(`<div id="c">`, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
				return views.Region("r").Render(templ.WithChildren(ctx, html(`<p id="r">`, func(ctx context.Context) string {
					if broken = rvKey.Get(ctx) == "bad"; broken {
						panic("bad")
					}
					return rvKey.Get(ctx)
				}, `</p>`)), w)
			}), `</div>`).Render(ctx, w)
		},
	})
	in, _ := viewtest.NewReporting(t, rvPage(func(ctx context.Context, w io.Writer) error { return placed(t, "c", "c", "").Render(ctx, w) }))
	in.Page()
	if err := in.Post("Act", "render_test.rv.c", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Render(nil); err != nil {
		t.Errorf("the whole page fails: %v", err)
	}
}

// A component that places itself twice is stopped as soon as it is too deep.
func TestAComponentThatPlacesItselfTwice(t *testing.T) {
	n := 0
	rvDefine(t, "self", rvDef{render: func(c rv, ctx context.Context, w io.Writer) error {
		if n++; n > 50_000 {
			panic("components without end")
		}
		return html(placed(t, "self", fmt.Sprint("x", 2*n), ""), placed(t, "self", fmt.Sprint("x", 2*n+1), "")).Render(ctx, w)
	}})
	in, _ := viewtest.NewReporting(t, rvPage(func(ctx context.Context, w io.Writer) error { return placed(t, "self", "x", "").Render(ctx, w) }))
	_, _, err := in.Tree.Page()
	if n > 5000 {
		t.Errorf("%d renderings: %v", n, err)
	}
}
