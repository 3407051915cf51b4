package patch_test

import (
	"fmt"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/patch"
)

// unsure renders the whole view for an event of a page that may not have got the last rendering.
func (s *show) unsure(view string, p *patch.Posted) {
	s.t.Helper()
	r, err := patch.Scan([]byte(view), nil, &s.tree)
	if err != nil {
		s.t.Fatal(err)
	}
	ops := r.Unsure(&s.tree, *p).AppendMorph(nil, rootID, []byte(view))
	r.SetPosted(p)
	ops, _ = r.AppendForced(r.AppendBound(ops, &s.tree, rootID), rootID, *p)
	s.tree.Commit(r)
	s.ops = string(ops)
	if err := s.doc.Apply(s.ops); err != nil {
		s.t.Fatal(err)
	}
}

// unsureView is a form whose fields send events.
func unsureView(name, city, size string, gift bool) string {
	chosen := map[string]string{size: " selected"}
	checked := ""
	if gift {
		checked = " checked"
	}
	return fmt.Sprintf(`<form id="f"><input id="name" name="name" value="%s" hx-post="?e"><input id="city" name="city" value="%s" hx-post="?e">`+
		`<select id="size" name="size" hx-post="?e"><option value="s"%s>s</option><option value="l"%s>l</option></select>`+
		`<input id="gift" type="checkbox" name="gift" hx-post="?e"%s></form>`, name, city, chosen["s"], chosen["l"], checked)
}

// What is filled in while the answer to an earlier event is on its way stays, although that answer brings the
// whole view. It does whatever the page was sent before.
func TestAWholeViewLeavesAloneWhatIsFilledInSince(t *testing.T) {
	for name, before := range map[string]func(s *show){
		"nothing": func(*show) {},
		"events": func(s *show) {
			s.render(unsureView("x", "", "s", false), s.types("name", "x"))
			s.render(unsureView("x", "u", "s", false), s.types("city", "u"))
		},
		"changes": func(s *show) { s.render(unsureView("m", "n", "s", false), nil) },
		"whole views": func(s *show) {
			s.unsure(unsureView("x", "", "s", false), s.types("name", "x"))
			s.unsure(unsureView("x", "", "s", false), s.types("name", "x"))
			s.unsure(unsureView("p", "q", "s", false), s.types("name", "x"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShow(t, unsureView("", "", "s", false))
			before(s)
			was := s.doc.Value(s.doc.ByID("city"))
			first := s.types("name", "Ann")
			second := s.types("city", "Oslo")
			s.doc.Do(htmxdom.FocusOn("size"), htmxdom.Choose("size", "l"), htmxdom.CheckBox("gift", true))
			third := s.types("name", "Ann")
			s.doc.Do(htmxdom.FocusOn("gift"))
			filled := func() {
				t.Helper()
				s.shows("name", "Ann")
				s.shows("city", "Oslo")
				s.shows("size", "l")
				if !s.doc.Checked(s.doc.ByID("gift")) {
					t.Errorf("the box is not checked: %s", s.ops)
				}
			}
			s.unsure(unsureView("Ann", was, "s", false), first)
			filled()
			s.unsure(unsureView("Ann", "Oslo", "s", false), second)
			filled()
			s.unsure(unsureView("Ann", "Oslo", "l", true), third)
			filled()
			s.unsure(unsureView("Ann", "Oslo", "l", true), third) // what nobody has touched stays, too
			filled()
			// What the view changes shows.
			s.unsure(unsureView("Ann", "Bergen", "s", false), third)
			s.shows("city", "Bergen")
			s.shows("size", "s")
			if s.doc.Checked(s.doc.ByID("gift")) {
				t.Errorf("the box is checked: %s", s.ops)
			}
		})
	}
}
