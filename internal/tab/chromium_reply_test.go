package tab_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/internal/tab"
)

// replying is a page whose requests are answered by event streams of a few messages. What comes of them is in list.
type replying struct {
	mu   sync.Mutex
	list []string
}

func (s *replying) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, ".js") {
		chromium.Scripts(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, chromium.Page(`<div hx-swap:inherited="none"><p id="echo">0</p>
<button id="go" hx-post="?ask">Go</button><button id="wrong" hx-post="?wrong">Go</button><button id="leaves" hx-post="?leaves">Go</button>
<i hx-post="?heard" hx-trigger="sb:reply from:body" hx-sync="this:queue all"></i><i hx-post="?finally" hx-trigger="htmx:finally:request from:button" hx-sync="this:queue all"></i>
<i hx-post="?response" hx-trigger="htmx:after:request from:button, htmx:response:error from:button" hx-sync="this:queue all"></i></div>`))
		return
	}
	s.mu.Lock()
	s.list = append(s.list, r.URL.RawQuery)
	s.mu.Unlock()
	answer := func(status int, text string) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(status)
		io.WriteString(w, text)
	}
	switch r.URL.RawQuery {
	case "ask":
		answer(200, "event: sb:reply\ndata: {\"a\":1}\n\n")
	case "wrong":
		answer(422, "data: <hx-partial id=\"echo\" hx-swap=\"textContent\">wrong</hx-partial>\n\nevent: sb:reply\ndata: 1\n\n")
	case "leaves": // what has asked leaves the page before the reply is read
		answer(200, "data: <hx-partial id=\"leaves\" hx-swap=\"delete\"></hx-partial><hx-partial id=\"echo\" hx-swap=\"textContent\">left</hx-partial>\n\nevent: sb:reply\ndata: 1\n\n")
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// seen waits until so many requests came, and says which.
func (s *replying) seen(t *testing.T, n int) string {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		got := strings.Join(slices.Sorted(slices.Values(s.list)), " ") // those of different queues are sent together
		enough := len(s.list) >= n
		s.mu.Unlock()
		if enough || time.Now().After(end) {
			return got
		}
	}
}

// An answer that is an event stream does in the tab what it does in Chromium: operations are applied, events reach the
// element that has asked if it is still there, the request ends with it, and the events of other answers do not come.
func TestRepliesAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	steps := []struct {
		id, echo string
		requests int
	}{{"go", "0", 3}, {"wrong", "wrong", 6}, {"leaves", "left", 7}}
	var real, model replying
	srv := httptest.NewServer(&real)
	defer srv.Close()
	p := browser.Open(t, srv.URL+"/")
	p.AllowErrors()
	srv2 := httptest.NewServer(&model)
	defer srv2.Close()
	m, err := tab.Open(tab.Config{}, srv2.URL+"/")
	must(t, err)
	defer m.Close()
	for _, step := range steps {
		p.Click("#" + step.id)
		p.WaitText("#echo", step.echo)
		wait(t, m, "the page", func(v tab.View) bool { return v.Document != nil && v.Document.ByID(step.id) != nil && !v.Busy() })
		must(t, m.Click(tab.First("#"+step.id)))
		wait(t, m, step.echo, func(v tab.View) bool { return text(v, "echo") == step.echo && !v.Busy() })
		if r, m := real.seen(t, step.requests), model.seen(t, step.requests); r != m {
			t.Errorf("%s: Chromium asks %s, and the tab %s", step.id, r, m)
		}
	}
}
