package livetest

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/tab"
)

// Page is a tab with the page it shows. A tab goes on when a link is followed or the
// page is loaded again, and so does its Page.
//
// Its methods fail the test if they cannot do what they say; they must be called from
// the test's goroutine. Each of them waits until the page has settled: until all
// requests of the page are answered, the view has done what waited for it, and the page
// shows everything that the view has sent. See [Page.AtOnce] for the exception.
type Page struct {
	*opened
	atOnce bool
}

// opened is what all Pages of one tab share.
type opened struct {
	t      testing.TB
	site   *Site
	person *Person
	line   *line
	tab    *tab.Tab
	record *record
	hidden bool
	plain  bool            // it runs no scripts
	was    now             // what the page was like
	wasAt  <-chan struct{} // and what tells of changes since then
	looked <-chan struct{} // what tells of changes since the page was looked at
	typed  *html.Node      // the field that was typed into and not left
}

func (p *Person) open(path string, hidden bool) *Page {
	p.site.t.Helper()
	l := p.site.line()
	rec := &record{line: l, found: p.site.found}
	page := &Page{opened: &opened{t: p.site.t, site: p.site, person: p, line: l, record: rec, hidden: hidden, plain: p.isPlain()}}
	t, err := tab.Open(tab.Config{
		Client: l.client(p), Observe: rec.observe, Confirm: rec.confirm, InView: inView, Hidden: hidden, WithoutScripts: page.plain,
	}, origin+path)
	if err != nil {
		p.site.t.Fatalf("livetest: %v", err)
	}
	page.tab = t
	p.site.mu.Lock()
	p.site.pages = append(p.site.pages, page)
	p.site.mu.Unlock()
	page.settle()
	page.shown()
	return page
}

// NewTab opens a page in another tab of the same person.
func (p *Page) NewTab(path string) *Page {
	p.t.Helper()
	return p.person.Open(path)
}

// Person is whose tab it is.
func (p *Page) Person() *Person { return p.person }

// Site is what the page is of.
func (p *Page) Site() *Site { return p.site }

// AtOnce returns the same page with methods that wait for nothing: acting returns when
// the browser has sent what it sends, and reading sees what is there. It is for tests
// of the moments between, such as what a button looks like while it is waited for.
func (p *Page) AtOnce() *Page { return &Page{p.opened, true} }

// Settle waits until the page has settled. The other methods do so by themselves.
func (p *Page) Settle() {
	p.t.Helper()
	(&Page{opened: p.opened}).settle()
}

// now is what a page is like at one moment.
type now struct {
	page     bool
	requests int // that are under way, or wait, and pages that are loaded
	busy     bool
	ticket   string
	live     bool
	lastID   string
	connects bool // it has an element for a connection
}

// again is after how long it is looked again at what nobody tells of.
const again = 5 * time.Millisecond

func (p *Page) settle() {
	p.t.Helper()
	if p.atOnce {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	for {
		changed := p.tab.Changed()
		why, poll := p.unsettled(ctx)
		if why == "" {
			p.look()
			return
		}
		var timer <-chan time.Time
		if poll {
			timer = time.After(again)
		}
		select {
		case <-changed:
		case <-timer:
		case <-ctx.Done():
			p.t.Fatalf("livetest: %s has not settled within %v: %s", p.place(), p.site.Patience, why)
		}
	}
}

// unsettled says what the page waits for, "" for nothing; poll says that the page may
// not notice when it is there.
func (p *Page) unsettled(ctx context.Context) (why string, poll bool) {
	n := p.now()
	down, cut := p.line.state()
	connects := n.connects && !down && !cut
	switch {
	case n.busy, n.requests > 0 && !(n.requests == 1 && p.line.holds()):
		return "a request is under way", n.requests == 1 // which may be an upload that is held
	case !n.page || n.ticket == "":
		return "", false
	case connects && !p.hidden && !n.live:
		return "its connection is not open", false
	case n.live && !p.record.greeted():
		return "its connection has brought nothing", false
	}
	view := p.line.probe.View(n.ticket)
	switch {
	case view == nil && n.live:
		return "its view has gone, and it does not know", true
	case view == nil:
		return "", false
	}
	id, sent, ok := view.Newest(ctx)
	switch {
	case !n.live:
		return "", false // what was answered is all there is
	case !ok && ctx.Err() != nil:
		return "its view has work, or waits for its turn", false
	case !ok:
		return "its view has ended, and it does not know", true
	case !sent || !reached(n.lastID, id):
		return "what the view has sent has not come, the newest is " + id + ", the page has " + n.lastID, true
	}
	return "", false
}

// reached reports whether a page with one message has another one.
func reached(has, wanted string) bool {
	life, number := epoch(has)
	wantedLife, wantedNumber := epoch(wanted)
	return life == wantedLife && number >= wantedNumber
}

// epoch splits the id of a message. What it says of the page's address does not matter.
func epoch(id string) (life string, number int) {
	id, _, _ = strings.Cut(id, "_")
	if i := strings.LastIndexByte(id, '-'); i >= 0 {
		life, id = id[:i], id[i+1:]
	}
	number, err := strconv.Atoi(id)
	if err != nil {
		return "?" + id, 0
	}
	return life, number
}

func (p *Page) now() (n now) {
	changed := p.tab.Changed()
	if changed == p.wasAt {
		return p.was
	}
	defer func() { p.was, p.wasAt = n, changed }()
	p.tab.Read(func(v tab.View) {
		if n.requests = v.Running + v.Waiting; v.Loading {
			n.requests++
		}
		d := v.Document
		if n.page = d != nil; !n.page {
			return
		}
		n.busy = refreshes(d)
		n.ticket, n.live, n.lastID = ticketOf(d), v.Live, v.LastID
		n.connects = !p.plain && len(d.EventSources()) > 0
	})
	return n
}

// refreshes reports whether the page is about to load another one by itself.
func refreshes(d *htmxdom.Document) bool {
	for _, m := range d.Find(`body meta[http-equiv="refresh"]`) {
		seconds, _, _ := strings.Cut(attr(m, "content"), ";")
		if n, err := strconv.Atoi(strings.TrimSpace(seconds)); err == nil && n < soon {
			return true
		}
	}
	return false
}

// soon is within how many seconds a page loads another one that is waited for.
const soon = 10

// view is the living view behind the page, or fails the test.
func (p *Page) view() *live.Probed {
	p.t.Helper()
	p.settle()
	v := p.line.probe.View(p.now().ticket)
	if v == nil {
		p.t.Fatalf("livetest: %s has no view: it is no live page", p.place())
	}
	return v
}

// read calls look with the document, or fails the test if there is none.
func (p *Page) read(look func(d *htmxdom.Document)) {
	p.t.Helper()
	p.settle()
	var failed error
	none := false
	p.tab.Read(func(v tab.View) {
		if none = v.Document == nil; none {
			failed = v.Err
			return
		}
		look(v.Document)
	})
	if none {
		p.t.Fatalf("livetest: no page is shown: %v", failed)
	}
}

// shown fails the test if no page is shown.
func (p *Page) shown() {
	p.t.Helper()
	if p.atOnce {
		return
	}
	p.read(func(*htmxdom.Document) {})
}
