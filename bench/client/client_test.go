package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/bench/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const page = `<!DOCTYPE html><body hx-headers:inherited='{"Sideband-Ticket":"the ticket"}'>
<div hx-sse:connect="?sideband=stream"></div>
<main><button hx-post="?event=Add&amp;value=1"> Increment </button></main>`

// site serves a page whose stream carries what events are answered with.
type site struct {
	*httptest.Server
	stream chan string             // raw
	event  func(*http.Request) int // the status
}

func serve(t *testing.T) *site {
	s := &site{stream: make(chan string, 10)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost:
			w.WriteHeader(s.event(r))
		case r.URL.RawQuery == "":
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "mine"})
			fmt.Fprint(w, page)
		default:
			w.Header().Set("Content-Type", "text/event-stream")
			for {
				_ = http.NewResponseController(w).Flush() // the client sees what is missing
				select {
				case m := <-s.stream:
					fmt.Fprint(w, m)
				case <-r.Context().Done():
					return
				}
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// visit opens the page and its stream.
func (s *site) visit(t *testing.T, ctx context.Context) *client.Client {
	t.Helper()
	c, err := client.Visit(ctx, s.URL, "/page")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	s.stream <- ": hello\n\nid: 0\n\n"
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnEventIsSentAsTheControlSays(t *testing.T) {
	s := serve(t)
	s.event = func(r *http.Request) int {
		session, err := r.Cookie("session")
		if r.URL.String() != "/page?event=Add&value=1" || r.Header.Get("Sideband-Ticket") != "the ticket" || err != nil || session.Value != "mine" {
			t.Errorf("%s with %v", r.URL, r.Header)
		}
		s.stream <- "id: 1\ndata: done\n\n"
		return http.StatusNoContent
	}
	c := s.visit(t, t.Context())
	event, err := c.Page().Find("Increment")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if m, err := c.Do(t.Context(), event); err != nil || m.ID != "1" || string(m.Data) != "done" {
			t.Fatalf("%+v, %v", m, err)
		}
		c.Rest()
	}
}

func TestMessagesAreCountedWithTheirFraming(t *testing.T) {
	s := serve(t)
	c := s.visit(t, t.Context())
	long := strings.Repeat("long ", 100_000)
	for _, m := range []struct{ raw, data string }{
		{"data: a\n\n", "a"},
		{"id: 12\ndata: two\ndata: lines\n\n", "two\nlines"},
		{"event: e\ndata:\ndata:  b\n\n", "\n b"},
		{"id: 13\ndata: " + long + "\n\n", long},
	} {
		s.stream <- ": a heartbeat is nobody's\n\n" + m.raw
		got, err := c.Next()
		if err != nil || string(got.Data) != m.data || got.Size != len(m.raw) {
			t.Errorf("%.80q: %.80q, %d bytes for %d, %v", m.raw, got.Data, got.Size, len(m.raw), err)
		}
	}
}

func TestOtherAnswersThan204AreErrors(t *testing.T) {
	s := serve(t)
	c := s.visit(t, t.Context())
	for _, status := range []int{http.StatusOK, http.StatusForbidden, http.StatusInternalServerError} {
		s.event = func(*http.Request) int { return status }
		if _, err := c.Do(t.Context(), "?event=Add"); err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

func TestTheEndOfTheContextEndsWaiting(t *testing.T) {
	s := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := s.visit(t, ctx)
	ended := make(chan error)
	go func() {
		_, err := c.Next()
		ended <- err
	}()
	cancel()
	if err := <-ended; err == nil {
		t.Error("a message came from nowhere")
	}
	if _, err := client.Visit(ctx, s.URL, "/page"); !errors.Is(err, context.Canceled) {
		t.Errorf("visited nevertheless: %v", err)
	}
}

func TestAskingDoesNotMindTheAnswer(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.NotFound(w, r)
	}))
	defer s.Close()
	if err := client.Ask(t.Context(), s.URL, "/", 7); err != nil || asked != 7 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

func ExampleReadPage() {
	p, err := client.ReadPage([]byte(`<body hx-headers:inherited='{"Sideband-Ticket":"abc"}'>
		<div hx-sse:connect="?sideband=stream"></div>
		<button hx-post="?event=Add&amp;value=1">Increment <b>now</b></button>
		<button hx-post="?event=Close" aria-label="Close">×</button>
		<button>no event</button>`))
	fmt.Println(p.Ticket, p.Stream, err)
	for _, c := range p.Controls {
		fmt.Printf("%s %q %s\n", c.Tag, c.Name, c.Event)
	}
	// Output:
	// abc ?sideband=stream <nil>
	// button "Increment now" ?event=Add&value=1
	// button "Close" ?event=Close
}
