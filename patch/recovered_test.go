package patch_test

import (
	"html"
	"net/url"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/patch"
)

// recovered renders the whole view for a page of which nobody knows what it shows, but that has told of its forms.
func (s *show) recovered(view string, told ...patch.Posted) {
	s.t.Helper()
	r, err := patch.Scan([]byte(view), nil, &patch.Tree{})
	if err != nil {
		s.t.Fatal(err)
	}
	ops := r.Recovered(told).AppendMorph(nil, rootID, []byte(view))
	s.ops = string(r.AppendBound(ops, &patch.Tree{}, rootID))
	s.tree = patch.Tree{}
	s.tree.Commit(r)
	if err := s.doc.Apply(s.ops); err != nil {
		s.t.Fatal(err)
	}
}

// toldOf is what the form of unsureView posts.
func toldOf(name, city string) patch.Posted {
	return patch.Posted{Source: "f", Fields: url.Values{"name": {name}, "city": {city}, "size": {"s"}}}
}

func TestAWholeViewLeavesAloneWhatIsTypedSinceThePageHasToldOfItsForms(t *testing.T) {
	const odd = `A"nn'],\ <b>é &amp;`
	for _, first := range []string{"Ann", odd} {
		s := newShow(t, unsureView("", "Oslo", "s", false))
		s.types("name", first)
		told := toldOf(first, "Oslo")
		s.types("name", first+"abel")
		s.doc.Do(htmxdom.FocusOn("gift"), htmxdom.CheckBox("gift", true))
		view := unsureView(html.EscapeString(first), "Oslo", "s", false)
		s.recovered(view, told)
		s.shows("name", first+"abel")
		s.shows("city", "Oslo") // nobody has typed into it
		if !s.doc.Checked(s.doc.ByID("gift")) {
			t.Errorf("the box is not checked: %s", s.ops)
		}
		// The event of the first text comes late, then that of the second.
		s.render(view, &patch.Posted{Source: "name", Fields: told.Fields})
		s.shows("name", first+"abel")
		second := toldOf(first+"abel", "Oslo")
		second.Source = "name"
		s.render(unsureView(html.EscapeString(first+"abel"), "Oslo", "s", true), &second)
		s.shows("name", first+"abel")
		// What the view changes shows.
		s.render(unsureView("Bob", "Bergen", "s", true), nil)
		s.shows("name", "Bob")
		s.shows("city", "Bergen")
	}
}

// A field whose HTML has the text already shows that also after the whole view, and after the next one.
func TestAWholeViewKeepsWhatNobodyHasTyped(t *testing.T) {
	t.Parallel()
	for _, city := range []string{"Oslo", `O"slo'], \`, ""} {
		s := newShow(t, unsureView("", html.EscapeString(city), "s", false))
		for range 2 {
			s.recovered(unsureView("", html.EscapeString(city), "s", false), toldOf("", city))
			s.shows("city", city)
		}
	}
}

// The newest of what a page has told counts, and what the view says otherwise shows.
func TestAWholeViewShowsWhatTheServerHasChanged(t *testing.T) {
	t.Parallel()
	s := newShow(t, unsureView("", "", "s", false))
	s.types("name", "Ann")
	s.types("city", "oslo")
	s.doc.SetFocus(nil)
	s.recovered(unsureView("", "Oslo", "s", false), toldOf("", ""), toldOf("Ann", "oslo"))
	s.shows("name", "")
	s.shows("city", "Oslo")
}

// An event that has waited was collected before the page told of its form: the field shows what was typed since, also if
// its HTML has what the event says.
func TestAWholeViewLeavesAloneWhatThePageHasToldOtherwise(t *testing.T) {
	t.Parallel()
	s := newShow(t, unsureView("", "Oslo", "s", false))
	s.types("city", "Bergen")
	s.doc.SetFocus(nil)
	s.recovered(unsureView("", "Oslo", "s", false), toldOf("", "Bergen"), toldOf("", "Oslo"))
	s.shows("city", "Bergen")
	s.render(unsureView("", "Bergen", "s", false), nil)
	s.shows("city", "Bergen")
}
