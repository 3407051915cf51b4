package tab_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
	"github.com/sideband-go/sideband/internal/tab"
)

// slow is a page whose event source element is replaced while it connects. Its first connect is
// answered when the second has come.
type slow struct {
	first   chan struct{}
	second  chan struct{}
	aborted chan bool // of the first connect
}

func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const eventSource = `<div id="eventSource" hx-sse:connect="?stream=%d" hx-trigger="intersect" hx-swap="none"></div>`
	switch {
	case strings.HasSuffix(r.URL.Path, ".js"):
		chromium.Scripts(w, r)
	case r.URL.RawQuery == "stream=1":
		close(s.first)
		<-s.second
		s.aborted <- r.Context().Err() != nil
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, "id: 1\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	case r.URL.RawQuery == "stream=2":
		close(s.second)
		messages(w, r, "data: <hx-partial id=\"echo\" hx-swap=\"textContent\">second</hx-partial>\n\n")
	case r.Method == http.MethodPost:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<hx-partial id="eventSource" hx-swap="outerHTML">`+eventSource+`</hx-partial><hx-partial id="echo" hx-swap="textContent">replaced</hx-partial>`, 2)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, chromium.Page(fmt.Sprintf(eventSource, 1)+`<p id="echo">0</p><button id="go" hx-post="?go" hx-swap="none">Go</button>`))
	}
}

// An event source element that is replaced while it connects goes on connecting.
func TestAnEventSourceThatIsReplacedWhileItConnects(t *testing.T) {
	t.Parallel()
	try := func(use func(s *slow, address string)) bool {
		s := &slow{make(chan struct{}), make(chan struct{}), make(chan bool, 1)}
		srv := httptest.NewServer(s)
		defer srv.Close()
		use(s, srv.URL+"/")
		return <-s.aborted
	}
	real := try(func(s *slow, address string) {
		p := browser.Open(t, address)
		p.AllowErrors()
		<-s.first
		p.Click("#go")
		p.WaitText("#echo", "second")
		p.Close()
	})
	model := try(func(s *slow, address string) {
		p, err := tab.Open(tab.Config{}, address)
		must(t, err)
		defer p.Close()
		<-s.first
		must(t, p.Click(tab.First("#go")))
		wait(t, p, "the second event source", func(v tab.View) bool { return text(v, "echo") == "second" })
	})
	if real || model {
		t.Errorf("the first connect is given up: in Chromium %v, in the tab %v", real, model)
	}
}

// streaming is a page whose event source is cut after each message, refused now and then,
// replaced by an answer and deleted by a message.
type streaming struct {
	mu   sync.Mutex
	list []string
}

func (s *streaming) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const eventSource = `<div id="eventSource" hx-sse:connect="?stream" hx-trigger="intersect, htmx:finally:request delay:300ms" hx-sync="this:drop" hx-swap="none" hx-config="sse.reconnectDelay:20"`
	switch {
	case strings.HasSuffix(r.URL.Path, ".js"):
		chromium.Scripts(w, r)
	case r.URL.RawQuery == "stream":
		s.mu.Lock()
		n := len(s.list)
		line := "after " + r.Header.Get("Last-Event-ID")
		for _, name := range slices.Sorted(maps.Keys(r.Header)) {
			if strings.HasPrefix(name, "Hx-") || name == "Ticket" || name == "Accept" {
				line += " " + name + ": " + strings.ReplaceAll(r.Header.Get(name), r.Host, "host")
			}
		}
		s.list = append(s.list, line)
		s.mu.Unlock()
		say := func(text string) {
			w.Header().Set("Content-Type", "text/event-stream")
			io.WriteString(w, text)
		}
		switch n {
		case 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			say("id: 1\n\ndata: <hx-partial id=\"echo\" hx-swap=\"textContent\">one</hx-partial>\n\nid: cut")
		case 3:
			say("id: 2\r\ndata: <hx-partial id=\"echo\" hx-swap=\"textContent\">two\r\ndata:</hx-partial>\r\n\r\n: comment\n\n")
		case 4:
			w.WriteHeader(http.StatusBadGateway)
		case 5:
			say("id\n\nevent: named\ndata: x\n\n")
		case 6:
			say("id: k-9\n\ndata: <hx-partial id=\"echo\" hx-swap=\"textContent\">wait</hx-partial>\n\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case 7:
			say("id: 12\n\ndata: <hx-partial id=\"eventSource\" hx-swap=\"delete\"></hx-partial><hx-partial id=\"echo\" hx-swap=\"textContent\">end</hx-partial>\n\n")
		}
	case r.Method == http.MethodPost && r.URL.RawQuery == "replace":
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<hx-partial id="eventSource" hx-swap="outerHTML">`+eventSource+` hx-headers:append='{"Last-Event-ID":"11"}'></div></hx-partial>`)
	case r.Method == http.MethodPost:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.list = append(s.list, "named event "+r.URL.RawQuery)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, chromium.Page(`<div hx-headers:inherited='{"Ticket":"t1"}'>`+eventSource+`></div><p id="echo" hx-swap:inherited="none">0</p>
<button id="go" hx-post="?replace" hx-swap="none">Go</button></div>`))
	}
}

// The tab keeps its event source as hx-sse keeps it in Chromium.
func TestEventSourcesAreThoseOfChromium(t *testing.T) {
	t.Parallel()
	var real, model streaming
	srv := httptest.NewServer(&real)
	defer srv.Close()
	p := browser.Open(t, srv.URL+"/")
	p.AllowErrors()
	p.WaitText("#echo", "wait")
	p.Click("#go")
	p.WaitText("#echo", "end")

	srv2 := httptest.NewServer(&model)
	defer srv2.Close()
	m, err := tab.Open(tab.Config{}, srv2.URL+"/")
	must(t, err)
	defer m.Close()
	wait(t, m, "the last message but one", func(v tab.View) bool { return text(v, "echo") == "wait" })
	must(t, m.Click(tab.First("#go")))
	wait(t, m, "the last message", func(v tab.View) bool { return text(v, "echo") == "end" })

	real.mu.Lock()
	defer real.mu.Unlock()
	model.mu.Lock()
	defer model.mu.Unlock()
	if r, m := strings.Join(real.list, "\n\t"), strings.Join(model.list, "\n\t"); r != m {
		t.Errorf("Chromium asks\n\t%s\nand the tab\n\t%s", r, m)
	}
}
