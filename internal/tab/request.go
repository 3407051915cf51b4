package tab

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// call is a request of htmx with its life.
type call struct {
	page        *page
	r           *htmxdom.Request
	eventSource bool // it opens the event source of its source
	queue       *queue
	cancel      context.CancelFunc
	timeout     *timer
	aborted     bool   // by another request
	over        bool   // it is given up, and its queue goes on
	restores    bool   // it asks for what belongs to an address that was gone back to
	end         func() // takes the marks off the page
	then        func() // what is next when it is over
	status      int    // of the answer
	answered    *url.URL
}

// abort gives up a request, sent or not.
func (c *call) abort() {
	c.aborted = true
	if c.cancel != nil {
		c.cancel()
	}
}

// giveUp goes on after a request that was aborted, as htmx does before anything else happens.
func (p *page) giveUp(c *call) {
	c.over = true
	p.tab.observe(Event{Kind: Failed, Method: c.r.Method, Address: c.r.URL.String(), Header: c.r.Header, Err: context.Canceled})
	p.finish(c)
}

// issue puts a request into its queue. A request that has waited comes here again: by
// then its source may have left the page, and with it the queue.
func (p *page) issue(c *call) {
	on, strategy := p.dom.Queue(c.r.Source)
	c.queue = p.queueOf(on)
	run, replaced := c.queue.admit(c, strategy)
	if replaced != nil && replaced.cancel != nil {
		replaced.abort()
	}
	if run {
		p.run(c)
	}
}

// requests counts the requests under way and those that wait, without those that open event sources.
func (p *page) requests() (running, waiting int) {
	for _, q := range p.queues {
		if q.current != nil && !q.current.eventSource {
			running++
		}
		for _, c := range q.waiting {
			if !c.eventSource {
				waiting++
			}
		}
	}
	return running, waiting + p.delayed
}

func (p *page) queueOf(n *html.Node) *queue {
	q := p.queues[n]
	if q == nil {
		q = &queue{}
		p.queues[n] = q
	}
	return q
}

// run sends a request.
func (p *page) run(c *call) {
	if c.aborted { // while it waited
		p.finish(c)
		return
	}
	if c.r.Confirm != "" && !p.tab.config.Confirm(c.r.Confirm) {
		p.finish(c)
		return
	}
	ctx, cancel := context.WithCancel(p.ctx)
	c.cancel = cancel
	if c.r.Timeout > 0 {
		c.timeout = p.after(c.r.Timeout, cancel)
	}
	c.end = p.dom.Begin(c.r)
	c.r.Locate(p.url)
	p.tab.observe(Event{Kind: Sent, Method: c.r.Method, Address: c.r.URL.String(), Header: c.r.Header, Text: c.r.Body})
	p.tab.moved()
	p.tab.goroutine(func() { p.exchange(ctx, c) })
}

// exchange waits for the answer.
func (p *page) exchange(ctx context.Context, c *call) {
	res, err := p.tab.fetch(ctx, c.r.Method, c.r.URL.String(), c.r.Header, c.r.Body, c.r.Parts)
	stream := err == nil && strings.Contains(res.Header.Get("Content-Type"), "text/event-stream")
	if stream && c.eventSource {
		p.opened(c, res)
		return
	}
	var body []byte
	if err == nil {
		body, err = io.ReadAll(res.Body)
		res.Body.Close()
	}
	t := p.tab
	t.mu.Lock()
	defer t.mu.Unlock()
	defer c.cancel()
	if p.gone || c.over {
		return
	}
	if err != nil {
		t.observe(Event{Kind: Failed, Method: c.r.Method, Address: c.r.URL.String(), Header: c.r.Header, Err: err})
		if !c.aborted {
			p.dispatch("htmx:error", c.r.Source, true)
		}
		p.finish(c)
		return
	}
	if stream {
		p.replied(c, res.StatusCode, body)
		return
	}
	t.observe(Event{
		Kind: Answered, Method: c.r.Method, Address: c.r.URL.String(), Header: c.r.Header,
		Status: res.StatusCode, Text: string(body),
	})
	c.status, c.answered = res.StatusCode, c.r.URL
	if res.Request != nil {
		c.answered = res.Request.URL
	}
	p.dispatch("htmx:after:request", c.r.Source, true)
	if res.StatusCode >= 400 {
		p.dispatch("htmx:response:error", c.r.Source, true)
	}
	if err := p.dom.Answer(c.r, res.StatusCode, res.Header, text(body)); err != nil {
		t.observe(Event{Kind: Broken, Address: p.url.String(), Err: err})
	}
	p.settleFor(c)
	if c.restores {
		t.observe(Event{Kind: Shown, Address: p.url.String(), Status: c.status})
	}
	p.finish(c)
}

// replied takes an answer that is an event stream of a few messages, as hx-sse does: those without a name are applied, the
// others are events of the element that has asked. It ends with the answer.
func (p *page) replied(c *call, status int, body []byte) {
	t := p.tab
	t.observe(Event{Kind: Answered, Method: c.r.Method, Address: c.r.URL.String(), Header: c.r.Header, Status: status})
	_ = parse(bytes.NewReader(body), "", func(m message) bool { // it ends with an error
		if !p.dom.Connected(c.r.Source) {
			return false
		}
		t.observe(Event{Kind: Replied, Address: c.r.URL.String(), Name: m.event, Text: m.data, Status: status})
		switch {
		case m.event != "":
			p.dispatch(m.event, c.r.Source, true)
		case m.hasData:
			if err := p.dom.Apply(m.data); err != nil {
				t.observe(Event{Kind: Broken, Address: p.url.String(), Err: err})
			}
			p.settle()
		}
		return true
	})
	p.finish(c)
}

// finish ends a request, and lets the next one of its queue go.
func (p *page) finish(c *call) {
	c.timeout.cancel()
	p.dispatch("htmx:finally:request", c.r.Source, true)
	if c.end != nil {
		c.end()
	}
	if c.then != nil {
		c.then()
	}
	if next := c.queue.done(c); next != nil {
		p.issue(next)
	}
	p.tab.moved()
}

// fetch sends a request as a page's script does.
func (t *Tab) fetch(ctx context.Context, method, address string, header http.Header, body string, parts *htmxdom.Parts) (*http.Response, error) {
	if res := t.cached(method, address); res != nil {
		return res, nil
	}
	r, err := newRequest(ctx, method, address, body, parts)
	if err != nil {
		return nil, err
	}
	r.Header = header.Clone()
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Mode", "same-origin")
	r.Header.Set("Sec-Fetch-Dest", "empty")
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Origin", r.URL.Scheme+"://"+r.URL.Host)
	}
	return t.config.Client.Do(r)
}

// newRequest makes a request with a body, or parts in place of it.
func newRequest(ctx context.Context, method, address, body string, parts *htmxdom.Parts) (*http.Request, error) {
	if parts == nil {
		return http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	}
	r, err := http.NewRequestWithContext(ctx, method, address, parts.Open())
	if err == nil {
		r.ContentLength = parts.Len()
	}
	return r, err
}

// text is what response.text() makes of a body.
func text(body []byte) string {
	return strings.TrimPrefix(strings.ToValidUTF8(string(body), "\uFFFD"), "\uFEFF")
}
