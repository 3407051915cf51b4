package livetest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/sideband-go/sideband/internal/csp"
	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/tab"
)

// Message is what a view has sent to its page: on the connection, or as the answer to an
// event.
type Message struct {
	// ID is the message's number; "" for answers, and for what the kit says of itself.
	ID string
	// HTML is the message as it was sent: htmx partials.
	HTML string
	// Status is the answer's, 0 for messages of the connection.
	Status int
}

// Size is how many bytes the message has, before compression.
func (m Message) Size() int { return len(m.HTML) }

// Visit is a page that a tab has loaded, or an address that its page has changed to.
type Visit struct {
	// Kind is "load" for a page that was loaded. Without a load, the address was added to the browser's history
	// ("patch"), or has taken the place of the one before ("replace"), or the whole body was replaced ("navigate").
	Kind string
	// Cause is why: "opened", "followed" (a link), "submitted" (a form), "reloaded" (by
	// the user), "restored" (by going back or forward), and, when the server asked for
	// it, "patched", "refresh", "header" (HX-Refresh) or "redirect" (HX-Redirect).
	Cause string
	// Path is where it ended, with the query.
	Path string
	// Status is the answer's; 0 if nothing was answered.
	Status int
	// Redirects are the addresses it was sent to on the way.
	Redirects []string
}

// record is what has happened to a tab. The tab calls observe while it is locked.
type record struct {
	line  *line
	found *findings

	mu       sync.Mutex
	messages []Message
	events   []Event
	replies  []Event
	visits   []Visit
	newest   Visit
	errors   []string // what htmx has thrown
	agree    []bool   // the answers to questions that come
	asked    []string
	policies csp.Policies // the page's
	spoken   bool         // the open connection has brought a message
	at       string
	missed   bool              // the newest event did not reach the server
	shown    *htmxdom.Document // what the page was when it had settled last
}

func (r *record) observe(e tab.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.Kind {
	case tab.Loaded:
		r.shown, r.spoken = nil, false
		r.policies = csp.Parse(e.Header.Values("Content-Security-Policy")...)
		r.visit(Visit{"load", string(e.Cause), pathOf(e.Address), e.Status, r.line.takeRedirects()})
	case tab.LoadFailed:
		r.shown, r.spoken = nil, false
		r.visit(Visit{"load", string(e.Cause), pathOf(e.Address), 0, r.line.takeRedirects()})
	case tab.Moved:
		kind, redirects := "patch", []string(nil)
		switch {
		case e.Whole:
			kind, redirects = "navigate", r.line.takeRedirects()
		case e.Replace:
			kind = "replace"
		}
		r.visit(Visit{kind, string(e.Cause), pathOf(e.Address), e.Status, redirects})
	case tab.Shown:
		r.shownBack(e.Status)
	case tab.Connected:
		r.spoken = false
	case tab.Message:
		if e.Text == "" {
			return
		}
		r.spoken = true
		if e.Name != "" {
			r.events = append(r.events, Event{e.Name, e.Text})
			return
		}
		id := ""
		if e.Numbered {
			id = e.ID
		}
		r.add(Message{id, e.Text, 0})
	case tab.Replied:
		if e.Name != "" {
			r.replies = append(r.replies, Event{e.Name, e.Text})
		} else if e.Text != "" {
			r.add(Message{"", e.Text, e.Status})
		}
	case tab.Failed:
		r.missed = r.missed || e.Method == http.MethodPost
	case tab.Answered:
		if e.Method == http.MethodPost {
			r.missed = e.Status == http.StatusBadGateway || e.Status == http.StatusGatewayTimeout
		}
		if e.Text != "" {
			r.add(Message{"", e.Text, e.Status})
		}
	case tab.Broken:
		r.errors = append(r.errors, e.Err.Error())
	}
}

func (r *record) visit(v Visit) {
	r.visits = append(r.visits, v)
	r.newest = v
}

// shownBack notes what was answered for the address that was gone back to: nothing, since the view shows it, or a body.
func (r *record) shownBack(status int) {
	redirects := r.line.takeRedirects()
	v := &r.newest
	if v.Cause != string(tab.Restored) || v.Kind == "load" {
		return // it has changed again since
	}
	if v.Status = status; status != http.StatusNoContent {
		v.Kind, v.Redirects = "navigate", redirects
	}
	if n := len(r.visits); n > 0 {
		r.visits[n-1] = *v
	}
}

func (r *record) add(m Message) {
	r.messages = append(r.messages, m)
	if r.shown != nil {
		r.found.patch(r.at, r.shown, m)
	}
}

// unreached reports whether the newest event did not reach the server.
func (r *record) unreached() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.missed
}

func (r *record) greeted() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.spoken
}

func (r *record) confirm(question string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, question)
	if len(r.agree) == 0 {
		return false
	}
	a := r.agree[0]
	r.agree = r.agree[1:]
	return a
}

// pathOf is an address of the site without its host, and without the view's id that the address of
// a page without scripts has.
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != host {
		return address
	}
	u.RawQuery = strings.Join(slices.DeleteFunc(strings.Split(u.RawQuery, "&"), func(part string) bool {
		name, value, _ := strings.Cut(part, "=")
		_, ok := protocol.ViewID(value)
		return ok && name == protocol.KitParam
	}), "&")
	p := u.RequestURI()
	if u.Fragment != "" {
		p += "#" + u.Fragment
	}
	return strings.TrimSuffix(p, "?")
}

// TakeMessages returns what the view has sent since TakeMessages was called last, or
// since the tab was opened.
func (p *Page) TakeMessages() []Message {
	p.t.Helper()
	p.settle()
	return take(&p.record.mu, &p.record.messages)
}

// TakeVisits returns the pages that the tab has loaded, and the addresses that its page has changed to without a load,
// since TakeVisits was called last. Links to a place in the page are left out.
func (p *Page) TakeVisits() []Visit {
	p.t.Helper()
	p.settle()
	return take(&p.record.mu, &p.record.visits)
}

// Agree makes the person agree to the next question that the page asks before it sends
// something; else it is declined.
func (p *Page) Agree() {
	r := p.record
	r.mu.Lock()
	defer r.mu.Unlock()
	r.agree = append(r.agree, true)
}

// TakeQuestions returns what the page has asked since TakeQuestions was called last.
func (p *Page) TakeQuestions() []string {
	p.t.Helper()
	p.settle()
	return take(&p.record.mu, &p.record.asked)
}

// take empties a list that mu guards, and returns what was in it.
func take[T any](mu *sync.Mutex, list *[]T) []T {
	mu.Lock()
	defer mu.Unlock()
	all := *list
	*list = nil
	return all
}
