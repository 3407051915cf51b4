package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/sideband-go/sideband/bench/client"
)

// streams serves a page whose streams are answered one after the other, each with what
// the next function writes, and closes them then.
type streams struct {
	*httptest.Server
	page    string
	mu      sync.Mutex
	answers []func(http.ResponseWriter, *http.Request)
	ids     []string // the Last-Event-ID of each
}

func answer(t *testing.T, answers ...func(http.ResponseWriter, *http.Request)) *streams {
	s := &streams{page: page, answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "" {
			fmt.Fprint(w, s.page)
			return
		}
		s.mu.Lock()
		next := s.answers[0]
		s.answers = s.answers[1:]
		s.ids = append(s.ids, r.Header.Get("Last-Event-ID"))
		s.mu.Unlock()
		next(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func writes(text string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, text)
	}
}

func fails(status int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
}

func (s *streams) connect(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.Visit(t.Context(), s.URL, "/page")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAPageComesBackUntilItIsLive(t *testing.T) {
	s := answer(t,
		writes("id: 0\n\nid: 7\ndata: seen\n\n"),
		fails(http.StatusServiceUnavailable),
		writes("id: 7\n\n"), // broken off before the page was whole
		writes("id: 7\n\nid: A-1\ndata: whole\n\n"),
	)
	r, err := s.connect(t).ComeBack(t.Context(), true)
	if err != nil || r.Attempts != 3 || !r.Live.After(r.Left) {
		t.Errorf("%+v, %v", r, err)
	}
	if want := []string{"", "7", "7", "7"}; !slices.Equal(s.ids, want) {
		t.Errorf("named the ids %q, want %q", s.ids, want)
	}
}

func TestAnIDAloneIsEnoughForAViewThatIsStillThere(t *testing.T) {
	s := answer(t, writes("id: 0\n\n"), writes("id: 0\n\n"))
	if r, err := s.connect(t).ComeBack(t.Context(), false); err != nil || r.Attempts != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAGreetingIsNotWhatAPageWaitsFor(t *testing.T) {
	greeting := "data: <hx-partial id=\"sb-lost\"></hx-partial>\n\n"
	s := answer(t, writes("id: 0\n\n"+greeting+"id: 1\ndata: first\n\n"), writes("id: 1\n\nid: A-1\ndata: rude\n\n"))
	s.page = page + `<p id="sb-lost"></p>`
	c := s.connect(t)
	if m, err := c.Next(); err != nil || string(m.Data) != "first" {
		t.Errorf("%q, %v", m.Data, err)
	}
	if err := c.Reconnect(t.Context(), false); err == nil {
		t.Error("something else was taken for the greeting")
	}
}

func TestAPageThatIsToldToReloadDoesNotComeBack(t *testing.T) {
	reload := "data: <hx-partial id=\"sb-notice\"><meta http-equiv=\"refresh\" content=\"0\"></hx-partial>\n\n"
	for _, answers := range [][]func(http.ResponseWriter, *http.Request){
		{writes("id: 0\n\n" + reload)},
		{writes("id: 0\n\n"), writes(reload)},
	} {
		s := answer(t, answers...)
		if _, err := s.connect(t).ComeBack(t.Context(), false); !errors.Is(err, client.ErrReload) {
			t.Errorf("came back: %v", err)
		}
	}
}

func TestTheEndOfTheContextEndsComingBack(t *testing.T) {
	s := answer(t, writes("id: 0\n\n"))
	c := s.connect(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.ComeBack(ctx, false); !errors.Is(err, context.Canceled) {
		t.Errorf("came back: %v", err)
	}
}

func TestCompressedMessagesAreCountedAsSent(t *testing.T) {
	text := "id: 1\ndata: " + string(bytes.Repeat([]byte("again "), 1000)) + "\n\n"
	for coding, compress := range map[string]func(string) []byte{
		"zstd": func(s string) []byte {
			w, err := zstd.NewWriter(nil)
			if err != nil {
				t.Fatal(err)
			}
			return w.EncodeAll([]byte(s), nil)
		},
		"gzip": func(s string) []byte {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			fmt.Fprint(w, s)
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		},
	} {
		whole := compress("id: 0\n\n" + text)
		s := answer(t, func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Accept-Encoding"); got != coding {
				t.Errorf("asked for %q", got)
			}
			w.Header().Set("Content-Type", "text/event-stream")
			w.Header().Set("Content-Encoding", coding)
			w.Write(whole)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done() // more may come
		}, writes("id: 1\n\n"))
		c, err := client.Visit(t.Context(), s.URL, "/page")
		if err != nil {
			t.Fatal(err)
		}
		c.Accept(coding)
		if err := c.Connect(); err != nil {
			t.Fatal(err)
		}
		if m, err := c.Next(); err != nil || m.Size != len(text) || c.Received() != int64(len(whole)) {
			t.Errorf("%s: %d bytes of %d, %d received of %d, %v", coding, m.Size, len(text), c.Received(), len(whole), err)
		}
		if err := c.Reconnect(t.Context(), false); err == nil {
			t.Errorf("%s: a stream without compression was taken", coding)
		}
		c.Close()
	}
}
