package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// Levels of an [Entry].
const (
	LevelInfo    = "info"
	LevelWarning = "warning"
	LevelError   = "error"
)

// Entry is one line of what a page logged.
type Entry struct {
	Level string // LevelInfo, LevelWarning or LevelError
	From  string // "console", "exception", "request", "dialog", or the source of the browser's own log
	Text  string
}

func (e Entry) String() string { return e.Level + " (" + e.From + "): " + e.Text }

// Request is one request of a page.
type Request struct {
	Method string
	URL    string
	Status int // 0 until an answer came
}

// pageLog is written by the goroutine that reads Chromium's messages.
type pageLog struct {
	mu       sync.Mutex
	entries  []Entry
	order    []network.RequestID
	requests map[network.RequestID]Request
	allowed  []string
	allowAll bool
}

// AllowErrors says that errors with any of these texts in them are expected and
// do not fail the test; without texts, that any error is.
func (p *Page) AllowErrors(texts ...string) {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	p.log.allowed = append(p.log.allowed, texts...)
	p.log.allowAll = p.log.allowAll || len(texts) == 0
}

// Log returns what the page has logged so far, in order.
func (p *Page) Log() []Entry {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	return append([]Entry(nil), p.log.entries...)
}

// Requests returns the requests that the tab has made so far, in order. A
// redirected one stands where it began, with its last address.
func (p *Page) Requests() []Request {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	out := make([]Request, 0, len(p.log.order))
	for _, id := range p.log.order {
		out = append(out, p.log.requests[id])
	}
	return out
}

// event sorts Chromium's events; it must not wait for Chromium.
func (tb *tab) event(ev any) {
	l := &tb.log
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		level := LevelInfo
		switch ev.Type {
		case runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeAssert:
			level = LevelError
		case runtime.ConsoleAPICalledTypeWarning:
			level = LevelWarning
		}
		l.add(level, "console", objects(ev.Args))
	case *runtime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if ev.ExceptionDetails.Exception != nil {
			text += " " + object(ev.ExceptionDetails.Exception)
		}
		l.add(LevelError, "exception", text)
	case *log.EventEntryAdded:
		// Failed requests are told better by the network events.
		if ev.Entry.Source == log.EntrySourceNetwork {
			return
		}
		level := LevelInfo
		switch ev.Entry.Level {
		case log.EntryLevelError:
			level = LevelError
		case log.EntryLevelWarning:
			level = LevelWarning
		}
		l.add(level, string(ev.Entry.Source), strings.TrimSpace(ev.Entry.Text+" "+ev.Entry.URL))
	case *network.EventRequestWillBeSent:
		l.sent(ev.RequestID, Request{Method: ev.Request.Method, URL: ev.Request.URL})
	case *network.EventResponseReceived:
		l.answered(ev.RequestID, int(ev.Response.Status))
	case *network.EventLoadingFailed:
		if !ev.Canceled && ev.ErrorText != "net::ERR_ABORTED" {
			l.failed(ev.RequestID, ev.ErrorText)
		}
	case *page.EventJavascriptDialogOpening:
		l.add(LevelInfo, "dialog", string(ev.Type)+": "+ev.Message)
		tb.dialogs.answer(tb.ctx)
	}
}

func (l *pageLog) add(level, from, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, Entry{level, from, text})
}

func (l *pageLog) sent(id network.RequestID, r Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.requests == nil {
		l.requests = make(map[network.RequestID]Request)
	}
	if _, known := l.requests[id]; !known {
		l.order = append(l.order, id)
	}
	l.requests[id] = r
}

func (l *pageLog) answered(id network.RequestID, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.requests[id]
	r.Status = status
	if l.requests != nil {
		l.requests[id] = r
	}
	if status >= 400 {
		l.entries = append(l.entries, Entry{LevelError, "request", fmt.Sprintf("%s %s answered %d", r.Method, r.URL, status)})
	}
}

func (l *pageLog) failed(id network.RequestID, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.requests[id]
	l.entries = append(l.entries, Entry{LevelError, "request", fmt.Sprintf("%s %s failed: %s", r.Method, r.URL, why)})
}

// check fails t for each error that is not allowed.
func (l *pageLog) check(t testing.TB) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.allowAll {
		return
	}
	for _, e := range l.entries {
		if e.Level == LevelError && !l.expected(e) {
			t.Errorf("browser: the page logged an %s", e)
		}
	}
}

func (l *pageLog) expected(e Entry) bool {
	for _, text := range l.allowed {
		if strings.Contains(e.Text, text) {
			return true
		}
	}
	return false
}

// tail is the end of the log for the message of a failing wait.
func (l *pageLog) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	const lines = 20
	var b strings.Builder
	for _, e := range l.entries[max(0, len(l.entries)-lines):] {
		b.WriteString("\n\tlog: ")
		b.WriteString(e.String())
	}
	return b.String()
}

func objects(args []*runtime.RemoteObject) string {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = object(a)
	}
	return strings.Join(texts, " ")
}

// object is a value as the console shows it: texts bare, the rest described.
func object(o *runtime.RemoteObject) string {
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return s
	}
	if len(o.Value) > 0 && o.Type != runtime.RemoteObjectTypeObject {
		return string(o.Value)
	}
	if o.Description != "" {
		return o.Description
	}
	return string(o.Type)
}
