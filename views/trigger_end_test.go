package views_test

import (
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/views"
)

// Case 455: the selector of a trigger ends neither itself nor the trigger, and no event is a word of htmx's.
func TestSelectorsOfTriggersEndNothing(t *testing.T) {
	for _, bad := range []views.Trigger{
		{On: "click", From: `#row-;load[evil] `},
		{On: "click", From: `#row" load`},
		{On: "click", From: `a -> evil`},
		{On: "click", From: "a\rb"},
		{On: "click", From: "a\u2028b"},
		{On: "every", From: `x[evil]`},
	} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.HasPrefix(said, "views: ") {
					t.Errorf("%+v: %q", bad, said)
				}
			}()
			t.Errorf("%+v: %s", bad, bad.Spec())
		}()
	}
	for _, good := range []string{`#a, .b`, `a[href='x']`, `closest li`} {
		if got := (views.Trigger{On: "click", From: good}).Spec(); got != `click from:"`+good+`"` {
			t.Errorf("%s: %s", good, got)
		}
	}
}

func TestWhatIsDelayedPreventsNothing(t *testing.T) {
	for _, bad := range []views.Trigger{
		{On: "input", Prevent: true, Debounce: time.Second},
		{On: "wheel", Prevent: true, Throttle: time.Second},
	} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, "prevents nothing") {
					t.Errorf("%+v: %q", bad, said)
				}
			}()
			t.Errorf("%+v: %s", bad, bad.Spec())
		}()
	}
}
