package interop_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/interop"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// bubble opens the page where time passes only when everything waits.
func bubble(t *testing.T, f func(*testing.T, *livetest.Page)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
		page := livetest.Open(t, site.Routes(kit, nil), "/client")
		page.Site().Patience = time.Minute
		f(t, page)
	})
}

func TestTheChartGetsPoints(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		events := page.TakeEvents()
		if len(events) == 0 || events[0].Name != "chart:history" {
			t.Fatalf("the events are %v", events)
		}
		var history []interop.Point
		if err := json.Unmarshal([]byte(events[0].Data), &history); err != nil || len(history) != 30 {
			t.Fatalf("%d points, %v", len(history), err)
		}
		page.TakeMessages()
		time.Sleep(3500 * time.Millisecond) // of the bubble's time
		points := page.TakeEvents()
		if len(points) != 3 || points[2].Name != "chart:point" || !strings.HasPrefix(points[2].Data, `{"x":32,`) {
			t.Errorf("the points are %v", points)
		}
		for _, m := range page.TakeMessages() {
			if strings.Contains(m.HTML, "chart") {
				t.Errorf("a patch is for the chart: %s", m.HTML)
			}
		}
		page.Find("#chart").Push("chart:select", history[7])
		page.Expect("#selected", "Selected: second 7, 75 sold")
		if got := page.TakeReplies(); len(got) != 1 || got[0].Data != `{"text":"In second 7 75 were sold."}` {
			t.Errorf("the replies are %v", got)
		}
		page.Find("#chart").Push("chart:select", interop.Point{X: 7, Y: 1})
		page.Expect("#sb-notice", "There is no such point any more.")
	})
}

func TestTheListIsSorted(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		order := func() string { return strings.Join(page.Find("#tasks > li").Attrs("id"), " ") }
		for _, c := range []struct {
			drop          interop.Drop
			order, notice string
		}{
			{interop.Drop{ID: "task-bike", To: 3}, "task-rent task-book task-call task-bike", ""},
			{interop.Drop{ID: "task-bike", To: 0}, "task-rent task-book task-call task-bike", "The rent comes first."},
			{interop.Drop{ID: "task-rent", To: 1}, "task-rent task-book task-call task-bike", "The rent comes first."},
			{interop.Drop{ID: "task-bike", To: 4}, "task-rent task-book task-call task-bike", "There is no such place."},
			{interop.Drop{ID: "task-bike", To: -1}, "task-rent task-book task-call task-bike", "There is no such place."},
			{interop.Drop{ID: "nothing", To: 1}, "task-rent task-book task-call task-bike", "There is no such place."},
		} {
			page.Find("#sort").Push("push", c.drop)
			page.Expect("#sb-notice", c.notice)
			if got := order(); got != c.order {
				t.Errorf("%+v: %s", c.drop, got)
			}
			replies := page.TakeReplies()
			if len(replies) != 1 || replies[0].Data != `{"order":["`+strings.ReplaceAll(c.order, " ", `","`)+`"]}` {
				t.Errorf("%+v: the replies are %v", c.drop, replies)
			}
		}
		page.Button("Move up: Repair the bike").Click()
		page.Expect("#sb-notice", "")
		if got := order(); got != "task-rent task-book task-bike task-call" {
			t.Errorf("by a button: %s", got)
		}
	})
}

func TestOneItemCannotBeDeleted(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		row := page.AtOnce().Find("#item-1")
		page.AtOnce().Button("Delete Milk").Click()
		if got := row.Attr("class"); got != "htmx-request" {
			t.Errorf("while its event is under way the row's class is %q", got)
		}
		page.ExpectNone("#item-1")
		page.Button("Delete Chewing gum").Click()
		page.Expect("#sb-notice", "Chewing gum sticks to the list.")
		page.Expect("#item-3 span", "Chewing gum")
		page.Button("Save").Click()
		page.Expect("#saved", "Saved once")
		page.Button("Save").Click()
		page.Expect("#saved", "Saved 2 times")
	})
}

func TestVendoredScriptsAreWhatTheirChecksumsSay(t *testing.T) {
	list, err := fs.ReadFile(interop.Scripts, "vendor/CHECKSUMS")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(list)) {
		want, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		data, err := fs.ReadFile(interop.Scripts, "vendor/"+name)
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s has changed since it was vendored: ./vendor.sh brings it back", name)
		}
		n++
	}
	if n != 5 {
		t.Errorf("%d files are listed", n)
	}
}
