package tab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// eventSource is the connection of an element with hx-sse:connect, with its reconnects, as hx-sse keeps it
// in one asynchronous function. The tab's mutex guards it.
type eventSource struct {
	page    *page
	element *html.Node
	options htmxdom.EventSourceOptions
	url     string
	header  http.Header
	timeout time.Duration
	ctx     context.Context // of the whole
	cancel  context.CancelFunc

	closed  bool
	lastID  string
	attempt int
	spoken  bool          // the connection that is open has brought something
	stop    func()        // ends reading, nil while nothing is read
	paused  bool          // the tab was hidden since the event source opened
	resume  chan struct{} // closed when it is shown again, nil if nobody waits
}

// opened takes the answer over that opens an event source.
func (p *page) opened(c *call, res *http.Response) {
	t := p.tab
	t.mu.Lock()
	if p.gone {
		t.mu.Unlock()
		c.cancel()
		res.Body.Close()
		return
	}
	c.timeout.cancel()
	s := &eventSource{
		page: p, element: c.r.Source, options: c.r.EventSource, url: c.r.URL.String(), header: c.r.Header.Clone(), timeout: c.r.Timeout,
	}
	s.ctx, s.cancel = context.WithCancel(p.ctx)
	c.timeout = nil
	t.observe(Event{Kind: Connected, Address: s.url, Status: res.StatusCode, Header: s.header})
	if !p.dom.Connected(s.element) {
		s.closed = true
	} else {
		p.eventSources[s.element] = s
	}
	p.finish(c)
	t.mu.Unlock()
	s.run(&connection{res, c.cancel})
}

// connection is a response that is read as it comes. Ending it ends its request.
type connection struct {
	*http.Response
	end context.CancelFunc
}

// run reads the event source and opens it again, until its element is gone.
func (s *eventSource) run(c *connection) {
	defer s.cancel()
	for c != nil {
		s.read(c)
		c.end()
		c.Body.Close()
		c = s.reconnect()
	}
	s.page.tab.mu.Lock()
	defer s.page.tab.mu.Unlock()
	s.close()
}

// close ends the event source. The caller holds mu.
func (s *eventSource) close() {
	if s.closed {
		return
	}
	s.closed, s.spoken = true, false
	s.cancel()
	if s.stop != nil {
		s.stop()
	}
	if s.page.eventSources[s.element] == s {
		delete(s.page.eventSources, s.element)
	}
	s.page.tab.observe(Event{Kind: Closed, Address: s.url, ID: s.lastID})
	s.page.tab.moved()
}

// read applies what comes until the connection ends.
func (s *eventSource) read(c *connection) {
	t := s.page.tab
	t.mu.Lock()
	if s.closed {
		t.mu.Unlock()
		return
	}
	stopped := false
	s.stop = func() {
		stopped = true
		c.end()
	}
	lastID := s.lastID
	t.mu.Unlock()
	first := true
	err := parse(c.Body, lastID, func(m message) bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		defer func() { first = false }()
		return s.message(m, first)
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	s.stop, s.spoken = nil, false
	if stopped || s.closed {
		err = nil
	}
	if !s.closed {
		t.observe(Event{Kind: Ended, Address: s.url, ID: s.lastID, Err: err})
		if err != nil && !errors.Is(err, io.EOF) {
			s.failed()
		}
	}
	t.moved()
}

// message applies one message. It reports whether to read on.
func (s *eventSource) message(m message, first bool) bool {
	p := s.page
	if s.closed || p.gone || !p.dom.Connected(s.element) {
		return false
	}
	if m.hasID {
		s.lastID = m.id
		if m.id == "" {
			s.header.Del("Last-Event-ID")
		}
	}
	s.spoken = true
	p.tab.observe(Event{Kind: Message, Address: s.url, ID: s.lastID, Name: m.event, Text: m.data, Numbered: m.hasID, First: first})
	switch {
	case m.event != "":
		p.dispatch(m.event, s.element, true)
	case m.hasData:
		if err := p.dom.Apply(m.data); err != nil {
			p.tab.observe(Event{Kind: Broken, Address: p.url.String(), Err: fmt.Errorf("tab: message %q: %w", m.id, err)})
		}
		p.settle()
	}
	p.tab.moved()
	return true
}

// reconnect opens the event source again and tries as often as it takes. It returns nil when
// the event source is over.
func (s *eventSource) reconnect() *connection {
	t := s.page.tab
	t.mu.Lock()
	defer t.mu.Unlock()
	s.attempt++
	for s.there() {
		if s.paused {
			s.await()
			if !s.there() {
				break
			}
			s.attempt = 1
		}
		s.sleep(s.wait())
		if !s.there() {
			break
		}
		s.header.Del("Last-Event-ID")
		if s.lastID != "" {
			s.header.Set("Last-Event-ID", s.lastID)
		}
		t.observe(Event{Kind: Connecting, Address: s.url, Header: s.header.Clone()})
		res, err := s.fetch()
		switch {
		case err != nil && s.ctx.Err() != nil:
			return nil
		case err != nil:
			t.observe(Event{Kind: Failed, Method: http.MethodGet, Address: s.url, Header: s.header.Clone(), Err: err})
			s.failed()
			s.attempt++
		case res.StatusCode < 200 || res.StatusCode > 299:
			res.end()
			res.Body.Close()
			t.observe(Event{Kind: Answered, Method: http.MethodGet, Address: s.url, Header: s.header.Clone(), Status: res.StatusCode})
			s.failed()
			s.attempt++
		default:
			t.observe(Event{Kind: Connected, Address: s.url, Status: res.StatusCode, Header: s.header.Clone()})
			s.attempt = 0
			return res
		}
	}
	return nil
}

// failed tells the page, which may have something to say to its user.
func (s *eventSource) failed() { s.page.dispatch("htmx:sse:error", s.element, true) }

func (s *eventSource) there() bool {
	return !s.closed && !s.page.gone && s.page.dom.Connected(s.element)
}

// wait is how long to wait before the next attempt.
func (s *eventSource) wait() time.Duration {
	d := min(float64(s.options.Delay)*math.Pow(2, float64(s.attempt-1)), float64(s.options.MaxDelay))
	d += (s.page.tab.config.Random()*2 - 1) * d * s.options.Jitter
	return time.Duration(max(d, 0))
}

// await waits, without mu, until the tab is shown again or the event source is over.
func (s *eventSource) await() {
	resumed := make(chan struct{})
	s.resume = resumed
	s.page.tab.mu.Unlock()
	defer s.page.tab.mu.Lock()
	select {
	case <-resumed:
	case <-s.ctx.Done():
	}
}

// sleep waits without mu.
func (s *eventSource) sleep(d time.Duration) {
	s.page.tab.mu.Unlock()
	defer s.page.tab.mu.Lock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
}

// fetch asks for the event source without mu, within the time for it. What is read of the
// answer later has no limit.
func (s *eventSource) fetch() (*connection, error) {
	header := s.header.Clone()
	s.page.tab.mu.Unlock()
	defer s.page.tab.mu.Lock()
	ctx, cancel := context.WithCancel(s.ctx)
	timeout := time.AfterFunc(s.timeout, cancel)
	res, err := s.page.tab.fetch(ctx, http.MethodGet, s.url, header, "", nil)
	if !timeout.Stop() && err == nil {
		res.Body.Close()
		err = context.DeadlineExceeded
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return &connection{res, cancel}, nil
}

// visibility tells the event source that the tab was hidden or shown.
func (s *eventSource) visibility(hidden bool) {
	switch {
	case !s.options.Pause:
	case hidden:
		s.paused = true
		if s.stop != nil {
			s.stop()
		}
	case s.paused:
		s.paused = false
		if s.resume != nil {
			close(s.resume)
			s.resume = nil
		}
	}
}
