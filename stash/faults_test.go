package stash_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/internal/shop"
	"github.com/sideband-go/sideband/stash/stashtest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Case 309: what a callback changes waits for no store.
func TestEventsDoNotWaitForTheStore(t *testing.T) {
	t.Parallel()
	store := &stashtest.Faulty{Store: new(stash.Memory)}
	k := newKit(handlers.Stash{Store: store})
	page := livetest.Open(t, shop.Site(k), "/")
	store.Hang()
	use(page)
	page.Expect("#basket", "map[tea:2]")
	if s := k.Stats(); s.StashPending != 1 {
		t.Errorf("%+v", s)
	}
	store.Mend()
	page.AwaitSaved()
	page.Reload()
	page.Expect("#basket", "map[tea:2]")
}

// Case 310: nothing is written when nothing durable has changed.
func TestUnchangedStateIsNotWritten(t *testing.T) {
	t.Parallel()
	store := &stashtest.Faulty{Store: new(stash.Memory)}
	k := newKit(handlers.Stash{Store: store})
	page := livetest.Open(t, shop.Site(k), "/")
	page.Button("Look").Click()
	page.Button("Look").Click()
	page.Expect("#seen", "2")
	page.AwaitSaved()
	if n := store.Calls("Put"); n != 0 {
		t.Errorf("%d writes of a page that has set its defaults", n)
	}
	page.Button("Next").Click()
	page.AwaitSaved()
	page.Button("Look").Click()
	if err := views.Send(page.View(), shop.Page.Tick, 0); err != nil {
		t.Fatal(err)
	}
	page.AwaitSaved()
	writes := store.Calls("Put")
	if err := views.Send(page.View(), shop.Page.Tick, 0); err != nil { // it has that value
		t.Fatal(err)
	}
	page.Button("Look").Click()
	page.AwaitSaved()
	if n := store.Calls("Put"); n != writes || writes != 2 {
		t.Errorf("%d writes, then %d, want 2", writes, n)
	}
}

// Case 311: a store that loses what it has confirmed.
func TestAStoreThatLoses(t *testing.T) {
	t.Parallel()
	store := &stashtest.Faulty{Store: new(stash.Memory)}
	c := handlers.Stash{Store: store}
	page := livetest.Open(t, shop.Site(newKit(c)), "/")
	store.Lose()
	use(page)
	page.AwaitSaved()
	store.Mend()
	page.Site().Restart(shop.Site(newKit(c)))
	expectNew(page, "not found")
}

// Case 312: a message in a process that has lost the view does not overwrite what the page has done since.
func TestALostViewDoesNotOverwrite(t *testing.T) {
	t.Parallel()
	c := handlers.Stash{Store: new(stash.Memory)}
	old := newKit(c)
	page := livetest.Open(t, shop.Site(old), "/")
	page.Button("Next").Click()
	page.AwaitSaved()
	lost := page.View()
	// The page goes to another process, while the old one does not know.
	now := newKit(c)
	page.Site().Move(shop.Site(now))
	page.Expect("#recovery", "recovered")
	page.Button("Next").Click()
	page.AwaitSaved()
	if err := views.Send(lost, shop.Page.Tick, 7); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); old.Stats().StashFenced == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if s := old.Stats(); s.StashFenced != 1 || s.StashPending != 0 {
		t.Errorf("%+v", s)
	}
	page.Reload()
	page.Expect("#step", "Step 3")
	page.Expect("#ticks", "0")
}

// An event may change durable keys by a message of a component's: it counts as the page's, and takes the state back from
// another tab.
func TestAMessageOfAnEventIsSaved(t *testing.T) {
	t.Parallel()
	k := newKit(handlers.Stash{Store: new(stash.Memory)})
	page := livetest.Open(t, shop.Site(k), "/")
	page.Button("Next").Click()
	page.AwaitSaved()
	other := page.Person().Open("/")
	other.Button("Next").Click()
	other.AwaitSaved()
	page.Button("Order b").Click()
	page.Expect("#ticks", "100")
	page.AwaitSaved()
	if n := k.Stats().StashFenced; n != 0 {
		t.Errorf("%d states are not written", n)
	}
	page.Person().Open("/").Expect("#ticks", "100") // and takes it
	page.Button("Look").Click()
	if err := views.Send(page.View(), shop.Page.Tick, 7); err != nil {
		t.Fatal(err)
	}
	page.Expect("#ticks", "7")
	page.AwaitSaved()
	if n := k.Stats().StashFenced; n != 1 {
		t.Errorf("%d states are not written, want that of a message after an event", n)
	}
}

// Case 313.
func TestLogOutForgets(t *testing.T) {
	t.Parallel()
	memory := new(stash.Memory)
	c := handlers.Stash{Store: memory}
	k := newKit(c)
	page := livetest.Open(t, shop.Site(k), "/")
	use(page)
	page.AwaitSaved()
	if n := k.Disconnect("somebody else"); n != 0 {
		t.Fatalf("%d pages", n)
	}
	if memory.Len() != 1 {
		t.Fatalf("%d records", memory.Len())
	}
	k.Disconnect("") // who is not logged in, as everybody here
	page.WaitFor("the record to go", func() bool { return memory.Len() == 0 })
	page.Reload()
	expectNew(page, "new")
	page.Button("Next").Click()
	page.AwaitSaved()
	page.EndSession()
	page.WaitFor("the record to go", func() bool { return memory.Len() == 0 || page.Find("#step").Text() == "Step 1" })
	page.Reload()
	expectNew(page, "new")
}

// What events save while the pages end is forgotten, too: the state is deleted again once they have ended.
func TestStateIsForgottenOnceMoreAfterThePages(t *testing.T) {
	t.Parallel()
	store := &stashtest.Faulty{Store: new(stash.Memory)}
	k := newKit(handlers.Stash{Store: store})
	page := livetest.Open(t, shop.Site(k), "/")
	k.Disconnect("")
	page.WaitFor("both deletions", func() bool { return store.Calls("Delete") == 2 })
	page.EndSession()
	page.WaitFor("both deletions", func() bool { return store.Calls("Delete") == 4 })
}

// logs is a log that a test reads.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Cases 314 and 526: a state that is too large is not kept; the log names its keys, and the page goes on. Nor is the one before,
// which would be taken for it: the next view says why it begins without.
func TestStateThatIsTooLarge(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stash handlers.Stash
		says  string
	}{
		"a store": {handlers.Stash{Store: new(stash.Memory), Size: 1000}, "raise Stash.Size"},
		"a page":  {handlers.Stash{}, "set Stash.Store"},
	} {
		t.Run(name, func(t *testing.T) {
			log := &logs{}
			k := handlers.New(handlers.Config{Stash: test.stash, Security: handlers.Security{Secrets: secrets}, Logger: slog.New(slog.NewTextHandler(log, nil))})
			page := livetest.Open(t, shop.Site(k), "/")
			page.Button("Next").Click()
			page.AwaitSaved()
			page.Find("#write").Fill(strings.Repeat("x", 5000))
			page.WaitFor("the log", func() bool { return strings.Contains(log.String(), "note 5002") })
			if text := log.String(); !strings.Contains(text, test.says) || strings.Contains(text, "xxxx") {
				t.Errorf("the log says %s", text)
			}
			page.Expect("#note", strings.Repeat("x", 5000))
			if s := k.Stats(); s.StashRefused == 0 {
				t.Errorf("%+v", s)
			}
			page.AwaitSaved()
			page.Site().Restart(shop.Site(newKit(test.stash)))
			expectNew(page, "failed, with a reason")
			page.Expect("#note", "")
			if r, err := page.Recovered(); r != state.RecoveryFailed || !errors.Is(err, stash.ErrTooLarge) || !strings.Contains(err.Error(), "note 5002") {
				t.Errorf("%v, %v", r, err)
			}
			page.Button("Next").Click() // takes that place
			page.AwaitSaved()
			page.Site().Restart(shop.Site(newKit(test.stash)))
			page.Expect("#recovery", "recovered")
			page.Expect("#step", "Step 2")
		})
	}
}

// What has become smaller again is kept, also if it is what was kept before.
func TestStateThatWasTooLarge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]handlers.Stash{"a store": {Store: new(stash.Memory), Size: 1000}, "a page": {}} {
		t.Run(name, func(t *testing.T) {
			k := newKit(c)
			page := livetest.Open(t, shop.Site(k), "/")
			page.Find("#write").Fill("small")
			page.AwaitSaved()
			page.Find("#write").Fill(strings.Repeat("x", 5000))
			page.AwaitSaved()
			page.WaitFor("the refusal", func() bool { return k.Stats().StashRefused > 0 })
			page.Find("#write").Fill("small")
			page.AwaitSaved()
			page.Site().Restart(shop.Site(newKit(c)))
			page.Expect("#recovery", "recovered")
			page.Expect("#note", "small")
		})
	}
}

// Case 315.
func TestVersions(t *testing.T) {
	t.Parallel()
	upgrade := func(old handlers.StashedValues) (handlers.StashedValues, error) {
		if old.Version != "1" || !strings.HasSuffix(old.Page, "shop.Page") {
			return old, errors.New("from where?")
		}
		for i, v := range old.Values {
			if v.Component == "" && v.Key == "step" {
				old.Values[i].Data = []byte("20")
			}
		}
		return old, nil
	}
	for name, test := range map[string]struct {
		next           handlers.Stash
		recovery, step string
	}{
		"another version":       {handlers.Stash{Version: "2"}, "not found", "Step 1"},
		"upgraded":              {handlers.Stash{Version: "2", Upgrade: upgrade}, "recovered", "Step 20"},
		"an upgrade that fails": {handlers.Stash{Version: "2", Upgrade: func(handlers.StashedValues) (v handlers.StashedValues, err error) { return v, errors.New("no") }}, "failed, with a reason", "Step 1"},
		"one that panics":       {handlers.Stash{Version: "2", Upgrade: func(handlers.StashedValues) (v handlers.StashedValues, err error) { panic("no") }}, "failed, with a reason", "Step 1"},
		"the same version":      {handlers.Stash{Version: "1", Upgrade: upgrade}, "recovered", "Step 2"},
	} {
		for _, store := range []stash.Store{nil, new(stash.Memory)} {
			t.Run(name, func(t *testing.T) {
				page := livetest.Open(t, shop.Site(newKit(handlers.Stash{Version: "1", Store: store})), "/")
				page.Button("Next").Click()
				page.AwaitSaved()
				next := test.next
				next.Store = store
				page.Site().Restart(shop.Site(newKit(next)))
				page.Expect("#recovery", test.recovery)
				page.Expect("#step", test.step)
			})
		}
	}
}

// Case 316: other tabs.
func TestTabs(t *testing.T) {
	t.Parallel()
	for _, perTab := range []bool{false, true} {
		c := handlers.Stash{Store: new(stash.Memory), PerTab: perTab}
		one := livetest.Open(t, shop.Site(newKit(c)), "/")
		one.Button("Next").Click()
		one.AwaitSaved()
		two := one.NewTab("/")
		begins := map[bool]string{false: "Step 2", true: "Step 1"}[perTab]
		two.Expect("#step", begins)
		two.Button("Tea").Click()
		two.AwaitSaved()
		one.Button("Next").Click() // the newest change counts, whoever has the record
		one.AwaitSaved()
		one.Site().Restart(shop.Site(newKit(c)))
		one.Expect("#step", "Step 3")
		if two.Expect("#step", map[bool]string{false: "Step 3", true: "Step 1"}[perTab]); perTab {
			two.Expect("#basket", "map[tea:1]")
		}
		one.Reload()
		one.Expect("#step", map[bool]string{false: "Step 3", true: "Step 1"}[perTab])
	}
}
