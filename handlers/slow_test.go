package handlers_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var countPattern = regexp.MustCompile(`id="count"[^>]*>(\d+)<`)

func countIn(text string) string {
	if m := countPattern.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// A browser that is slow for a while gets what it missed when it reads again, in order,
// with as few messages as that takes.
func TestASlowBrowserCatchesUp(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{Connection: sse.Config{MaxPending: 1, NoCompression: true, MaxPendingBytes: 64 << 20}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	large := make([]byte, 4<<20)
	for i := range large {
		large[i] = 'a' + byte(rand.N(26))
	}
	n := 0
	for s.kit.Stats().ConnectionsFull == 0 {
		n++
		waitFor(t, func() bool { return rooms.Say(view, strconv.Itoa(n)+string(large)) == nil })
		waitFor(t, func() bool { return rooms.Tick(view, 1) == nil })
		waitFor(t, func() bool { return handlers.Waiting(s.kit) == 0 })
		if n > 500 {
			t.Fatal("the stream takes everything")
		}
	}
	waitFor(t, func() bool { return rooms.Say(view, "the end") == nil })
	waitFor(t, func() bool { return rooms.Tick(view, 1) == nil })
	last, lastID := 0, 0
	for messages := 0; last < n+1; messages++ {
		id, data := p.message()
		if data == "" {
			t.Fatalf("the stream ends at %d of %d", last, n+1)
		}
		if c, err := strconv.Atoi(countIn(data)); err == nil {
			if c < last {
				t.Fatalf("%d comes after %d", c, last)
			}
			last = c
		}
		if i, err := strconv.Atoi(id); err == nil {
			if i <= lastID || i > lastID+1 && !strings.Contains(data, "innerMorph") {
				t.Fatalf("message %d comes after %d", i, lastID) // only all of the view makes up for others
			}
			lastID = i
		}
		if messages > 2*n+5 {
			t.Fatalf("%d messages for %d changes", messages, n)
		}
	}
	p.post("event=Write", map[string][]string{"text": {"after"}})
	p.await("after")
}

// A box that the view refuses while its browser is slow is set back once that reads again.
func TestABoxThatIsRefusedToASlowBrowserIsSetBack(t *testing.T) {
	page := rooms.Page{Ref: make(chan ref, 1)}
	s := roomSite(t, handlers.Config{Connection: sse.Config{MaxPending: 1, NoCompression: true, MaxPendingBytes: 64 << 20}}, page)
	p := s.browser(t).open("/rooms/a").connect("")
	view := take(t, page.Ref, "the view to connect")
	large := strings.Repeat("a", 4<<20)
	for n := 1; s.kit.Stats().ConnectionsFull == 0; n++ {
		waitFor(t, func() bool { return rooms.Say(view, strconv.Itoa(n)+large) == nil })
		waitFor(t, func() bool { return handlers.Waiting(s.kit) == 0 })
		if n > 500 {
			t.Fatal("the stream takes everything")
		}
	}
	if a := p.post("event=Check", map[string][]string{"agree": {"on"}}, "HX-Source", "input#agree"); a.status != http.StatusNoContent {
		t.Fatalf("answered %d %s", a.status, a.body)
	}
	for {
		_, data := p.message()
		if data == "" {
			t.Fatal("the stream ends, and the box is as it was")
		}
		if strings.Contains(data, "hx-target='#agree:checked'") {
			return
		}
	}
}

// A page that has lost its place to others finds the server busy, and is not reloaded.
func TestAPageThatFindsNoRoom(t *testing.T) {
	s := roomSite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{Views: 1}}}, rooms.Page{})
	p := s.browser(t).open("/rooms/a")
	s.browser(t).open("/rooms/b").connect("") // takes its place
	waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 1 })
	if a := p.post("event=Add&value=1", nil); a.status != http.StatusServiceUnavailable || a.header.Get("HX-Refresh") != "" || !strings.Contains(a.body, "busy") {
		t.Errorf("event: %d %v %s", a.status, a.header, a.body)
	}
	if a := p.stream(); a.status != http.StatusServiceUnavailable {
		t.Errorf("stream: %d %s", a.status, a.body)
	}
	if st := s.kit.Stats(); st.StoreFull != 2 || st.Views.Connected != 1 {
		t.Errorf("%+v", st)
	}
}

// A layout that fails leaves no half page.
func TestALayoutThatFails(t *testing.T) {
	s := roomSite(t, handlers.Config{Layout: func(views.Document) templ.Component {
		return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, "<html>half")
			return errors.Join(err, errors.New("a secret of the layout"))
		})
	}}, rooms.Page{})
	a := s.browser(t).do("GET", "/rooms/a", nil)
	if a.status != http.StatusInternalServerError || strings.Contains(a.body, "half") || strings.Contains(a.body, "secret") {
		t.Errorf("answered %d %s", a.status, a.body)
	}
}
