package render_test

import (
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/feed"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

func TestAnItemCostsFewBytesBeyondItsHTML(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(feed.Page{}))
	in.FirstPage()
	removal := 0
	for i := range 100 {
		l := feed.Line{ID: fmt.Sprint(1000 + i), Text: strings.Repeat("x", 200)}
		in.Set(func(s *views.Socket) { feed.Many.Append(s, l) })
		ops := in.Patch()
		item := fmt.Sprintf(`<li id="%s">%s</li>`, feed.Many.DOMID(l), l.Text)
		if !strings.Contains(ops, item) {
			t.Fatal(ops)
		}
		if i == 50 {
			removal = len(`<hx-partial id="many-1000" hx-swap="delete"></hx-partial>`)
		}
		if more := len(ops) - len(item); more > 60+removal {
			t.Fatalf("%d bytes more: %s", more, ops)
		}
	}
}

func TestStreamsThatAreNotShownWait(t *testing.T) {
	var reports []string
	in := viewtest.NewUnmounted(t, viewtest.Define(feed.Page{}), func(err error) { reports = append(reports, err.Error()) })
	in.Mount()
	doc := document(t, in.FirstPage())
	step := func(f func(s *views.Socket)) string {
		t.Helper()
		in.Set(f)
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		return shown(doc)
	}
	step(func(s *views.Socket) { feed.Lines.Append(s, feed.Line{ID: "two", Text: "2"}) })
	step(func(s *views.Socket) { feed.Place.Set(s, "gone") })
	got := step(func(s *views.Socket) {
		feed.Lines.Append(s, feed.Line{ID: "three", Text: "3"})
		feed.Lines.Update(s, feed.Line{ID: "first", Text: "1"})
	})
	if len(reports) > 0 || !strings.Contains(got, "T (3)") || in.Tree.HasForgotten() {
		t.Error(reports, got)
	}
	got = step(func(s *views.Socket) { feed.Place.Set(s, "deep") })
	if !strings.Contains(got, `<ul id="list"><li id="line-first">1 </li><li id="line-three">3 </li></ul>`) || !strings.Contains(got, "T (2)") {
		t.Error(got)
	}
	if len(reports) != 1 || !strings.Contains(reports[0], `"line"`) {
		t.Error(reports)
	}
	if again := in.Patch(); again != "" || !in.Tree.HasForgotten() {
		t.Error(again)
	}
}

func TestMistakesWithStreamsAreReported(t *testing.T) {
	for name, c := range map[string]struct {
		show func() templ.Component
		want string
	}{
		"twice":     {feed.Twice, "one place"},
		"beside":    {feed.Beside, "one element"},
		"nameless":  {feed.Nameless, "the id that DOMID gives"},
		"component": {feed.Inside, "feed.Card in an item"},
		"in a list": {feed.Listed, "Each"},
		"same ids":  {feed.Same, "another component's"},
	} {
		in := viewtest.NewUnmounted(t, viewtest.Define(feed.Custom{Show: c.show}), func(error) {})
		in.Mount()
		if _, _, err := in.Tree.Page(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"line"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAStreamInHTMLThatBrowsersRearrange(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(feed.Custom{Show: feed.Loose}))
	doc := document(t, in.FirstPage())
	for i, f := range []func(s *views.Socket){
		func(s *views.Socket) { feed.Lines.Append(s, feed.Line{ID: "c", Text: "C"}) },
		func(s *views.Socket) { feed.Title.Set(s, "U") },
		func(s *views.Socket) { feed.Lines.Prepend(s, feed.Line{ID: "b", Text: "BB"}, feed.Line{ID: "0"}) },
	} {
		in.Set(f)
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		want := []string{"T A B C", "U A B C", "U  A BB C"}[i]
		var got []string
		for _, n := range doc.Find("td") {
			got = append(got, strings.TrimSpace(htmxdom.Text(n)))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("step %d: %q in %s", i, got, shown(doc))
		}
	}
}

func TestAStreamOfWhichTooMuchWasLost(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(feed.Page{}))
	in.FirstPage()
	for n := range 12 {
		in.Set(func(s *views.Socket) {
			for i := range state.MaxPending / 10 {
				feed.Lines.Append(s, feed.Line{ID: fmt.Sprint(n, "-", i)})
			}
		})
	}
	if _, err := in.Render(nil); !errors.Is(err, fault.ErrRemount) {
		t.Error(err)
	}
}

func TestAStreamRendersItsRegionOnly(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(feed.Page{}))
	in.FirstPage()
	before := feed.Rendered
	for i := range 4 {
		in.Set(func(s *views.Socket) { feed.Others.Append(s, feed.Line{ID: fmt.Sprint(i)}) })
		if ops := in.Patch(); !strings.Contains(ops, fmt.Sprint("other-", i)) {
			t.Error(ops)
		}
	}
	if feed.Rendered != before {
		t.Errorf("the page was rendered %d times", feed.Rendered-before)
	}
}

func TestAStreamThatMovesKeepsItsElements(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(feed.Custom{Show: feed.Sides}))
	doc := document(t, in.FirstPage())
	before := living(doc)
	for i, side := range []string{"right", "left", "right"} {
		in.Set(func(s *views.Socket) {
			feed.Title.Set(s, side)
			feed.Lines.Append(s, feed.Line{ID: fmt.Sprint(i)})
		})
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		if got := len(doc.Find("#" + side + " li")); got != 3+i || len(doc.Find("li")) != got {
			t.Fatalf("%s: %d items: %s", side, got, shown(doc))
		}
		in.Set(func(s *views.Socket) { feed.Lines.Update(s, feed.Line{ID: "b", Text: "again"}) })
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
	}
	for id, n := range before {
		if living(doc)[id] != n {
			t.Errorf("%s was created again", id)
		}
	}
}

func TestStreamsOfComponentsThatFail(t *testing.T) {
	defer func() { feed.Fuse = func() {} }()
	in, list := viewtest.NewReporting(t, viewtest.Define(feed.Custom{Show: feed.Failing}))
	fail := func() {
		feed.Fuse = func() {
			feed.Fuse = func() {}
			panic("the fuse has blown")
		}
	}
	fail()
	doc := document(t, in.FirstPage())
	expect := func(said, own string) {
		t.Helper()
		if got := viewtest.Text(shown(doc)); !strings.Contains(got, "inside "+said) || !strings.Contains(got, " "+own) {
			t.Errorf("shows %s", got)
		}
	}
	expect("inside 0", "own")
	for i := range 3 {
		if err := in.Post("Say", "feed.Box.inside", fmt.Sprint(i, "=more")); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			if err := doc.Apply(in.Patch()); err != nil { // of what is inside alone
				t.Fatal(err)
			}
		}
		in.Set(func(s *views.Socket) { feed.Title.Set(s, fmt.Sprint(i)) })
		fail()
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		expect("inside"+strings.Repeat(" more", i+1), "own")
	}
	if len(*list) != 4 {
		t.Error(*list)
	}
}

// What is in a form of an item is not known any more. No other form is taken for it.
func TestControlsInItemsAreLeftAlone(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(feed.Custom{Show: feed.Forms}))
	in.FirstPage()
	typed := url.Values{"text": {"typed"}}
	for source, want := range map[string]bool{"line-a": false, "in-b": false, "field": true} {
		r, err := in.Render(&patch.Posted{Source: source, Fields: typed})
		if err != nil || strings.Contains(string(r.Ops), `id="field"`) != want {
			t.Errorf("%s: %s %v", source, r.Ops, err)
		}
		if r, err = in.Tree.Whole(&patch.Posted{Source: source, Fields: typed}); err != nil || strings.Contains(string(r.Ops), `outerHTML`) != want {
			t.Errorf("%s: %s %v", source, r.Ops, err)
		}
	}
}

func TestAStreamThatKeepsTheLastStaysSmall(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(feed.Page{}))
	in.FirstPage()
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	var before int64
	for i := range 10_000 {
		if i == 200 {
			before = heap()
		}
		in.Set(func(s *views.Socket) {
			feed.Many.Append(s, feed.Line{ID: fmt.Sprint(i), Text: strings.Repeat("x", 100)})
		})
		if i%2 == 0 {
			in.Patch()
		}
	}
	if more := heap() - before; more > 200_000 {
		t.Errorf("%d bytes more after 10,000 items", more)
	}
	runtime.KeepAlive(in)
}
