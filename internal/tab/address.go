package tab

import (
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// enter makes an entry the newest one of the history, which the page has come to without a load.
func (p *page) enter(e entry, push bool) {
	t := p.tab
	p.traversal = nil
	if p.url = e.url; push {
		t.history = append(t.history[:t.at+1:t.at+1], e)
		t.at++
	} else {
		t.history[t.at] = e
	}
}

// enterHistory does to the history what htmx does before it swaps what has come: it marks the entry that is shown as its
// own, and changes the address without a load if that is asked for. c is what was answered; nil is a message.
func (p *page) enterHistory(effects []htmxdom.Effect, c *call, broken func(htmxdom.Effect, error)) {
	t := p.tab
	if p.dom.TakeMark() {
		t.history[t.at].htmx = true
	}
	for _, e := range effects {
		if e.Name != "HX-Push-Url" && e.Name != "HX-Replace-Url" {
			continue
		}
		to, err := p.askedFor(e.Value, c)
		if err != nil {
			broken(e, err)
			continue
		}
		push := e.Name == "HX-Push-Url"
		p.enter(entry{url: to, page: p.number, htmx: true}, push)
		moved := Event{Kind: Moved, Cause: Patched, Address: to.String(), Replace: !push}
		if c != nil {
			moved.Cause, moved.Status = c.cause(), c.status
			moved.Whole = c.status == http.StatusOK && c.r.Header.Get("HX-Request-Type") == "full"
		}
		t.observe(moved)
	}
}

// askedFor is the address that is to be shown: "true" is the one that was answered.
func (p *page) askedFor(address string, c *call) (*url.URL, error) {
	if address != "true" || c == nil {
		return p.url.Parse(address)
	}
	to := *p.url
	at := c.answered
	if at == nil {
		at = c.r.URL
	}
	to.Path, to.RawPath, to.RawQuery, to.ForceQuery, to.Fragment, to.RawFragment = at.Path, at.RawPath, at.RawQuery, false, c.r.Anchor, ""
	return &to, nil
}

// cause is why the answer to a request changes the address.
func (c *call) cause() Cause {
	switch n := c.r.Source; {
	case n.Data == "a" && c.r.Body == "":
		return Followed
	case n.Data == "form" && c.r.Body == "" && c.r.Parts == nil:
		return Submitted
	}
	return Patched
}

// traversal is a step back or forward within a page, until htmx is done with it.
type traversal struct {
	focus *html.Node // where the focus was
}

// traversed is what comes of a step back or forward within a page. htmx waits for a millisecond, then asks for what
// belongs to the address where the browser is by then, if it has marked that.
func (p *page) traversed() {
	step := &traversal{focus: p.dom.Focus()}
	p.traversal = step
	p.delayed++
	p.after(time.Millisecond, func() {
		p.delayed--
		if !p.tab.history[p.tab.at].htmx || !p.restore(step) {
			p.arrive(step)
		}
	})
}

// restore asks for what belongs to the address, and gives up what was asked for before. It reports whether that is under
// way.
func (p *page) restore(step *traversal) bool {
	before := p.restoring
	if before != nil {
		before.abort()
	}
	address := p.url.EscapedPath()
	if p.url.RawQuery != "" {
		address += "?" + p.url.RawQuery
	}
	r, err := p.dom.Get(address, p.dom.Body(), p.url)
	if err != nil {
		p.tab.observe(Event{Kind: Broken, Address: p.url.String(), Err: err})
		return false
	}
	r.Restore(p.dom)
	c := &call{page: p, r: r, restores: true}
	p.restoring = c
	p.issue(c)
	running := c.cancel != nil
	if running {
		c.then = func() { p.arrive(step) }
	}
	if before != nil && before.cancel != nil && !before.over {
		p.giveUp(before)
	}
	return running
}

// arrive ends a step back or forward: if nothing has moved the focus meanwhile, the browser takes it away, or gives it to
// the element that asks for it.
func (p *page) arrive(step *traversal) {
	if p.traversal != step {
		return // there was another one, or the address has changed since
	}
	p.traversal = nil
	if now := p.dom.Focus(); now == nil || now == step.focus {
		p.dom.ResetFocus()
		p.refocused()
		p.tab.moved()
	}
}
