package tab

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// Config sets up a tab. Its zero value works.
type Config struct {
	// Client makes the requests. It must have no Timeout. Tabs with the same client, or
	// the same Jar, are one person's. Default: a client with a jar and connections of its own.
	Client *http.Client
	// Observe is told what happens, one event after another. It must not call the tab.
	Observe func(Event)
	// Confirm answers questions of hx-confirm. Default: no.
	Confirm func(question string) bool
	// Random returns numbers in [0,1), from which the waits before reconnects are varied.
	// It is called from several goroutines. Default: rand.Float64.
	Random func() float64
	// InView says which elements are in view when htmx takes them up: their triggers
	// "intersect" and "revealed" fire then, once. Others wait for [Tab.ScrollTo]. It must not
	// call the tab. Default: all of them, as if the window had no end.
	InView func(*html.Node) bool
	// Hidden opens the tab in the background.
	Hidden bool
	// WithoutScripts is a browser that runs no scripts: no htmx, no event sources, and what noscript
	// elements hold is part of the page.
	WithoutScripts bool
}

// Tab is one tab. Make one with Open. Its methods may be called from any goroutine.
type Tab struct {
	config Config
	ctx    context.Context
	stop   context.CancelFunc
	work   sync.WaitGroup // goroutines and timers

	mu      sync.Mutex
	changed chan struct{} // closed at the next change
	closed  bool
	hidden  bool
	page    *page // what is shown; nil before the first load, and when a load has failed
	loading *visit
	err     error // why there is no page
	history []entry
	at      int
	pages   int // how many have been loaded
	cache   map[string]stored
}

// View is what there is to see of a tab at one moment. It is valid only within the
// call that it is given to.
type View struct {
	// Document is nil if no page is shown.
	Document *htmxdom.Document
	URL      string
	// Loading reports that another page is on its way.
	Loading bool
	// Live reports that an event source is open and has spoken.
	Live bool
	// Running and Waiting count the requests, event sources left out; among those that wait
	// are triggers whose delay has not passed.
	Running, Waiting int
	// LastID is the newest message id of the page's event source.
	LastID string
	// Err is why no page is shown.
	Err error
	// Pages counts the documents that were loaded.
	Pages int
}

// Busy reports that requests are under way or waiting.
func (v View) Busy() bool { return v.Running+v.Waiting > 0 }

// ErrClosed is returned by methods of a closed tab.
var ErrClosed = errors.New("tab: closed")

// Open opens a tab on an absolute address. The page is on its way when it returns.
func Open(c Config, address string) (*Tab, error) {
	to, err := url.Parse(address)
	if err != nil || !to.IsAbs() {
		return nil, fmt.Errorf("tab: %q is no absolute address", address)
	}
	if c.Client == nil {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return nil, fmt.Errorf("tab: %w", err)
		}
		c.Client = &http.Client{Jar: jar, Transport: &http.Transport{}}
	}
	if c.Observe == nil {
		c.Observe = func(Event) {}
	}
	if c.Confirm == nil {
		c.Confirm = func(string) bool { return false }
	}
	if c.InView == nil {
		c.InView = func(*html.Node) bool { return true }
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	t := &Tab{config: c, hidden: c.Hidden, changed: make(chan struct{}), at: -1, cache: make(map[string]stored)}
	t.ctx, t.stop = context.WithCancel(context.Background())
	t.mu.Lock()
	defer t.mu.Unlock()
	t.visit(&visit{to: to, cause: Opened})
	return t, nil
}

// Close closes the tab and waits until nothing of it runs any more.
func (t *Tab) Close() {
	t.mu.Lock()
	t.closed = true
	t.unload()
	t.loading = nil
	t.stop()
	t.moved()
	t.mu.Unlock()
	t.work.Wait()
	t.config.Client.CloseIdleConnections()
}

// Read calls look with what the tab shows.
func (t *Tab) Read(look func(View)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	look(t.view())
}

// Wait waits until done, which is asked again after each change, returns true. The
// error is the context's, or ErrClosed.
func (t *Tab) Wait(ctx context.Context, done func(View) bool) error {
	for {
		t.mu.Lock()
		if t.closed {
			t.mu.Unlock()
			return ErrClosed
		}
		ok, changed := done(t.view()), t.changed
		t.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("tab: %w", ctx.Err())
		}
	}
}

func (t *Tab) view() View {
	v := View{Loading: t.loading != nil, Err: t.err, Pages: t.pages}
	p := t.page
	if p == nil {
		return v
	}
	v.Document, v.URL = p.dom, p.url.String()
	v.Running, v.Waiting = p.requests()
	for _, s := range p.eventSources {
		v.Live = v.Live || s.spoken
		v.LastID = s.lastID
	}
	return v
}

// moved wakes those who wait. The caller holds mu.
func (t *Tab) moved() {
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *Tab) observe(e Event) { t.config.Observe(e) }

// goroutine runs f as one of the tab's own. The caller holds mu, and the tab is not closed.
func (t *Tab) goroutine(f func()) {
	t.work.Go(f)
}

// timer is a timer of a page.
type timer struct {
	page *page
	t    *time.Timer
}

// after calls f, with mu held, when d has passed, unless the page has gone by then.
func (p *page) after(d time.Duration, f func()) *timer {
	if p.gone {
		return nil
	}
	p.tab.work.Add(1)
	tm := &timer{page: p}
	p.timers[tm] = struct{}{}
	tm.t = time.AfterFunc(d, func() {
		defer p.tab.work.Done()
		p.tab.mu.Lock()
		defer p.tab.mu.Unlock()
		if _, waiting := p.timers[tm]; !waiting || p.gone {
			return
		}
		delete(p.timers, tm)
		f()
		p.tab.moved()
	})
	return tm
}

// cancel stops a timer; nil is none. The caller holds mu.
func (tm *timer) cancel() {
	if tm == nil {
		return
	}
	delete(tm.page.timers, tm)
	if tm.t.Stop() {
		tm.page.tab.work.Done()
	}
}
