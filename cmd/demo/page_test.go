package main

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/tab"
)

// page is an open counter, in a browser of its own.
type page struct {
	*tab.Tab
	t      *testing.T
	client *http.Client
	url    string
}

// open opens the counter of the demo at a URL, and its stream.
func open(t *testing.T, url string, transport *http.Transport) *page {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, client: &http.Client{Jar: jar, Transport: transport}, url: url + "/counter"}
	if p.Tab, err = tab.Open(tab.Config{Client: p.client}, p.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		transport.CloseIdleConnections()
	})
	p.shows("Count: 0")
	return p
}

// shows waits until the page is live and shows a count. It must not have been loaded again.
func (p *page) shows(count string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	pages := 0
	if err := p.Wait(ctx, func(v tab.View) bool {
		pages = v.Pages
		return v.Live && !v.Busy() && tab.WithText("h1", count)(v.Document) != nil
	}); err != nil {
		p.t.Errorf("the page does not show %q: %v", count, err)
	}
	if pages != 1 {
		p.t.Errorf("the page was loaded %d times", pages)
	}
}

// add clicks the button, and expects what the count becomes.
func (p *page) add(want string) {
	p.t.Helper()
	if err := p.Click(tab.WithText("button", "Increment")); err != nil {
		p.t.Error(err)
	}
	p.shows(want)
}
