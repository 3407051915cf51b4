package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// patches lists the messages of a stream but for what each begins with.
func patches(e *cut.Exchange) []string {
	return slices.DeleteFunc(e.Messages(), func(m string) bool { return strings.HasPrefix(m, `<hx-partial id="sb-lost"`) })
}

func TestAHiddenTabHasNoStreamAndGetsOnePatchOnReturn(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/lines?as=ann")
	live(t, p)
	until(t, "the view is connected", func() bool { return s.Kit.Stats().Views.Connected == 1 })
	stay(p)
	mark(p, "body *")
	for round := range 3 {
		seen := s.Net.Count(cut.Streams)
		other := p.NewTab("about:blank")
		until(t, "the hidden tab's stream is closed", func() bool {
			return s.Net.Open(cut.Streams) == 0 && s.Kit.Stats().Views.Connected == 0 && s.Kit.Stats().Views.Parked == 1
		})
		check(t, fixture.PushLines(s.Visits.Ref("ann"), "a", "b", "c", "d", "e"))
		check(t, fixture.Widen(s.Visits.Ref("ann"), string(rune('A'+round)), 10)) // the last of what happens meanwhile
		if n := s.Net.Count(cut.Streams); n != seen {
			t.Errorf("%d streams were opened by a hidden page", n-seen)
		}

		p.Front()
		p.WaitCount("#lines>li", 5*(round+1))
		live(t, p)
		streams := s.Net.Exchanges(cut.Streams)[seen:]
		if len(streams) != 1 {
			t.Fatalf("%d streams were opened on return", len(streams))
		}
		until(t, "the patch", func() bool { return len(patches(streams[0])) > 0 })
		// What comes next is a message of its own.
		check(t, fixture.Widen(s.Visits.Ref("ann"), "-", 3))
		p.WaitText("#wide", "---")
		if m := patches(streams[0]); len(m) != 2 {
			t.Errorf("%d messages came on return, want one and one afterwards: %q", len(m), m)
		}
		p.WaitFor(`document.title === "-` + fixture.TitleSuffix + `"`)
		other.Close()
	}
	stayed(t, p)
	var order []string
	p.Eval(`[...document.querySelectorAll("#lines>li")].map(e => e.id)`, &order)
	if want := lineIDs(15); !slices.Equal(order, want) {
		t.Errorf("the lines are %q", order)
	}
}
