package livetest

import (
	"encoding/json"
	"fmt"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
	"github.com/sideband-go/sideband/views"
)

// Event is an event of the DOM with which the server tells a page's scripts something.
type Event struct {
	// Name is what was pushed, such as "chart:point"; of a reply it is "sb:reply".
	Name string
	// Data is JSON.
	Data string
}

// TakeEvents returns the events that views.Socket.PushEvent has pushed to the page since TakeEvents was called last, or
// since the tab was opened. No script hears them: there is none.
func (p *Page) TakeEvents() []Event {
	p.t.Helper()
	p.settle()
	return take(&p.record.mu, &p.record.events)
}

// TakeReplies returns the replies of views.Socket.Reply to the page's events since TakeReplies was called last, or since
// the tab was opened.
func (p *Page) TakeReplies() []Event {
	p.t.Helper()
	p.settle()
	return take(&p.record.mu, &p.record.replies)
}

// Push does what a script does that brings the element to life: it sets the element's value and dispatches an event of the
// DOM, which package client has bound. A value that is no string, number or bool is sent as JSON. It fails the test if
// nothing listens to the event, or the element does not send its value.
func (e Element) Push(event string, value any) {
	e.page.t.Helper()
	text, err := textOfValue(value)
	if err != nil {
		e.page.t.Fatalf("livetest: %s: %v", e.place(), err)
	}
	e.act("send "+event, func(d *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		switch {
		case len(d.Dispatch(event, n, true)) == 0:
			return nil, "nothing listens to " + event
		case attr(n, "name") != views.ValueField:
			return nil, "it does not send its value: bind it with client.Push or client.On"
		}
		return func(f tab.Finder) error { return e.page.tab.Push(f, event, text) }, ""
	})
}

func textOfValue(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
		return fmt.Sprint(v), nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("the value is no JSON: %w", err)
	}
	return string(text), nil
}
