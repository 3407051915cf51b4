package e2e_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

const (
	wentWrong = "Something went wrong. Please try again."
	tooLong   = "That took too long. Please try again."
)

// brittle is the page of faults, with what it must still show after each.
type brittle struct {
	*browser.Page
	t     *testing.T
	site  *fixture.Site
	count int
}

func openFaults(t *testing.T, c handlers.Config) *brittle {
	t.Helper()
	s := fixture.Serve(t, c)
	p := browser.Open(t, s.URL+"/faults")
	live(t, p)
	p.AllowErrors("answered 5", "answered 409", "htmx:response:error")
	b := &brittle{p, t, s, 0}
	b.works()
	return b
}

// works checks that the next event is handled as if nothing had happened, and takes the
// notice away.
func (b *brittle) works() {
	b.t.Helper()
	b.count++
	b.Click("#plus")
	b.WaitText("#count", strconv.Itoa(b.count))
	b.WaitText("#sb-notice", "")
}

// fails clicks a button, waits for a notice, and checks that the page is as it was.
func (b *brittle) fails(button, notice string) {
	b.t.Helper()
	idle := `!document.querySelector(".htmx-request")` // a patch comes before or after the answer to its event
	b.WaitFor(idle)
	before := b.content()
	b.Click(button)
	b.WaitText("#sb-notice", notice)
	b.WaitFor(idle)
	if after := b.content(); after != before {
		b.t.Errorf("after %s the page has changed from %s to %s", button, before, after)
	}
	if html := b.HTML(); strings.Contains(html, fixture.Secret) || strings.Contains(html, "goroutine") {
		b.t.Errorf("after %s the page tells what is the server's: %s", button, html)
	}
	b.works()
	b.WaitText("#note", "well")
	b.WaitText("#whole", "whole")
	b.WaitFor(`document.title === "Faults` + fixture.TitleSuffix + `"`)
}

func (b *brittle) content() (html string) {
	b.Eval(`document.title + document.getElementById("sb-view").outerHTML`, &html)
	return html
}

func TestAfterAnErrorOrAPanicEverythingIsAsBefore(t *testing.T) {
	t.Parallel()
	b := openFaults(t, handlers.Config{})
	b.site.AllowFailures("no route to "+fixture.Secret, "lost "+fixture.Secret)
	for range 2 {
		b.fails("#fail", wentWrong)
		b.fails("#refuse", "The door is locked.")
		b.fails("#panic", wentWrong)
		b.fails("#burst", wentWrong) // Render panics
	}
	stayedLive(t, b.Page, b.site)
}

func TestAfterFaultsWithoutAStreamEverythingIsAsBefore(t *testing.T) {
	t.Parallel()
	b := openFaults(t, handlers.Config{})
	b.site.AllowFailures("no route to "+fixture.Secret, "lost "+fixture.Secret)
	b.AllowErrors(lost...)
	defer b.site.Net.Refuse(streamOf("/faults"))()
	b.site.Net.Cut(streamOf("/faults"))
	until(t, "the stream is gone", func() bool { return b.site.Kit.Stats().Views.Connected == 0 })
	b.fails("#fail", wentWrong)
	b.fails("#refuse", "The door is locked.")
	b.fails("#panic", wentWrong)
	b.fails("#burst", wentWrong)
}

func TestACallbackIsGivenUpAtItsDeadline(t *testing.T) {
	t.Parallel()
	b := openFaults(t, handlers.Config{Timeouts: handlers.Timeouts{Event: 2 * time.Second}})
	b.site.AllowFailures("ran past its deadline", "context deadline exceeded")
	b.fails("#wait", tooLong)
	b.fails("#wait", tooLong)
	stayedLive(t, b.Page, b.site)
}

func TestTheLateWritesOfACallbackThatIgnoresItsDeadlineAreVoid(t *testing.T) {
	t.Parallel()
	b := openFaults(t, handlers.Config{Timeouts: handlers.Timeouts{Event: 2 * time.Second}})
	b.site.AllowFailures("ran past its deadline")
	b.fails("#ignore", tooLong) // and the next event works while it is still held
	b.fails("#ignore", tooLong)
	check(t, b.site.Gate.Held(t.Context(), 2))
	b.site.Gate.Open()
	check(t, b.site.Gate.Passed(t.Context(), 2))
	for range 3 {
		b.works()
		b.WaitText("#note", "well")
	}
	stayedLive(t, b.Page, b.site)
}

// stayedLive checks that a page has had one stream, which is open.
func stayedLive(t *testing.T, p *browser.Page, s *fixture.Site) {
	t.Helper()
	live(t, p)
	if m := streamsFrom(p); s.Net.Count(m) != 1 || s.Net.Open(m) != 1 {
		t.Errorf("the page has opened %d streams, %d are open", s.Net.Count(m), s.Net.Open(m))
	}
}
