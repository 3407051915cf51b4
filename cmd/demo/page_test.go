package main

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"
	"time"
)

// page is an open counter, in a browser of its own.
type page struct {
	t      *testing.T
	client *http.Client
	url    string
	ticket string
	lastID string
	lines  *bufio.Reader
	body   io.Closer
}

var ticket = regexp.MustCompile(`Sideband-Ticket&#34;:&#34;([\w-]+)`)

// open opens the counter of the demo at a URL, and its stream.
func open(t *testing.T, url string, transport *http.Transport) *page {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, client: &http.Client{Jar: jar, Transport: transport}, url: url + "/counter"}
	t.Cleanup(p.close)
	res, err := p.client.Get(p.url)
	if err != nil {
		t.Fatal(err)
	}
	html, err := io.ReadAll(res.Body)
	res.Body.Close()
	found := ticket.FindSubmatch(html)
	if err != nil || found == nil {
		t.Fatalf("no ticket (%v) in %s", err, html)
	}
	p.ticket = string(found[1])
	if !p.connect() {
		t.Fatal("no stream")
	}
	return p
}

func (p *page) close() {
	if p.body != nil {
		p.body.Close()
	}
	p.client.CloseIdleConnections()
}

func (p *page) send(method, query string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+query, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Sideband-Ticket", p.ticket)
	if p.lastID != "" && method == http.MethodGet {
		r.Header.Set("Last-Event-ID", p.lastID)
	}
	return p.client.Do(r)
}

// connect opens the stream, and reports false if there is no server that does.
func (p *page) connect() bool {
	p.t.Helper()
	res, err := p.send(http.MethodGet, "?sideband=stream")
	if err != nil {
		return false
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return false
	}
	p.lines, p.body = bufio.NewReader(res.Body), res.Body
	return true
}

// message reads the next message with data, "" at the stream's end.
func (p *page) message() string {
	p.t.Helper()
	var data strings.Builder
	for {
		line, err := p.lines.ReadString('\n')
		if err != nil {
			return ""
		}
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			p.lastID = strings.TrimSpace(id)
		}
		data.WriteString(strings.TrimPrefix(line, "data: "))
		if text := data.String(); line == "\n" {
			if strings.Contains(text, "<") {
				return text
			}
			data.Reset()
		}
	}
}

// add clicks the button, and expects what the count becomes.
func (p *page) add(want string) {
	p.t.Helper()
	res, err := p.send(http.MethodPost, "?event=Add&value=1")
	if err != nil {
		p.t.Error(err)
		return
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		p.t.Errorf("the event is answered %s", res.Status)
		return
	}
	for text := ""; !strings.Contains(text, want); {
		if text = p.message(); text == "" || strings.Contains(text, "refresh") {
			p.t.Errorf("the stream brings %q, not %q", text, want)
			return
		}
	}
}

// comeBack is what a page does whose stream ends: it asks again until a server answers.
func (p *page) comeBack() {
	p.t.Helper()
	for text := p.message(); text != ""; text = p.message() {
		if strings.Contains(text, "refresh") || strings.Contains(text, `hx-swap="delete"`) {
			p.t.Errorf("the server sends the page away with %q", text)
		}
	}
	p.body.Close()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !p.connect() {
		select {
		case <-again.C:
		case <-p.t.Context().Done():
			p.t.Error("no server answers")
			return
		}
	}
}
