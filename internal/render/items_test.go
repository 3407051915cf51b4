package render_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/viewtest/feed"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What comes to a stream and goes from it is shown without rendering what is around. The random tests of
// this package compare what it makes of the page with whole renderings.
func TestItemsAreShownWithoutWhatIsAround(t *testing.T) {
	card := func(id string) feed.Line { return feed.Line{ID: id, Text: id, Twin: id == "d"} }
	item := func(id, class string) string { return fmt.Sprintf(`<hx-partial id="card-%s" hx-swap="%s">`, id, class) }
	for _, c := range []struct {
		name   string
		change func(s *views.Socket)
		ops    []string
		text   string
	}{
		{"append", func(s *views.Socket) { feed.Cards.Append(s, card("c"), card("d")) }, []string{item("b", "afterend")}, "a b c d"},
		{"prepend", func(s *views.Socket) { feed.Cards.Prepend(s, card("0")) }, []string{item("a", "beforebegin")}, "0 a b"},
		{"insert", func(s *views.Socket) { feed.Cards.InsertAt(s, 1, card("x")) }, []string{item("a", "afterend")}, "a x b"},
		{"delete the first", func(s *views.Socket) { feed.Cards.DeleteID(s, "a") }, []string{item("a", "delete")}, "b"},
		{"delete the last", func(s *views.Socket) { feed.Cards.DeleteID(s, "b") }, []string{item("b", "delete")}, "a"},
		{"both", func(s *views.Socket) { feed.Cards.DeleteID(s, "a"); feed.Cards.Append(s, card("c")) }, []string{item("a", "delete"), item("b", "afterend")}, "b c"},
		{"around", func(s *views.Socket) {
			feed.Cards.DeleteID(s, "b")
			feed.Cards.Prepend(s, card("0"))
		}, []string{item("b", "delete"), item("a", "beforebegin")}, "0 a"},
		{"all", func(s *views.Socket) { feed.Cards.Reset(s) }, []string{`<hx-partial id="deck" hx-swap="textContent">`}, ""},
		{"others", func(s *views.Socket) { feed.Cards.Reset(s, card("c")) }, []string{`"card-c"`}, "c"},
	} {
		for _, place := range []string{"", "region"} {
			d := newDeck(t)
			d.in.Set(func(s *views.Socket) { state.Assign(s, feed.Place.To(place)) })
			d.patch()
			before := feed.Rendered
			d.in.Set(c.change)
			ops := d.patch()
			for _, want := range c.ops {
				if !strings.Contains(ops, want) {
					t.Errorf("%s: %s lacks %s", c.name, ops, want)
				}
			}
			if feed.Rendered != before && c.name != "others" {
				t.Errorf("%s: the page was rendered", c.name)
			}
			got := ""
			for _, n := range d.doc.Find("#deck > li") {
				id, _ := htmxdom.Attr(n, "id")
				got += strings.TrimPrefix(id, "card-") + " "
			}
			if got != c.text+" " && got != c.text {
				t.Errorf("%s: %q, not %q", c.name, got, c.text)
			}
		}
	}
}

// Who reads the stream otherwise is rendered.
func TestAStreamThatIsCountedRendersWhoCounts(t *testing.T) {
	d := newDeck(t)
	before := feed.Rendered
	d.in.Set(func(s *views.Socket) { feed.Place.Set(s, "counted") })
	d.patch()
	d.in.Set(func(s *views.Socket) { feed.Cards.Append(s, feed.Line{ID: "c", Text: "C"}) })
	d.patch()
	if got := d.text("#count"); got != "3" || feed.Rendered != before+2 {
		t.Error(got, feed.Rendered-before)
	}
}
