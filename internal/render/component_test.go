package render_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

func partsPage(show func() templ.Component) *live.Definition {
	return viewtest.Define(parts.Page{Show: show})
}

func text(html string) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")), " ")
}

func TestTheLifeOfAComponent(t *testing.T) {
	var log parts.Log
	a, b := parts.NewCounter("A", 1, &log), parts.NewCounter("B", 2, &log)
	in := viewtest.New(t, partsPage(func() templ.Component { return parts.Two(a, b) }))
	said := func(what string, want ...string) {
		t.Helper()
		in.Settle()
		if got := log.Take(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, not %q", what, got, want)
		}
	}
	html := in.Page()
	said("placing", "mount A", "update >A", "mount B", "update >B")
	if got := text(html); got != "T A: 0 of T + rename B: 0 of T + rename" {
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

// Case 15, among others.
func TestMessagesFindTheirComponents(t *testing.T) {
	in := viewtest.New(t, partsPage(func() templ.Component {
		return parts.Two(parts.NewCounter("A", 1, nil), parts.NewCounter("B", 1, nil))
	}))
	in.Page()
	in.Set(func(s *views.Socket) {
		if err := parts.SetFrom(s.At("a"), 3); err != nil {
			t.Error(err)
		}
		if err := parts.SetFrom(s.At("c"), 3); !errors.Is(err, views.ErrGone) {
			t.Error(err)
		}
	})
	in.Settle()
	if err := in.Post("Tell", "parts.Counter.b", "hello"); err != nil {
		t.Fatal(err)
	}
	if got := text(in.Patch()); got != "hello A: 3 of T + rename" && got != "hello A: 3 of T" {
		t.Error(got)
	}
	if err := parts.SetFrom(in.Ref(), 1); err == nil || !strings.Contains(err.Error(), "nothing around takes messages of parts.Counter") {
		t.Error(err)
	}
	for _, to := range []string{"parts.Counter.zzz", "parts.Item.a", "..", strings.Repeat("x", 5000)} {
		if err := in.Post("Inc", to, ""); !errors.Is(err, fault.ErrNoComponent) {
			t.Errorf("%.20s: %v", to, err)
		}
	}
	for _, event := range []string{"set", "Mount", "Update", "Close", "Render", "Equal", "Rename"} {
		if err := in.Post(event, "parts.Counter.a", ""); !errors.Is(err, fault.ErrNoEvent) {
			t.Errorf("%s: %v", event, err)
		}
	}
}

// What is sent later looks for its component then.
func TestMessagesThatAreSentLater(t *testing.T) {
	in := viewtest.New(t, partsPage(func() templ.Component {
		return parts.Two(parts.NewCounter("A", 1, nil), parts.NewCounter("B", 1, nil))
	}))
	in.Set(func(s *views.Socket) {
		for _, id := range []string{"b", "c"} {
			if _, err := parts.SetAfter(s.At(id), 3); err != nil {
				t.Error(err)
			}
		}
	})
	in.Page()
	late := in.Delayed() // in any order
	if len(late) != 2 {
		t.Fatal(late)
	}
	missing := 0
	for _, c := range late {
		if err := in.Run(t.Context(), c); errors.Is(err, fault.ErrNoComponent) {
			missing++
		} else if err != nil {
			t.Error(err)
		}
	}
	if missing != 1 {
		t.Errorf("%d of 2 found no component", missing)
	}
	if got := text(in.Patch()); got != "B: 3 of T" && got != "B: 3 of T + rename" {
		t.Error(got)
	}
}

func TestSlotsAreOfWhoWroteThem(t *testing.T) {
	in := viewtest.New(t, partsPage(parts.Boxed))
	html := in.Page()
	if got := text(html); got != "box 0 T r T 0 T 1 T inner: 0 of T + rename +" {
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
	if got := text(ops); got != "box 1" {
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
	if got := text(shown(doc)); got != "box 1 U r U 0 U 1 U inner: 1 of U + rename +" {
		t.Error(got)
	}
}

func TestOneComponentTwiceIsAClearError(t *testing.T) {
	in, _ := viewtest.NewReporting(t, partsPage(func() templ.Component {
		return templ.Join(views.Component("a", parts.NewCounter("A", 1, nil)), views.Component("a", parts.NewCounter("A", 1, nil)))
	}))
	_, _, err := in.Tree.Page()
	if err == nil || !strings.Contains(err.Error(), `views: a component is placed twice: parts.Counter "a": give each its own id`) {
		t.Error(err)
	}
	// Another type may have the same id.
	in, _ = viewtest.NewReporting(t, partsPage(func() templ.Component {
		return templ.Join(views.Component("a", parts.NewCounter("A", 1, nil)), views.Component("a", &parts.Pointer{Label: "P"}))
	}))
	if _, _, err := in.Tree.Page(); err != nil {
		t.Error(err)
	}
}

// Case 45.
func TestAComponentThatFails(t *testing.T) {
	left := 0
	var log parts.Log
	label := "A"
	in, said := viewtest.NewReporting(t, partsPage(func() templ.Component {
		return templ.Join(views.Component("f", parts.Fragile{Left: &left}), views.Component("a", parts.NewCounter(label, 1, &log)))
	}))
	doc := document(t, in.Page())
	show := func(what, want string, errs int) {
		t.Helper()
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		in.Settle()
		if got := text(shown(doc)); got != want {
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
	if got := text(in.Page()); got != "fine 7 B: 3 of U + rename" {
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
	if got := text(in.Page()); got != "fine 7 This part of the page could not be shown." || len(*said) == 0 {
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
	in := viewtest.New(t, partsPage(func() templ.Component {
		return templ.Join(views.Component("p", pointer), views.Component("q", picker))
	}))
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
	if got := text(in.Patch()); !strings.Contains(got, "P 2") {
		t.Error(got)
	}
}

// TestComponentsShowWhatAWholeRenderingDoes changes components and where they stand at
// random, and compares what the operations make of the page with a whole rendering of a
// twin.
func TestComponentsShowWhatAWholeRenderingDoes(t *testing.T) {
	for name, show := range map[string]func() templ.Component{"list": parts.List, "board": parts.Board} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(60) {
				randomParts(t, show, seed)
			}
		})
	}
}

func randomParts(t *testing.T, show func() templ.Component, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 5))
	in, twin := viewtest.New(t, partsPage(show)), viewtest.New(t, partsPage(show))
	doc := document(t, in.Page())
	twin.Page()
	var log []string
	prev := ""
	for range 25 {
		kind, n, m := r.IntN(11), r.IntN(8), r.IntN(8)
		log = append(log, fmt.Sprint(kind, ":", n, ",", m))
		for _, in := range []*viewtest.View{in, twin} {
			changeParts(t, in, kind, n, m)
		}
		if r.IntN(4) == 0 {
			continue
		}
		ops := in.Patch()
		if err := doc.Apply(ops); err != nil {
			t.Fatalf("seed %d: %v: %s", seed, err, ops)
		}
		whole := document(t, twin.Page())
		compareParts(t, doc, whole, fmt.Sprintf("seed %d after %v\nbefore %s\nops %s", seed, log, prev, ops))
		prev = text(shown(doc))
		in.Settle()
		twin.Settle()
		if again := in.Patch(); again != "" {
			t.Fatalf("seed %d after %v: a second rendering sends %s", seed, log, again)
		}
	}
}

func compareParts(t *testing.T, doc, whole *htmxdom.Document, what string) {
	t.Helper()
	if got, want := shown(doc), shown(whole); got != want {
		t.Fatalf("%s:\nshows %s\nnot   %s", what, text(got), text(want))
	}
}

func changeParts(t *testing.T, in *viewtest.View, kind, n, m int) {
	t.Helper()
	id := fmt.Sprint("i", n)
	switch kind {
	case 0, 1, 2: // events of a component that may not be there
		_ = in.Post([]string{"Inc", "Grow", "Grow"}[kind], "parts.Item."+id, fmt.Sprint(m))
		return
	case 3:
		_ = in.Post("Inc", "parts.Item.last", fmt.Sprint(m))
		return
	}
	in.Set(func(s *views.Socket) {
		left, right := slices.Clone(parts.Items.Get(s)), slices.Clone(parts.Right.Get(s))
		without := func(list []parts.Item) []parts.Item {
			return slices.DeleteFunc(list, func(i parts.Item) bool { return i.ID == id })
		}
		left, right = without(left), without(right)
		put := func(list []parts.Item) []parts.Item {
			return slices.Insert(list, m%(len(list)+1), parts.Item{ID: id, Text: fmt.Sprint("text ", m%3)})
		}
		switch kind {
		case 4, 5, 6:
			parts.Items.Set(s, put(left))
			parts.Right.Set(s, right)
		case 7, 8:
			parts.Items.Set(s, left)
			parts.Right.Set(s, put(right))
		case 9:
			state.Assign(s, parts.Items.To(left), parts.Right.To(right))
		case 10:
			if m%2 == 0 {
				parts.Title.Set(s, fmt.Sprint("title ", m))
			} else {
				parts.Heard.Set(s, fmt.Sprint("heard ", m))
			}
		}
	})
}

func TestEqualItemsWithComponentsAreNotRenderedAgain(t *testing.T) {
	in := viewtest.New(t, partsPage(parts.List))
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
	in := viewtest.New(t, partsPage(parts.Fields))
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
	in, said := viewtest.NewReporting(t, partsPage(func() templ.Component {
		return templ.Join(views.Component("n", parts.Nest{}), views.Component("a", parts.NewCounter("A", 1, nil)))
	}))
	if got := text(in.Page()); got != "This part of the page could not be shown. A: 0 of T + rename" {
		t.Error(got)
	}
	if len(*said) != 1 || !strings.Contains((*said)[0], "more than 100 components in one another") {
		t.Error(*said)
	}
}
