package render_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/feed"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/views"
)

// deck is a page of cards in a test's hands.
type deck struct {
	t   *testing.T
	in  *viewtest.View
	doc *htmxdom.Document
}

func newDeck(t *testing.T) *deck {
	t.Helper()
	in := viewtest.New(t, viewtest.Define(feed.Deck{}))
	return &deck{t, in, document(t, in.FirstPage())}
}

func (d *deck) post(event, component, value string) {
	d.t.Helper()
	if err := d.in.Post(event, component, value); err != nil {
		d.t.Fatal(err)
	}
}

// patch applies what is out of date, and returns the operations.
func (d *deck) patch() string {
	d.t.Helper()
	ops := d.in.Patch()
	d.apply(ops)
	return ops
}

func (d *deck) apply(ops string) {
	d.t.Helper()
	if err := d.doc.Apply(ops); err != nil {
		d.t.Fatal(err)
	}
}

func (d *deck) text(selector string) string {
	d.t.Helper()
	found := d.doc.Find(selector)
	if len(found) != 1 {
		d.t.Fatalf("%d elements are %s in %s", len(found), selector, shown(d.doc))
	}
	return strings.Join(strings.Fields(htmxdom.Text(found[0])), " ")
}

func TestAnEventRendersAComponentInAnItemInPlace(t *testing.T) {
	d := newDeck(t)
	for i, c := range []string{"in-a", "card-b"} {
		d.post("Like", "feed.Card."+c, "2")
		if got, want := d.patch(), `<hx-partial id="`+c+`-likes" hx-swap="textContent">2 </hx-partial>`; got != want {
			t.Errorf("%d: %s, not %s", i, got, want)
		}
	}
	d.post("List", "feed.Card.in-a", "x y")
	d.post("Look", "feed.Card.in-a", "open")
	d.patch()
	if got := d.text("#in-a-rows"); got != "xy" {
		t.Error(got)
	}
	before := living(d.doc)
	w, err := d.in.Tree.Whole(nil)
	if err != nil || strings.Contains(string(w.Ops), "in-a") || !strings.Contains(string(w.Ops), `<li id="card-a" hx-preserve hidden>`) {
		t.Errorf("a whole morph sends what is in the items: %s %v", w.Ops, err)
	}
	d.apply(string(w.Ops))
	d.post("Like", "feed.Card.in-a", "1")
	d.in.Set(func(s *views.Socket) { feed.Note.Set(s, "n") })
	d.in.Set(func(s *views.Socket) { feed.Cards.Append(s, feed.Line{ID: "c", Text: "C"}) })
	d.patch()
	if got := d.text("#card-a"); got != "A A3 nT Axy" {
		t.Error(got)
	}
	for id, n := range before {
		if living(d.doc)[id] != n {
			t.Errorf("%s was created again", id)
		}
	}
}

func TestAComponentEndsWithItsItem(t *testing.T) {
	d := newDeck(t)
	for i, change := range []func(s *views.Socket){
		func(s *views.Socket) { feed.Cards.DeleteID(s, "a") },
		func(s *views.Socket) { // the limit is six
			for _, id := range []string{"1", "2", "3", "4", "5", "6"} {
				feed.Cards.Append(s, feed.Line{ID: id, Text: id})
			}
		},
		func(s *views.Socket) { feed.Cards.Reset(s, feed.Line{ID: "6", Text: "again"}) },
	} {
		d.in.Set(change)
		d.patch()
		var ended []string
		for _, c := range d.in.Tree.TakeClosing() {
			ended = append(ended, c.ID())
			if !c.HasEnded() {
				t.Errorf("%s has not ended", c.Name())
			}
		}
		slices.Sort(ended)
		if got, want := strings.Join(ended, " "), []string{"in-a", "card-b", "in-1 in-2 in-3 in-4 in-5"}[i]; got != want {
			t.Errorf("%s have ended, not %s", got, want)
		}
	}
	d.in.Set(func(s *views.Socket) {
		if err := views.Send(s.At("in-a"), feed.Card.Like, 1); !errors.Is(err, views.ErrGone) {
			t.Errorf("a message to a card that has ended: %v", err)
		}
	})
	if got := addresses(d.in); got != "feed.Card.in-6 feed.Deck." {
		t.Error(got)
	}
}

// A component in an item is one element with an id, since it can't be rendered with the item again.
func TestAComponentInAnItemIsOneElement(t *testing.T) {
	for _, looks := range []string{"none", "loose", "two"} {
		in, reports := viewtest.NewReporting(t, viewtest.Define(feed.Deck{}))
		d := &deck{t, in, document(t, in.FirstPage())}
		d.post("Look", "feed.Card.in-a", looks)
		d.patch()
		if len(*reports) != 1 || !strings.Contains((*reports)[0], `feed.Card: it must be one element`) {
			t.Error(*reports)
		}
		if got := d.text("#card-a p"); got != in.Tree.Texts.PartFailed {
			t.Error(got)
		}
		d.in.Set(func(s *views.Socket) { feed.Cards.Update(s, feed.Line{ID: "a", Text: "again"}) })
		d.patch()
		if got := d.text("#card-a"); got != "again again0 T again" {
			t.Error(got)
		}
	}
}

func TestAnElementMovesBetweenItems(t *testing.T) {
	d := newDeck(t)
	d.post("Hold", "feed.Card.in-a", "part")
	d.patch()
	d.post("Like", "feed.Part.part", "7")
	d.post("Hold", "feed.Card.in-a", "")
	d.post("Hold", "feed.Card.card-b", "part")
	d.patch()
	if got := d.text("#card-b #part"); got != "7" || len(d.doc.Find("#part")) != 1 {
		t.Error(shown(d.doc))
	}
	d.in.Set(func(s *views.Socket) { feed.Above.Set(s, "part") })
	d.post("Hold", "feed.Card.card-b", "")
	if _, err := d.in.Render(nil); !errors.Is(err, fault.ErrRemount) {
		t.Errorf("an element leaves an item for the page: %v", err)
	}
}

// What is posted from a component in an item is corrected there.
func TestControlsOfComponentsInItemsFollowTheServer(t *testing.T) {
	d := newDeck(t)
	for _, whole := range []bool{false, true} {
		if whole {
			d.in.Set(func(s *views.Socket) { feed.Note.Set(s, "n") })
		}
		r, err := d.in.Render(&patch.Posted{Source: "in-a-agrees", Fields: url.Values{"agrees": {"on"}}})
		if err != nil || !strings.Contains(string(r.Ops), `<hx-partial id="in-a-agrees"`) {
			t.Errorf("%s %v", r.Ops, err)
		}
	}
}

// What components in items read goes on in the component around the stream, also when that was remounted.
func TestComponentsInItemsReadWhatIsAround(t *testing.T) {
	feed.Mounts = 0
	in, _ := viewtest.NewReporting(t, viewtest.Define(feed.Custom{Show: feed.Held}))
	in.Set(func(s *views.Socket) { feed.Cards.Append(s, feed.Line{ID: "a", Text: "A"}) })
	d := &deck{t, in, document(t, in.FirstPage())}
	d.post("Like", "feed.Card.in-a", "3")
	d.patch()
	for i, want := range []string{"3 mount 1", "3 mount 2", "3 mount 3"} {
		if i > 0 {
			if err := in.Post("Fail", "feed.Holder.holder", ""); err == nil {
				t.Fatal("it has not failed")
			}
			d.patch()
		}
		if got := d.text("#in-a-likes"); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	in.Set(func(s *views.Socket) { feed.Cards.Append(s, feed.Line{ID: "c", Text: "C"}) })
	d.patch()
	if got := d.text("#in-c-likes"); got != "0 mount 3" {
		t.Error(got)
	}
}
