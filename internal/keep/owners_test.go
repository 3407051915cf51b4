package keep_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/keep"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
)

// Case 306: who has lost a view to another process can't overwrite what that has saved; the page can take it back.
func TestTwoProcesses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		records := &stash.Memory{}
		one, two := newProcess(records), newProcess(records)
		a, b := one.open(), two.open()
		take(t, a, "")
		a.Save([]byte("one"), byPage)
		written()
		take(t, b, "one")
		a.Save([]byte("by a timer"), keep.Reason{})
		written()
		kept(t, two, "one")
		b.Save([]byte("two"), keep.Reason{})
		written()
		a.Save([]byte("by a timer again"), keep.Reason{})
		written()
		kept(t, two, "two")
		if one.counts().fenced != 2 || one.Pending() != 0 {
			t.Errorf("%+v, %d pending", one.counts(), one.Pending())
		}
		a.Save([]byte("the page is here"), byPage)
		written()
		kept(t, two, "the page is here")
		b.Save([]byte("late"), keep.Reason{})
		written()
		kept(t, two, "the page is here")
	})
}

// A process that has written nothing yet has no claim to what another one has written since, until the page is back.
func TestAnOldProcessThatHasWrittenNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		records := &stash.Memory{}
		one, two := newProcess(records), newProcess(records)
		a, b := one.open(), two.open()
		if _, err := a.Find(t.Context(), key); !errors.Is(err, stash.ErrNotFound) {
			t.Fatal(err)
		}
		take(t, b, "")
		b.Save([]byte("two"), byPage)
		written()
		one.store.Fail(stashtest.ErrAway)
		a.Save([]byte("by a timer"), keep.Reason{})
		synctest.Wait()
		if one.counts().failures != 1 || one.Pending() != 1 {
			t.Errorf("%+v, %d pending", one.counts(), one.Pending())
		}
		one.store.Mend()
		time.Sleep(time.Minute)
		kept(t, two, "two")
		if one.counts().fenced != 1 || one.Pending() != 0 {
			t.Errorf("%+v, %d pending", one.counts(), one.Pending())
		}
		b.Save([]byte("two again"), keep.Reason{})
		written()
		kept(t, two, "two again")
		a.Save([]byte("the page is back"), byPage)
		written()
		kept(t, two, "the page is back")
	})
}

// A process that was cut off from its page and the store takes nothing back when it is connected to the store again.
func TestAProcessThatWasCutOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		records := &stash.Memory{}
		one, two := newProcess(records), newProcess(records)
		cut := &page{}
		a, b := one.Open("page", cut), two.open()
		take(t, a, "")
		a.Save([]byte("one"), byPage)
		written()
		one.store.Fail(stashtest.ErrAway)
		cut.isAway.Store(true)
		a.Save([]byte("the last event"), byPage)
		synctest.Wait()
		take(t, b, "one")
		b.Save([]byte("two"), byPage)
		written()
		one.store.Mend()
		time.Sleep(time.Minute)
		kept(t, two, "two")
		if one.counts().fenced != 1 || one.Pending() != 0 {
			t.Errorf("%+v, %d pending", one.counts(), one.Pending())
		}
	})
}

// A view that is remounted in the same process has what the one before has not written yet, and writes that.
func TestAStateThatWaitsIsInherited(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		before := p.open()
		take(t, before, "")
		p.store.Fail(stashtest.ErrAway)
		before.Save([]byte("waits"), byPage)
		synctest.Wait()
		now := p.open()
		take(t, now, "waits")
		p.store.Mend()
		time.Sleep(5 * time.Second)
		kept(t, p, "waits")
		before.Save([]byte("late"), keep.Reason{})
		written()
		kept(t, p, "waits")
		now.Save([]byte("newer"), keep.Reason{})
		written()
		kept(t, p, "newer")
	})
}

// What a remounted view inherits is written though a timer has made it.
func TestWhatATimerMadeIsInherited(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		before := p.open()
		take(t, before, "")
		before.Save([]byte("old"), byPage)
		written()
		p.store.Fail(stashtest.ErrAway)
		before.Save([]byte("by a timer"), keep.Reason{})
		synctest.Wait()
		now := p.open()
		take(t, now, "by a timer")
		p.store.Mend()
		time.Sleep(time.Minute)
		kept(t, p, "by a timer")
	})
}

// A page that has yet to connect to its remounted view has not left it.
func TestWhatIsInheritedWaitsForThePage(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := newProcess(&stash.Memory{})
		before := p.open()
		take(t, before, "")
		before.Save([]byte("old"), byPage)
		written()
		p.store.Fail(stashtest.ErrAway)
		before.Save([]byte("new"), byPage)
		synctest.Wait()
		away := &page{}
		away.isAway.Store(true)
		take(t, p.Open("page", away), "new")
		time.Sleep(time.Minute)
		p.store.Mend()
		time.Sleep(time.Minute)
		kept(t, p, "new")
	})
}
