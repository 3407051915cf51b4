package live

import (
	"runtime"
	"testing"
	"weak"
)

// A view whose page has taken the place of another's keeps nothing of that when it has ended.
func TestAViewThatWasFollowedIsForgotten(t *testing.T) {
	v, before := new(View), &View{id: "before"}
	forgotten := weak.Make(before)
	v.Follow(before)
	v.before.Store(nil)
	runtime.GC()
	if forgotten.Value() != nil || !v.HasFollowed("before") {
		t.Error("it is kept")
	}
	runtime.KeepAlive(v)
}
