package live

import (
	"testing"
	"testing/synctest"
	"time"
)

// Case 549. A link that is clicked again long after its answer was lost makes an entry of the history.
func TestASecondClickComesSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := new(View)
		v.place.Store(&Place{Path: "/a"})
		for i, click := range []struct {
			after time.Duration
			from  string
			again bool
		}{{0, "/", false}, {time.Second, "/", true}, {14 * time.Second, "/", true}, {15 * time.Second, "/", false}, {0, "/b", false}} {
			time.Sleep(click.after)
			if again := v.NoteAsked(click.from, click.from); again != click.again {
				t.Errorf("%d: %t", i, again)
			}
		}
	})
}

// A step that may have been overtaken by a link is one from an address that the view did not know of, and comes soon.
func TestAStepThatALinkMayHaveOvertaken(t *testing.T) {
	for name, c := range map[string]struct {
		from, before, step string
		leaves             bool // the view goes elsewhere before the step
		after              time.Duration
		want               bool
	}{
		"overtaken":        {from: "/a", before: "/b", step: "/a", want: true},
		"an ordinary Back": {from: "/a", before: "/a", step: "/a"},
		"another address":  {from: "/a", before: "/b", step: "/c"},
		"later":            {from: "/a", before: "/b", step: "/a", after: askedFor},
		"gone on":          {from: "/a", before: "/b", step: "/a", leaves: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := new(View)
				if v.place.Store(&Place{Path: "/link"}); v.hasOvertaken(c.step) {
					t.Error("nothing was asked for")
				}
				v.NoteAsked(c.from, c.before)
				time.Sleep(c.after)
				if c.leaves {
					v.place.Store(&Place{Path: "/link"})
				}
				if got := v.hasOvertaken(c.step); got != c.want {
					t.Errorf("%v, not %v", got, c.want)
				}
			})
		})
	}
}
