package handlers_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/trip"
	"github.com/sideband-go/sideband/views"
)

func says(kind views.FlashKind, text string) func(s *views.Socket) error {
	return func(s *views.Socket) error {
		s.Flash(kind, text)
		return nil
	}
}

var noteIn = regexp.MustCompile(`<p id="(sb-flash-\d+)" data-kind="([^"]+)"><span>([^<]*)</span>`)

// notes lists what HTML shows, kind and text.
func notes(html string) (list []string) {
	for _, m := range noteIn.FindAllStringSubmatch(html, -1) {
		list = append(list, m[2]+" "+m[3])
	}
	return list
}

func wantNotes(t *testing.T, html string, want ...string) {
	t.Helper()
	if got := notes(html); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("says %q, not %q", got, want)
	}
}

func TestAFlashRendersNothingElse(t *testing.T) {
	var rendered atomic.Int64
	s := tripSite(t, handlers.Config{}, trip.Page{Rendered: func() { rendered.Add(1) }, Does: says(views.FlashInfo, `<b>"Saved" & done`)})
	p := s.browser(t).open("/trip").connect("")
	before := rendered.Load()
	if a := p.post("event=Act", nil); a.status != http.StatusNoContent || a.header.Get("Set-Cookie") != "" {
		t.Errorf("answered %d %v", a.status, a.header)
	}
	_, data := p.message()
	wantNotes(t, data, "info &lt;b&gt;&#34;Saved&#34; &amp; done")
	if !strings.Contains(data, `aria-label="Dismiss"`) || !strings.Contains(data, "sb-flash-status") || strings.Contains(data, "Step") {
		t.Errorf("the stream brings %q", data)
	}
	if n := rendered.Load() - before; n != 0 {
		t.Errorf("the page was rendered %d times", n)
	}
}

func TestANewerFlashTakesThePlaceOfItsKind(t *testing.T) {
	said := []func(s *views.Socket){
		func(s *views.Socket) { s.Flash(views.FlashInfo, "one"); s.Flash(views.FlashError, "bad") },
		func(s *views.Socket) { s.Flash(views.FlashInfo, "one") },
		func(s *views.Socket) { s.ClearFlash(views.FlashInfo, views.FlashSuccess) },
		func(s *views.Socket) { s.Flash("own-kind", "mine") },
		func(s *views.Socket) { s.Flash(views.FlashError, "") },
		func(s *views.Socket) { s.ClearFlash(); s.Flash(views.FlashInfo, "last") },
	}
	next := 0
	s := tripSite(t, handlers.Config{}, trip.Page{Does: func(s *views.Socket) error {
		said[next](s)
		next++
		return nil
	}})
	p := s.browser(t).open("/trip")
	shown := ""
	act := func(want ...string) {
		t.Helper()
		a := p.post("event=Act", nil)
		// Without a stream nothing is confirmed: the whole page comes each time after the first.
		if shown = a.body; next > 1 && !strings.Contains(shown, "innerMorph") {
			t.Fatalf("the page gets %s", shown)
		}
		wantNotes(t, shown, want...)
	}
	act("info one", "error bad")
	first := noteIn.FindStringSubmatch(shown)[1]
	act("info one", "error bad")
	if second := noteIn.FindStringSubmatch(shown)[1]; second == first {
		t.Errorf("it is the same element: %s", shown)
	}
	act("error bad")
	act("error bad", "own-kind mine")
	act("own-kind mine")
	act("info last")
}

func TestAFlashIsDismissed(t *testing.T) {
	refs := make(chan views.Ref, 1)
	s := tripSite(t, handlers.Config{}, trip.Page{Refs: refs, Does: says(views.FlashError, "bad")})
	p := s.browser(t).open("/trip").connect("")
	p.post("event=Act", nil)
	_, data := p.message()
	m := regexp.MustCompile(`hx-post="([^"]+)"`).FindStringSubmatch(data)
	if m == nil {
		t.Fatalf("no button in %q", data)
	}
	query := strings.ReplaceAll(strings.TrimPrefix(m[1], "?"), "&amp;", "&")
	p.post("event=Act", nil) // a newer one
	_, data = p.message()
	wantNotes(t, data, "error bad")
	p.post(query, nil) // dismisses the one that is gone
	p.post("event=Step", nil)
	p.expect(">Step 1<")
	m = regexp.MustCompile(`hx-post="([^"]+)"`).FindStringSubmatch(data)
	p.post(strings.ReplaceAll(strings.TrimPrefix(m[1], "?"), "&amp;", "&"), nil)
	_, data = p.message()
	if strings.Contains(data, "bad") || !strings.Contains(data, "sb-flash") {
		t.Errorf("the stream brings %q", data)
	}
}

func TestAFlashOfACallbackThatFails(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{})
	p := s.browser(t).open("/trip").connect("")
	p.post("event=Fail", nil)
	p.post("event=Step", nil)
	_, data := p.message()
	if strings.Contains(data, "never said") || !strings.Contains(data, "Step 1") {
		t.Errorf("the stream brings %q", data)
	}
}

func TestLongFlashesAreCut(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{OnMount: says(views.FlashInfo, strings.Repeat("ä", 5000)+"\xff")})
	a := s.browser(t).do("GET", "/trip", nil)
	wantNotes(t, a.body, "info "+strings.Repeat("ä", 999)+"…")
}

func TestKindsOfFlashesArePlainNames(t *testing.T) {
	for _, kind := range []views.FlashKind{"", "a b", `a"`, "Info", views.FlashKind(strings.Repeat("a", 33))} {
		s := tripSite(t, handlers.Config{}, trip.Page{OnMount: says(kind, "x")})
		if a := s.browser(t).do("GET", "/trip", nil); a.status != http.StatusInternalServerError || !strings.Contains(s.log.String(), "no kind of flash") {
			t.Errorf("%q: answered %d", kind, a.status)
		}
	}
}

func TestMountAndComponentsSayThings(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{OnMount: says(views.FlashInfo, "from the page"), OnPart: says(views.FlashWarning, "from a part")})
	b := s.browser(t)
	p := b.open("/trip")
	wantNotes(t, p.html, "info from the page", "warning from a part")
	m := regexp.MustCompile(`id="say"[^>]* hx-post="([^"]+)"`).FindStringSubmatch(p.html)
	p.connect("")
	p.post(strings.ReplaceAll(strings.TrimPrefix(m[1], "?"), "&amp;", "&"), nil)
	_, data := p.message()
	wantNotes(t, data, "success from a part")
}

func TestAFlashOnAPageWhoseStreamComesBack(t *testing.T) {
	s := tripSite(t, handlers.Config{}, trip.Page{Does: says(views.FlashWarning, "still there")})
	p := s.browser(t).open("/trip").connect("")
	p.post("event=Act", nil)
	id := p.expect("still there")
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	p.connect(id)
	p.post("event=Step", nil)
	if _, data := p.message(); !strings.Contains(data, "Step 1") || strings.Contains(data, "delete") {
		t.Errorf("the stream brings %q", data)
	}
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	p.connect("99-7") // it may show anything
	_, data := p.message()
	wantNotes(t, data, "warning still there")
}
