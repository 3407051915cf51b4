package probe

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"time"
)

// Stream is a page's open stream.
type Stream struct {
	page   *Page
	lines  *bufio.Reader
	end    context.CancelFunc
	lastID string
}

// Stream opens the page's stream. lastID is where it goes on, empty for the first one.
// It is open when Stream returns.
func (p *Page) Stream(lastID string) *Stream {
	t := p.visitor.t
	t.Helper()
	ctx, end := context.WithCancel(context.Background())
	r := p.withTicket(p.visitor.request(http.MethodGet, p.path+"?sideband=stream", "")).WithContext(ctx)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	res, err := p.visitor.client.Do(r) //nolint:bodyclose // Stream.Close closes it
	if err != nil {
		end()
		t.Fatal(err)
	}
	s := &Stream{page: p, end: func() { end(); res.Body.Close() }, lines: bufio.NewReader(res.Body)}
	t.Cleanup(s.Close)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("stream of %s: %s, %s", p.path, res.Status, res.Header.Get("Content-Type"))
	}
	if data := s.Next(); data != "" {
		t.Fatalf("the stream of %s begins with %q, not with an id alone", p.path, data)
	}
	if data := s.Next(); !strings.Contains(data, `id="sb-lost"`) {
		t.Fatalf("the stream of %s does not say that it works, but %q", p.path, data)
	}
	return s
}

// Next waits for the next message and returns its data.
func (s *Stream) Next() string {
	t := s.page.visitor.t
	t.Helper()
	tooLate := time.AfterFunc(patience, s.end)
	defer tooLate.Stop()
	var data []string
	for begun := false; ; {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			t.Fatalf("no message on the stream of %s: %v", s.page.path, err)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			s.lastID, begun = value, true
		case "data":
			data, begun = append(data, value), true
		}
		if line == "\n" && begun { // else it ends a comment
			return strings.Join(data, "\n")
		}
	}
}

// LastID is the id of the last message that was read.
func (s *Stream) LastID() string { return s.lastID }

// Close closes the stream from the browser's side, as a hidden tab does.
func (s *Stream) Close() { s.end() }
