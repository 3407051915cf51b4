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
			if again := v.NoteAsked(click.from); again != click.again {
				t.Errorf("%d: %t", i, again)
			}
		}
	})
}
