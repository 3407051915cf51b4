package render_test

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/views"
)

func TestTheLifeOfAComponent(t *testing.T) {
	var log parts.Log
	a, b := parts.NewCounter("A", 1, &log), parts.NewCounter("B", 2, &log)
	in := viewtest.New(t, viewtest.Define(parts.Page{Show: func() templ.Component { return parts.Two(a, b) }}))
	said := func(what string, want ...string) {
		t.Helper()
		in.Settle()
		if got := log.Take(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, not %q", what, got, want)
		}
	}
	html := in.Page()
	said("placing", "mount A", "update >A", "mount B", "update >B")
	if got := viewtest.Text(html); got != "T A: 0 of T + rename B: 0 of T + rename" {
		t.Error(got)
	}
	if !strings.Contains(html, `hx-post="?event=Inc&amp;to=parts.Counter.b"`) || !strings.Contains(html, `hx-post="?event=Rename&amp;value=x"`) {
		t.Error(html)
	}

	if err := in.Post("Inc", "parts.Counter.b", ""); err != nil {
		t.Fatal(err)
	}
	if ops := in.Patch(); !strings.Contains(ops, "B: 2") || strings.Contains(ops, "A:") {
		t.Errorf("its own event renders it alone: %s", ops)
	}
	said("an event")

	in.Set(func(s *views.Socket) { parts.Heard.Set(s, "!") })
	if ops := in.Patch(); ops != `<hx-partial id="heard" hx-swap="textContent">!</hx-partial>` {
		t.Errorf("equal props: %s", ops)
	}
	said("equal props")

	a = parts.NewCounter("A2", 1, &log)
	in.Set(func(s *views.Socket) { parts.Heard.Set(s, "") })
	if ops := in.Patch(); !strings.Contains(ops, "A2: 0") || strings.Contains(ops, "B:") {
		t.Error(ops)
	}
	said("other props", "update A>A2")

	in.Set(func(s *views.Socket) { parts.Title.Set(s, "U") })
	if ops := in.Patch(); !strings.Contains(ops, "A2: 0 of U") || !strings.Contains(ops, "B: 2 of U") {
		t.Errorf("what is around is read: %s", ops)
	}
	ref := in.Ref().At("b")
	if err := parts.SetFrom(ref, 5); err != nil {
		t.Fatal(err)
	}
	in.Set(func(s *views.Socket) { parts.Away.Set(s, true) })
	if ops := in.Patch(); !strings.Contains(ops, `hx-swap="delete"`) {
		t.Error(ops)
	}
	said("leaving the page", "end B", "close B")
	if err := parts.SetFrom(ref, 5); !errors.Is(err, views.ErrGone) {
		t.Error(err)
	}
	if err := in.Post("Inc", "parts.Counter.b", ""); !errors.Is(err, fault.ErrNoComponent) {
		t.Error(err)
	}
	in.Set(func(s *views.Socket) { parts.Away.Set(s, false) })
	if ops := in.Patch(); !strings.Contains(ops, "B: 0 of U") {
		t.Errorf("placed again it is a new one: %s", ops)
	}
	said("placed again", "mount B", "update >B")
	for _, m := range in.Close() {
		in.Succeed(m)
	}
	said("the end of the view", "end B", "end A", "close B", "close A2") // what it noted as A
	if err := parts.SetFrom(in.Ref().At("a"), 1); !errors.Is(err, views.ErrGone) {
		t.Error(err)
	}
	if err := parts.Hear(in.Ref(), "x"); !errors.Is(err, views.ErrGone) {
		t.Error(err)
	}
}

func TestSlotsAreOfWhoWroteThem(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(parts.Page{Show: parts.Boxed}))
	html := in.Page()
	if got := viewtest.Text(html); got != "box 0 T r T 0 T 1 T inner: 0 of T + rename +" {
		t.Error(got)
	}
	if !strings.Contains(html, `<em id="header">T<button hx-post="?event=Rename&amp;value=y"`) {
		t.Error(html)
	}
	doc := document(t, html)
	if err := in.Post("Inc", "parts.Box.box", ""); err != nil {
		t.Fatal(err)
	}
	ops := in.Patch()
	if got := viewtest.Text(ops); got != "box 1" {
		t.Error(ops)
	}
	if err := doc.Apply(ops); err != nil {
		t.Fatal(err)
	}
	if err := in.Post("Inc", "parts.Counter.inner", ""); err != nil {
		t.Fatal(err)
	}
	in.Set(func(s *views.Socket) { parts.Title.Set(s, "U") })
	if err := doc.Apply(in.Patch()); err != nil {
		t.Fatal(err)
	}
	if got := viewtest.Text(shown(doc)); got != "box 1 U r U 0 U 1 U inner: 1 of U + rename +" {
		t.Error(got)
	}
}

func TestOneComponentTwiceIsAClearError(t *testing.T) {
	in, _ := viewtest.NewReporting(t, viewtest.Define(parts.Page{Show: func() templ.Component {
		return templ.Join(views.Component("a", parts.NewCounter("A", 1, nil)), views.Component("a", parts.NewCounter("A", 1, nil)))
	}}))
	_, _, err := in.Tree.Page()
	if err == nil || !strings.Contains(err.Error(), `views: a component is rendered twice: parts.Counter: give each its own id`) || !slices.Equal(fault.ValuesOf(err), []string{"a"}) {
		t.Error(err)
	}
	// Another type may have the same id.
	in, _ = viewtest.NewReporting(t, viewtest.Define(parts.Page{Show: func() templ.Component {
		return templ.Join(views.Component("a", parts.NewCounter("A", 1, nil)), views.Component("a", &parts.Pointer{Label: "P"}))
	}}))
	if _, _, err := in.Tree.Page(); err != nil {
		t.Error(err)
	}
}

// Case 45.
func TestAComponentThatFails(t *testing.T) {
	left := 0
	var log parts.Log
	label := "A"
	in, said := viewtest.NewReporting(t, viewtest.Define(parts.Page{Show: func() templ.Component {
		return templ.Join(views.Component("f", parts.Fragile{Left: &left}), views.Component("a", parts.NewCounter(label, 1, &log)))
	}}))
	doc := document(t, in.Page())
	show := func(what, want string, errs int) {
		t.Helper()
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		in.Settle()
		if got := viewtest.Text(shown(doc)); got != want {
			t.Errorf("%s: shows %q, not %q", what, got, want)
		}
		if len(*said) != errs {
			t.Errorf("%s: %q", what, *said)
		}
		*said = nil
	}
	inc := func() {
		t.Helper()
		if err := in.Post("Inc", "parts.Counter.a", ""); err != nil {
			t.Fatal(err)
		}
	}
	brk := func(times string) {
		t.Helper()
		if err := in.Post("Break", "parts.Fragile.f", times); err != nil {
			t.Fatal(err)
		}
	}
	inc()
	brk("0")
	show("at first", "fine 8 A: 1 of T + rename", 0)
	brk("1")
	show("fails once", "fine 7 A: 1 of T + rename", 1)
	inc()
	brk("2")
	show("fails twice", "This part of the page could not be shown. A: 2 of T + rename", 2)
	inc()
	show("beside it", "This part of the page could not be shown. A: 3 of T + rename", 0)
	in.Set(func(s *views.Socket) { parts.Title.Set(s, "U") })
	show("placed again", "This part of the page could not be shown. A: 3 of U + rename", 0)
	label = "B"
	if _, err := in.Tree.Whole(nil); err != nil {
		t.Fatal(err)
	}
	if got := viewtest.Text(in.Page()); got != "fine 7 B: 3 of U + rename" {
		t.Errorf("placed again: %q", got)
	}
	doc = document(t, in.Page())
	log.Take()

	if err := in.Post("Boom", "parts.Counter.a", ""); err == nil {
		t.Error("no error")
	}
	show("a handler that panics", "fine 7 B: 0 of U + rename", 0)
	if got := log.Take(); !slices.Equal(got, []string{"end A", "mount B", "update >B"}) {
		t.Errorf("%q", got)
	}
	label = "bad"
	in.Set(func(s *views.Socket) { parts.Title.Set(s, "V") })
	if _, err := in.Tree.Whole(nil); err != nil {
		t.Fatal(err)
	}
	if got := viewtest.Text(in.Page()); got != "fine 7 This part of the page could not be shown." || len(*said) == 0 {
		t.Errorf("Update fails: %q %q", got, *said)
	}
}

func TestComponentsOfOtherKinds(t *testing.T) {
	picked := ""
	picker := parts.Picker[string]{
		Items: []string{"x", "y"}, Label: func(s string) string { return "pick " + s },
		Picked: func(_ *views.Socket, s string) error { picked = s; return nil },
	}
	pointer := &parts.Pointer{Label: "P"}
	in := viewtest.New(t, viewtest.Define(parts.Page{Show: func() templ.Component {
		return templ.Join(views.Component("p", pointer), views.Component("q", picker))
	}}))
	html := in.Page()
	at := regexp.MustCompile(`\?event=Choose&amp;to=([^&"]*)&amp;value=1"`).FindStringSubmatch(html)
	if at == nil {
		t.Fatal(html)
	}
	if err := in.Post("Choose", at[1], "1"); err != nil || picked != "y" {
		t.Error(picked, err)
	}
	if err := in.Post("Choose", at[1], "7"); err == nil {
		t.Error("an index that is not there")
	}
	if err := in.Post("Inc", "parts.Pointer.p", ""); err != nil {
		t.Fatal(err)
	}
	if got := viewtest.Text(in.Patch()); !strings.Contains(got, "P 2") {
		t.Error(got)
	}
}

func TestEqualItemsWithComponentsAreNotRenderedAgain(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(parts.Page{Show: parts.List}))
	in.Set(func(s *views.Socket) {
		parts.Items.Set(s, []parts.Item{{ID: "i1", Text: "a"}, {ID: "i2", Text: "b"}, {ID: "i3", Text: "c"}})
	})
	in.Page()
	for _, c := range []struct {
		name   string
		change func()
		want   string
	}{
		{"an event of one", func() { _ = in.Post("Inc", "parts.Item.i2", "1") }, "map[i2:1]"},
		{"other props of one", func() {
			in.Set(func(s *views.Socket) {
				parts.Items.Set(s, []parts.Item{{ID: "i1", Text: "a"}, {ID: "i2", Text: "b"}, {ID: "i3", Text: "d"}})
			})
		}, "map[i3:1]"},
		{"both", func() {
			_ = in.Post("Inc", "parts.Item.i1", "1")
			in.Set(func(s *views.Socket) {
				parts.Items.Set(s, []parts.Item{{ID: "i3", Text: "e"}, {ID: "i1", Text: "a"}, {ID: "i2", Text: "b"}})
			})
		}, "map[i1:1 i3:1]"},
		{"the page", func() { in.Set(func(s *views.Socket) { parts.Title.Set(s, "x") }) }, "map[]"},
	} {
		clear(parts.Rendered)
		c.change()
		in.Patch()
		if got := fmt.Sprint(parts.Rendered); got != c.want {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
}

// What an event posts is compared with what the component around its control shows; the
// others are left alone.
func TestControlsOfAComponentFollowTheServer(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(parts.Page{Show: parts.Fields}))
	in.Page()
	clear(parts.Rendered)
	posted := func(source string, fields url.Values) string {
		t.Helper()
		r, err := in.Render(&patch.Posted{Source: source, Fields: fields, Form: source == "one-form"})
		if err != nil {
			t.Fatal(err)
		}
		return string(r.Ops)
	}
	if ops := posted("one-form", url.Values{"text": {"typed"}}); !strings.HasPrefix(ops, `<hx-partial id="one-inner" hx-swap="outerHTML">`) || strings.Contains(ops, "two") {
		t.Error(ops)
	}
	if ops := posted("two-box", url.Values{"box": {"on"}}); !strings.HasPrefix(ops, `<hx-partial id="two-box" hx-swap="outerHTML">`) || strings.Contains(ops, "inner") {
		t.Error(ops)
	}
	if ops := posted("two-box", nil); ops != "" {
		t.Error(ops)
	}
	// An input whose form stands in the component around: all of that counts.
	if ops := posted("two-inner", url.Values{"text": {"typed"}}); !strings.HasPrefix(ops, `<hx-partial id="two-inner" hx-swap="outerHTML">`) {
		t.Error(ops)
	}
	if got := fmt.Sprint(parts.Rendered); got != "map[one:2 two:3]" {
		t.Error(got)
	}
}

func TestAComponentThatPlacesItself(t *testing.T) {
	in, said := viewtest.NewReporting(t, viewtest.Define(parts.Page{Show: func() templ.Component {
		return templ.Join(views.Component("n", parts.Nest{}), views.Component("a", parts.NewCounter("A", 1, nil)))
	}}))
	if got := viewtest.Text(in.Page()); got != "This part of the page could not be shown. A: 0 of T + rename" {
		t.Error(got)
	}
	if len(*said) != 1 || !strings.Contains((*said)[0], "more than 100 nested components") {
		t.Error(*said)
	}
}
