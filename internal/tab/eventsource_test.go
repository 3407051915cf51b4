package tab_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
)

func is(t *testing.T, s *server, want string) {
	t.Helper()
	if got := s.String(); got != want {
		t.Errorf("the server was asked\n%s\nnot\n%s", got, want)
	}
}

func text(v tab.View, id string) string {
	if v.Document == nil || v.Document.ByID(id) == nil {
		return ""
	}
	return htmxdom.Text(v.Document.ByID(id))
}

func TestMessagesAreApplied(t *testing.T) {
	s := &server{eventSource: func(w http.ResponseWriter, r *http.Request) {
		messages(w, r, "id: 0\n\n", "id: 1\ndata: <hx-partial id=\"count\" hx-swap=\"textContent\">\ndata: 1</hx-partial>\n\n")
	}}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "the message", func(v tab.View) bool { return text(v, "count") == "\n1" && v.LastID == "1" })
		is(t, s, "0s page /page\n16ms stream after \"\" with ticket \"t1\"")
	})
}

// The waits double up to the most; an answer that is no success counts as one more attempt,
// and an event source that was open begins anew.
func TestReconnectsBackOff(t *testing.T) {
	var n atomic.Int32
	s := &server{}
	s.eventSource = func(w http.ResponseWriter, r *http.Request) {
		switch n := n.Add(1); {
		case n == 1:
			w.Header().Set("Content-Type", "text/event-stream")
			w.Write([]byte("id: 7\n\n"))
		case n == 5:
			panic(http.ErrAbortHandler)
		case n < 10:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			messages(w, r, "id: 8\n\n")
		}
	}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live again", func(v tab.View) bool { return v.LastID == "8" })
		is(t, s, `0s page /page
16ms stream after "" with ticket "t1"
116ms stream after "7" with ticket "t1"
316ms stream after "7" with ticket "t1"
716ms stream after "7" with ticket "t1"
1.516s stream after "7" with ticket "t1"
3.116s stream after "7" with ticket "t1"
6.316s stream after "7" with ticket "t1"
12.716s stream after "7" with ticket "t1"
22.716s stream after "7" with ticket "t1"
32.716s stream after "7" with ticket "t1"`)
	})
}

func TestAFirstConnectThatFailsIsTriedAgain(t *testing.T) {
	var n atomic.Int32
	s := &server{}
	s.eventSource = func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			<-r.Context().Done() // the timeout
		case 3:
			panic(http.ErrAbortHandler)
		default:
			messages(w, r, "id: 0\n\n")
		}
	}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		is(t, s, `0s page /page
16ms stream after "" with ticket "t1"
3.016s stream after "" with ticket "t1"
21.016s stream after "" with ticket "t1"
24.016s stream after "" with ticket "t1"`)
	})
}

func TestAHiddenTabHasNoConnection(t *testing.T) {
	s := &server{eventSource: func(w http.ResponseWriter, r *http.Request) { messages(w, r, "id: 3\n\n") }}
	run(t, s, tab.Config{Hidden: true}, func(p *tab.Tab) {
		time.Sleep(time.Minute)
		p.Show()
		wait(t, p, "live", live)
		p.Hide()
		wait(t, p, "quiet", func(v tab.View) bool { return !v.Live })
		time.Sleep(time.Minute)
		p.Show()
		wait(t, p, "live again", live)
		is(t, s, `0s page /page
1m0.016s stream after "" with ticket "t1"
2m0.116s stream after "3" with ticket "t1"`)
	})
}

func TestAnAnswerMayReplaceTheConnection(t *testing.T) {
	s := &server{
		event: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte(`<hx-partial id="count" hx-swap="textContent">5</hx-partial><hx-partial id="sb-stream" hx-swap="outerHTML">` +
				`<div id="sb-stream" hx-sse:connect="?sideband=stream" hx-trigger="intersect" hx-swap="none" hx-headers:append="{&#34;Last-Event-ID&#34;:&#34;5&#34;}"></div></hx-partial>`))
		},
	}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		wait(t, p, "live", live)
		time.Sleep(time.Second)
		if err := p.Click(tab.First("#add")); err != nil {
			t.Fatal(err)
		}
		wait(t, p, "the answer", func(v tab.View) bool { return text(v, "count") == "5" })
		time.Sleep(time.Second)
		is(t, s, `0s page /page
16ms stream after "" with ticket "t1"
1.016s event event=Add 
1.032s stream after "5" with ticket "t1"`)
	})
}

func TestAMessageMayEndTheConnection(t *testing.T) {
	s := &server{eventSource: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Write([]byte("id: 0\n\ndata: <hx-partial id=\"sb-stream\" hx-swap=\"delete\"></hx-partial>\n\n"))
	}}
	run(t, s, tab.Config{}, func(p *tab.Tab) {
		time.Sleep(time.Hour)
		synctest.Wait()
		is(t, s, "0s page /page\n16ms stream after \"\" with ticket \"t1\"")
	})
}
