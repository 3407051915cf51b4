package uploads_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// cutAfter sends so many bytes of a body, and breaks the connection.
func (c *client) cutAfter(bytes int, parts ...part) {
	c.t.Helper()
	b, kind := body(parts...)
	w, done := c.begin("Chosen", kind)
	_, _ = w.Write(b.Bytes()[:bytes])
	_ = w.CloseWithError(errors.New("cut"))
	<-done
}

func TestWhatIsSentAgainIsNotKeptTwice(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2})
	c := s.open(t)
	all := []part{{"gallery", "a.txt", "whole"}, {"gallery", "b.bin", strings.Repeat("x", 1<<20)}}
	for range 2 { // cut twice
		c.cutAfter(1<<19, all...)
		c.shows("<i>cut</i>")
		waitFor(t, "what was cut is gone", func() bool { return len(s.files(t)) == 1 })
	}
	contains(t, "the page", c.shown, "The connection was lost. Try again.]", "One file was cut, since the connection was lost.")
	_, patch := c.parts("Chosen", all...)
	contains(t, "sent again", patch, "[a.txt|text/plain|5|true|]", "[b.bin|text/plain|1048576|true|]")
	if n := len(s.files(t)); n != 2 {
		t.Errorf("%d files wait", n)
	}
	c.fields("Save", url.Values{"title": {"T"}})
	s.took(t, "T a.txt text/plain 5 whole", "T b.bin text/plain 1048576 "+strings.Repeat("x", 20))
}

func TestAnotherFileOfTheSameNameIsNotTheSame(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2})
	c := s.open(t)
	c.cutAfter(1<<19, part{"gallery", "a.txt", "whole"}, part{"gallery", "b.bin", strings.Repeat("x", 1<<20)})
	c.shows("<i>cut</i>")
	_, patch := c.parts("Chosen", part{"gallery", "a.txt", "another"}, part{"gallery", "c.txt", "third"})
	contains(t, "another", patch, "[a.txt|text/plain|7|true|]", "[c.txt||0|false|These are too many files.]")
	c.fields("Save", url.Values{"title": {"T"}})
	s.took(t, "T a.txt text/plain 5 whole", "T a.txt text/plain 7 another")
}

func TestTheControlOffersToTryAgain(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	c := s.open(t)
	c.cutAfter(1<<19, part{"avatar", "a.bin", strings.Repeat("x", 1<<20)})
	c.shows(`hx-include="#avatar-0" hx-post="?event=Chosen" hx-sync="#avatar-0:queue all">Try again`)
	_, patch := c.parts("Chosen", part{"avatar", "a.bin", strings.Repeat("x", 1<<20)})
	contains(t, "sent again", patch, `id="avatar-1"`, "|1048576|true|]")
	if strings.Contains(patch, "Try again") {
		t.Error("it is still offered")
	}
}

// hangs is a Writer that hangs until its context ends.
type hangs struct {
	ctx     context.Context
	hanging chan<- bool
	aborted chan<- bool
}

func (w hangs) Write([]byte) (int, error) {
	w.hanging <- true
	<-w.ctx.Done()
	return 0, w.ctx.Err()
}

func (hangs) Close() error { return nil }
func (w hangs) Abort()     { w.aborted <- true }

func TestAWriterThatHangs(t *testing.T) {
	hanging, aborted := make(chan bool, 9), make(chan bool, 9)
	for name, q := range map[string]struct {
		end  func(s *site, c *client)
		left string
	}{
		"until it is cancelled": {end: func(_ *site, c *client) { c.fields("Chosen", url.Values{"sb-cancel": {"gallery.all"}}) }},
		"until the page ends":   {end: func(s *site, _ *client) { s.kit.Disconnect("") }},
		"too long":              {end: func(*site, *client) {}},
	} {
		t.Run(name, func(t *testing.T) {
			longest := patience
			if name == "too long" {
				longest = 100 * time.Millisecond
			}
			s := newSite(t, handlers.Config{Timeouts: handlers.Timeouts{Upload: longest}}, uploads.Config{}, uploads.Config{
				To: func(ctx context.Context, _ uploads.Entry) (uploads.Writer, error) {
					return hangs{ctx, hanging, aborted}, nil
				},
			})
			c, other := s.open(t), s.open(t)
			b, kind := body(part{"gallery", "a.txt", "hello"})
			w, done := c.begin("Chosen", kind)
			_, _ = io.Copy(w, b)
			w.Close()
			<-hanging
			if status, _ := other.fields("Save", nil); status >= 300 { // nobody waits for it
				t.Errorf("another page is answered %d", status)
			}
			if status, _ := c.fields("Save", nil); status >= 300 {
				t.Errorf("the page's next event is answered %d", status)
			}
			q.end(s, c)
			<-aborted
			<-done
		})
	}
}

func TestFilesThatNobodyTakesExpire(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2, KeepFor: 50 * time.Millisecond})
	c := s.open(t)
	if _, patch := c.parts("Chosen", part{"gallery", "a.txt", "hello"}); len(s.files(t)) == 0 && !strings.Contains(patch, "a.txt") {
		t.Errorf("it was not there: %s", patch)
	}
	s.nothingLeft(t)
	waitFor(t, "the page is without it", func() bool {
		c.fields("Save", nil)
		return !strings.Contains(c.get("/"), "a.txt")
	})
	s.took(t)
	if u := uploads.New("default", uploads.Config{}); u.Config().KeepFor != time.Hour {
		t.Errorf("files are kept for %v", u.Config().KeepFor)
	}
}

// Bytes that came quickly earn the time for a pause after them: a second for each KiB.
func TestAQuickBeginningEarnsTime(t *testing.T) {
	const short = time.Second
	s := newSite(t, handlers.Config{Timeouts: handlers.Timeouts{Body: short}}, uploads.Config{}, uploads.Config{})
	c := s.open(t)
	b, kind := body(part{"gallery", "a.bin", strings.Repeat("x", 4<<20)})
	w, done := c.begin("Save", kind)
	if _, err := w.Write(b.Bytes()[:3<<20]); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "a file", func() bool { return len(s.files(t)) == 1 })
	select {
	case status := <-done:
		t.Fatalf("answered %d in a pause", status)
	case <-time.After(short * 3 / 2):
	}
	_, _ = w.Write(b.Bytes()[3<<20:])
	w.Close()
	if status := <-done; status >= 300 {
		t.Errorf("answered %d", status)
	}
	s.took(t, " a.bin text/plain 4194304 "+strings.Repeat("x", 20))
}

// A request whose body is too large can't be sent again with another outcome: nothing offers that.
func TestFilesThatAreTooLargeTogetherAreNotCut(t *testing.T) {
	small, large := strings.Repeat("x", 900), strings.Repeat("x", 40<<10)
	for name, q := range map[string]struct {
		parts []part
		want  string
	}{
		"one that is too large": {[]part{{"gallery", "a.txt", large}}, "|false|This file is too large.]"},
		"too many":              {slices.Repeat([]part{{"gallery", "a.txt", small}}, 40), "[a.txt||0|false|These are too many files.]"},
		"one after refused ones": {
			append(slices.Repeat([]part{{"gallery", "a.png", small + small}}, 3), part{"gallery", "b.txt", small}),
			"[b.txt||0|false|This file is too large.]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := uploads.Config{MaxFiles: 2, MaxBytes: 1000, Accept: []string{"text/plain"}}
			s := newSite(t, handlers.Config{Limits: handlers.Limits{Body: 2500}}, config, config)
			c := s.open(t)
			b, kind := body(q.parts...)
			if status, _, err := c.try("Chosen", b, kind); err == nil && status != http.StatusRequestEntityTooLarge { // the answer may come before all is written
				t.Errorf("answered %d", status)
			}
			c.shows(q.want)
			if strings.Contains(c.shown, "cut") || strings.Contains(c.shown, "The connection was lost") {
				t.Errorf("it is said to be cut: %s", c.shown)
			}
		})
	}
}
