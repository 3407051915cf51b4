package tab

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// page is a document with what htmx does for it. The tab's mutex guards it.
type page struct {
	tab          *Tab
	number       int // which of the tab's documents it is
	url          *url.URL
	dom          *htmxdom.Document
	ctx          context.Context
	cancel       context.CancelFunc
	gone         bool
	queues       map[*html.Node]*queue
	eventSources map[*html.Node]*eventSource
	pending      map[*html.Node]*pending // triggers that wait
	unseen       []*html.Node            // they are in view, and fire when the tab is not hidden
	timers       map[*timer]struct{}
	delayed      int        // triggers that wait for their delay to pass
	focused      *html.Node // the element that was told last that it has the focus
	restoring    *call      // the newest request for what belongs to an address that was gone back to
	traversal    *traversal // the step back or forward that the browser is not done with
}

// frame is how soon a browser notices that an element is in view.
const frame = 16 * time.Millisecond

func newPage(t *Tab, at *url.URL, dom *htmxdom.Document) *page {
	p := &page{
		tab: t, number: t.pages, url: at, dom: dom,
		queues:       make(map[*html.Node]*queue),
		eventSources: make(map[*html.Node]*eventSource),
		pending:      make(map[*html.Node]*pending),
		timers:       make(map[*timer]struct{}),
	}
	p.ctx, p.cancel = context.WithCancel(t.ctx)
	p.focused = dom.Focus()
	return p
}

// unload ends the page that is shown. The caller holds mu.
func (t *Tab) unload() {
	p := t.page
	if p == nil {
		return
	}
	t.page = nil
	p.gone = true
	for tm := range p.timers {
		tm.cancel()
	}
	for _, s := range p.eventSources {
		s.close()
	}
	p.cancel()
}

// settle follows what a change of the document has led to: elements that htmx has
// taken up, event sources whose elements are gone, what the server asks for besides.
func (p *page) settle() { p.settleFor(nil) }

// settleFor is settle after the answer to a request.
func (p *page) settleFor(c *call) {
	effects := p.dom.TakeEffects()
	p.enterHistory(effects, c, p.broken)
	p.refocused()
	for _, n := range p.dom.TakeStarted() {
		p.start(n)
	}
	for n, s := range p.eventSources {
		if !p.dom.Connected(n) {
			s.close()
		}
	}
	for _, e := range effects {
		p.heed(e, c)
	}
	p.tab.moved()
}

// broken tells of an effect that comes to nothing.
func (p *page) broken(e htmxdom.Effect, err error) {
	p.tab.observe(Event{Kind: Broken, Address: p.url.String(), Err: fmt.Errorf("tab: %s %q: %w", e.Name, e.Value, err)})
}

// start fires what an element's triggers fire by themselves.
func (p *page) start(n *html.Node) {
	load, shown, every := p.dom.Starts(n)
	if load {
		p.dispatch("load", n, false)
	}
	if shown && p.tab.config.InView(n) {
		p.unseen = append(p.unseen, n)
		p.look()
	}
	if every > 0 {
		p.tick(n, every)
	}
}

// look fires intersect for the elements that are in view and have not been seen.
func (p *page) look() {
	if p.tab.hidden || len(p.unseen) == 0 {
		return
	}
	p.after(frame, func() {
		if p.tab.hidden {
			return
		}
		seen := p.unseen
		p.unseen = nil
		for _, n := range seen {
			p.dispatch("intersect", n, false)
		}
	})
}

func (p *page) tick(n *html.Node, every time.Duration) {
	p.after(every, func() {
		if p.dom.Connected(n) {
			p.dispatch("every", n, false)
			p.tick(n, every)
		}
	})
}

// pending is a trigger of an element that waits.
type pending struct {
	delay     *timer
	throttled bool
	next      *htmxdom.Trigger // what came while throttled
}

// dispatch sends an event of the DOM through the page.
func (p *page) dispatch(event string, target *html.Node, bubbles bool) {
	for _, t := range p.dom.Dispatch(event, target, bubbles) {
		p.trigger(t, nil)
	}
}

// trigger goes on with a trigger when its waits are over.
func (p *page) trigger(t htmxdom.Trigger, submitter *html.Node) {
	w := p.pending[t.Element]
	if w == nil {
		w = &pending{}
		p.pending[t.Element] = w
	}
	if !t.Every {
		// It takes the place of one that waits.
		if w.delay != nil {
			w.delay.cancel()
			w.delay = nil
			p.delayed -= counted(t)
		}
		w.next = nil
	}
	switch {
	case t.Delay > 0:
		p.delayed += counted(t)
		w.delay = p.after(t.Delay, func() {
			w.delay = nil
			p.delayed -= counted(t)
			p.fire(t, submitter)
		})
	case t.Throttle > 0 && w.throttled:
		w.next = &t
	case t.Throttle > 0:
		w.throttled = true
		p.fire(t, submitter)
		p.after(t.Throttle, func() {
			w.throttled = false
			if next := w.next; next != nil {
				w.next = nil
				p.trigger(*next, nil)
			}
		})
	default:
		p.fire(t, submitter)
	}
}

// counted is 1 for a trigger that leads to a request.
func counted(t htmxdom.Trigger) int {
	if t.EventSource {
		return 0
	}
	return 1
}

// fire makes the request, or opens the event source.
func (p *page) fire(t htmxdom.Trigger, submitter *html.Node) {
	if !p.dom.Fires(t) {
		return
	}
	var r *htmxdom.Request
	var err error
	if t.EventSource {
		if p.eventSources[t.Element] != nil {
			return
		}
		r, err = p.dom.Get(p.dom.EventSourcePath(t.Element), t.Element, p.url)
	} else {
		r, err = p.dom.Request(t.Element, submitter, p.url)
	}
	if err != nil {
		p.tab.observe(Event{Kind: Broken, Address: p.url.String(), Err: err})
		return
	}
	if r == nil {
		p.report(p.dom.Form(t.Element))
		return
	}
	p.issue(&call{page: p, r: r, eventSource: t.EventSource})
}

// heed does what an answer or a message asks of the browser.
func (p *page) heed(e htmxdom.Effect, c *call) {
	t := p.tab
	broken := func(err error) { p.broken(e, err) }
	switch e.Name {
	case "HX-Refresh":
		t.visit(&visit{to: p.url, cause: Header, anew: true})
	case "HX-Redirect":
		to, err := p.url.Parse(e.Value)
		if err != nil {
			broken(err)
			return
		}
		p.leave(&visit{to: to, cause: Redirect})
	case "refresh":
		p.refresh(e.Value, broken)
	case "HX-Push-Url", "HX-Replace-Url": // see enterHistory
	case "HX-Trigger":
		source := p.dom.Body()
		if c != nil {
			source = c.r.Source
		}
		for _, name := range triggered(e.Value) {
			p.dispatch(name, source, true)
		}
	default:
		broken(fmt.Errorf("not supported"))
	}
}

// triggered lists the events that a HX-Trigger header names.
func triggered(header string) []string {
	var details map[string]json.RawMessage
	if json.Unmarshal([]byte(header), &details) == nil {
		return slices.Sorted(maps.Keys(details))
	}
	names := strings.Split(header, ",")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	return names
}

// refresh is a meta element of this content: seconds, and maybe an address.
func (p *page) refresh(content string, broken func(error)) {
	after, address, _ := strings.Cut(content, ";")
	seconds, err := strconv.ParseFloat(strings.TrimSpace(after), 64)
	if err != nil || seconds < 0 {
		broken(fmt.Errorf("no number of seconds"))
		return
	}
	to := p.url
	if _, address, _ = strings.Cut(address, "="); address != "" {
		if to, err = p.url.Parse(strings.Trim(strings.TrimSpace(address), `"'`)); err != nil {
			broken(err)
			return
		}
	}
	p.after(time.Duration(seconds*float64(time.Second)), func() {
		p.leave(&visit{to: to, cause: Refresh, replace: true, anew: *to == *p.url})
	})
}
