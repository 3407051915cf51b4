package cut_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/e2e/cut"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server answers "/echo" with the request's body, "/flood" with more than the network
// holds, and anything else with a stream of what
// say is given, until the client leaves.
type server struct {
	*cut.Proxy
	say   chan string
	left  chan bool
	seen  chan string
	flood chan error // what ended it
}

// flood writes until a write hangs.
func flood(w io.Writer, control *http.ResponseController) error {
	piece := make([]byte, 64<<10)
	for range 4096 {
		if err := control.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			return err
		}
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{say: make(chan string), left: make(chan bool, 10), seen: make(chan string, 10), flood: make(chan error, 1)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.seen <- r.Method + " " + r.URL.String()
		control := http.NewResponseController(w)
		flush := func() { _ = control.Flush() } // a client that has left shows in the context
		switch r.URL.Path {
		case "/echo":
			_, _ = io.Copy(w, r.Body)
			return
		case "/flood":
			s.flood <- flood(w, control)
			panic(http.ErrAbortHandler)
		}
		flush()
		defer func() { s.left <- true }()
		for {
			select {
			case text := <-s.say:
				if text == "" {
					return
				}
				io.WriteString(w, text)
				flush()
			case <-r.Context().Done():
				return
			}
		}
	}))
	p, err := cut.New(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	t.Cleanup(p.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	s.Proxy = p
	return s
}

// stream asks for a stream through the proxy.
func (s *server) stream(t *testing.T) *bufio.Reader {
	t.Helper()
	res, err := http.Get(s.URL() + "/page?sideband=stream")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return bufio.NewReader(res.Body)
}

func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit, tick := time.NewTimer(20*time.Second), time.NewTicker(time.Millisecond)
	defer limit.Stop()
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit.C:
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

func TestPassesEverythingOnAndRemembersIt(t *testing.T) {
	s := serve(t)
	large := strings.Repeat("0123456789", 100_000)
	for _, body := range []string{"", "short", large} {
		res, err := http.Post(s.URL()+"/echo", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(res.Body); string(got) != body || err != nil {
			t.Errorf("sent %d bytes, got %d, %v", len(body), len(got), err)
		}
		res.Body.Close()
	}
	if n := s.Count(cut.Events); n != 3 || s.Count(cut.Streams) != 0 {
		t.Errorf("%d events were seen", n)
	}
	e := s.Exchanges(cut.Any)[2]
	wait(t, "the end of the last answer", e.Over)
	if e.Status() != http.StatusOK || e.Body() != large || e.Request.URL.Path != "/echo" {
		t.Errorf("remembers %d %s with %d bytes", e.Status(), e.Request.URL, len(e.Body()))
	}
}

func TestWhatPassesCompressedIsRememberedAsItWas(t *testing.T) {
	for coding, writer := range map[string]func(io.Writer) writeFlusher{
		"gzip": func(w io.Writer) writeFlusher { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) writeFlusher {
			z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
	} {
		t.Run(coding, func(t *testing.T) {
			goOn := make(chan bool)
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", coding)
				z := writer(w)
				io.WriteString(z, "data: first\n\n")
				_ = z.Flush()
				_ = http.NewResponseController(w).Flush()
				<-goOn
				io.WriteString(z, "data: second\n\n")
				_ = z.Close()
			}))
			defer srv.Close()
			p, err := cut.New(srv.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			defer http.DefaultClient.CloseIdleConnections()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL(), http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", coding)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			e := p.Exchanges(cut.Any)[0]
			wait(t, "the first message", func() bool { return slices.Equal(e.Messages(), []string{"first"}) })
			close(goOn)
			wait(t, "the second message", func() bool { return slices.Equal(e.Messages(), []string{"first", "second"}) })
			_, _ = io.Copy(io.Discard, res.Body)
		})
	}
}

type writeFlusher interface {
	io.WriteCloser
	Flush() error
}

func TestAStreamIsOpenUntilEitherSideEndsIt(t *testing.T) {
	s := serve(t)
	r := s.stream(t)
	if n := s.Open(cut.Streams); n != 1 {
		t.Errorf("%d streams are open", n)
	}
	s.say <- "id: 1\ndata: a\ndata: b\n\n: comment\n\n"
	s.say <- "data: half"
	if line, err := r.ReadString('\n'); line != "id: 1\n" {
		t.Errorf("got %q, %v", line, err)
	}
	e := s.Exchanges(cut.Streams)[0]
	wait(t, "the half message", func() bool { return strings.HasSuffix(e.Body(), "half") })
	if got := e.Messages(); len(got) != 1 || got[0] != "a\nb" {
		t.Errorf("the messages are %q", got)
	}
	s.say <- ""
	wait(t, "the end", func() bool { return s.Open(cut.Any) == 0 })

	res, err := http.Get(s.URL() + "/page?sideband=stream")
	if err != nil {
		t.Fatal(err)
	}
	<-s.left
	res.Body.Close()
	<-s.left
	wait(t, "the second end", func() bool { return s.Open(cut.Streams) == 0 })
}

// A test that sees a page show something may look it up.
func TestWhatAClientHasGotIsRememberedAlready(t *testing.T) {
	s := serve(t)
	r := s.stream(t)
	e := s.Exchanges(cut.Streams)[0]
	for i := range 500 {
		s.say <- fmt.Sprintf("data: %d\n\n", i)
		for range 2 {
			if _, err := r.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(e.Messages()); n != i+1 {
			t.Fatalf("of %d messages %d are remembered", i+1, n)
		}
	}
}

func TestCutsOnBothSides(t *testing.T) {
	s := serve(t)
	r := s.stream(t)
	if n := s.Cut(cut.Events) + s.Cut(cut.Streams); n != 1 {
		t.Errorf("%d connections were cut", n)
	}
	if _, err := io.ReadAll(r); err == nil {
		t.Error("the client notices nothing")
	}
	<-s.left
	if n := s.Cut(cut.Streams); n != 0 {
		t.Errorf("%d connections were cut again", n)
	}
}

func TestCutsInTheMiddleOfAnAnswer(t *testing.T) {
	s := serve(t)
	whole := "data: " + strings.Repeat("x", 1000) + "\n\n"
	s.CutAfter(cut.Streams, 600)
	r := s.stream(t)
	s.say <- whole
	got, err := io.ReadAll(r)
	if err == nil || len(got) == 0 || len(got) >= 600 || !strings.HasPrefix(whole, string(got)) {
		t.Errorf("got %d bytes and %v", len(got), err)
	}
	<-s.left
	again := s.stream(t)
	s.say <- whole
	if line, err := again.ReadString('\n'); line+"\n" != whole {
		t.Errorf("the next got %d bytes and %v", len(line), err)
	}
}

func TestRefusedRequestsNeverReachTheServer(t *testing.T) {
	s := serve(t)
	allow := s.Refuse(cut.Streams)
	for range 3 {
		if _, err := http.Get(s.URL() + "/page?sideband=stream"); err == nil {
			t.Error("was answered")
		}
	}
	allow()
	s.stream(t)
	if n := s.Count(cut.Streams); n < 4 {
		t.Errorf("%d requests were seen", n)
	}
	if <-s.seen; len(s.seen) > 0 {
		t.Errorf("the server saw %s", <-s.seen)
	}
}
