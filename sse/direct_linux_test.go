package sse_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sideband-go/sideband/sse"
)

// tcpSite is a site on real sockets, whose connections write directly.
type tcpSite struct {
	*site
	listener *httptest.Server
}

// overTCP returns a site on TCP, which f may change before it starts.
func overTCP(t *testing.T, config sse.Config, f func(*tcpSite)) *tcpSite {
	t.Helper()
	s := &tcpSite{site: &site{
		t:      t,
		server: sse.New(config),
		opened: make(chan *sse.Connection, 100),
		ended:  make(chan error, 100),
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("/plain", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "plain") })
	mux.HandleFunc("/", s.serve)
	s.listener = httptest.NewUnstartedServer(mux)
	s.http = s.listener.Config
	s.http.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(4 << 10) // so that it is full soon
		}
		return sse.ConnContext(ctx, c)
	}
	if f != nil {
		f(s)
	}
	if s.listener.URL == "" {
		s.listener.Start()
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		s.listener.CloseClientConnections()
		s.listener.Close()
	})
	return s
}

// dialTCP connects with a small window, so that the server's writes are taken in parts.
func (s *tcpSite) dialTCP() *client {
	s.t.Helper()
	small := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 4<<10) })
	}}
	c, err := small.DialContext(s.t.Context(), "tcp", s.listener.Listener.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	c = patient{c.(*net.TCPConn)}
	return &client{t: s.t, Conn: c, in: bufio.NewReaderSize(c, 16)}
}

// patient is a client's end of a connection, on which a read fails that waits in vain.
type patient struct{ *net.TCPConn }

func (p patient) Read(b []byte) (int, error) {
	_ = p.SetReadDeadline(time.Now().Add(patience))
	return p.TCPConn.Read(b)
}

// reset ends the connection as a crash does.
func (c *client) reset() {
	_ = c.Conn.(patient).SetLinger(0)
	c.Close()
}

// connect opens a connection in a coding, which writes directly from then on.
func (s *tcpSite) connect(coding string) (*client, *sse.Connection) {
	s.t.Helper()
	c := s.dialTCP()
	resp := c.get("/", "Accept-Encoding: "+coding)
	if got := resp.Header.Get("Content-Encoding"); got != coding {
		s.t.Fatalf("coding %q", got)
	}
	c.body = bufio.NewReader(decoded(s.t, coding, resp.Body))
	if got := c.event(); got != "id: 0\n" {
		s.t.Fatalf("first event %q", got)
	}
	conn := take(s.t, s.opened, "the connection to open")
	eventually(s.t, "the connection to write directly", conn.IsDirect)
	return c, conn
}

// eventually waits for what has to become true.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// returns runs f, which must not wait for a client.
func returns(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	take(t, done, what+" to return")
}

// messages makes messages of all sizes that are different from each other.
type messages struct {
	n     int // so far
	extra int // bytes of each
}

func (m *messages) next() (id string, data []byte) {
	m.n++
	id = strconv.Itoa(m.n)
	sizes := []int{5000, 30, 2500, 700, 1800, 400, 1300, 60, 90}
	return id, []byte(incompressible(sizes[m.n%len(sizes)]+m.extra) + id)
}

// clog sends until a message is refused, and returns how many were taken.
func (m *messages) clog(conn *sse.Connection) {
	for {
		if id, data := m.next(); !conn.Send(id, data) {
			m.n--
			return
		}
	}
}

// expect reads messages from to the nth, word for word.
func (m *messages) expect(t *testing.T, c *client, from int) {
	t.Helper()
	again := messages{from - 1, m.extra}
	for again.n < m.n {
		id, data := again.next()
		if got, want := c.event(), "id: "+id+"\ndata: "+string(data)+"\n"; got != want {
			_, err := c.body.ReadByte()
			t.Fatalf("message %s of %d: %d bytes instead of %d: %.40q; then %v", id, m.n, len(got), len(want), got, err)
		}
	}
}

func eachCoding(t *testing.T, f func(t *testing.T, coding string)) {
	for _, coding := range append([]string{""}, codings...) {
		t.Run("coding "+coding, func(t *testing.T) { f(t, coding) })
	}
}

// passing is a writer of ours: it passes on what it is given, and counts the writes.
type passing struct {
	*recorder
}

func (p passing) PassesTo() http.ResponseWriter { return p.ResponseWriter }

func TestMessagesGoToTheSocketPastNetHTTP(t *testing.T) {
	eachCoding(t, func(t *testing.T, coding string) {
		var calls []string
		s := overTCP(t, sse.Config{}, func(s *tcpSite) {
			s.wrap = func(w http.ResponseWriter) http.ResponseWriter { return passing{&recorder{w, &calls}} }
		})
		c, conn := s.connect(coding)
		for _, f := range framings {
			if !conn.Send("5", []byte(f.data)) {
				t.Fatalf("%s: refused", f.name)
			}
			if got := c.event(); got != "id: 5\n"+f.want {
				t.Errorf("%s: got %q", f.name, got)
			}
		}
		var all messages
		for range 20 {
			id, data := all.next()
			conn.Send(id, data)
			all.expect(t, c, all.n)
			eventually(t, "the message to be written", conn.IsIdle)
		}
		conn.Finish([]byte("bye"))
		if got, err := c.rest(); got != "data: bye\n\n" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if err := take(t, s.ended, "the end"); err != nil {
			t.Error(err)
		}
		want := "write flush"
		if coding == "gzip" {
			want += " write" // what ends the coding
		}
		if got := strings.Join(calls, " "); got != want {
			t.Errorf("net/http wrote: %s", got)
		}
		if coding == "" {
			if err := get(c); err != nil {
				t.Errorf("the next request of the HTTP connection: %v", err)
			}
		}
	})
}

func TestAFullSocketHoldsNobody(t *testing.T) {
	eachCoding(t, func(t *testing.T, coding string) {
		drained := make(chan struct{}, 10)
		s := overTCP(t, sse.Config{WriteTimeout: time.Hour}, func(s *tcpSite) {
			s.onOpen = func(conn *sse.Connection) { conn.OnDrain(func() { drained <- struct{}{} }) }
		})
		c, conn := s.connect(coding)
		other, quick := s.connect(coding)
		var all messages
		for round := range 20 {
			all.extra = 7 * round
			from := all.n + 1
			returns(t, "Send", func() {
				all.clog(conn)
			})
			quick.Send("1", []byte("quick"))
			if got := other.event(); got != "id: 1\ndata: quick\n" {
				t.Fatalf("another connection got %q", got)
			}
			all.expect(t, c, from)
			take(t, drained, "the drain callback")
		}
		conn.Finish(nil)
		if got, err := c.rest(); got != "" || err != nil {
			t.Errorf("the rest: %q, %v", got, err)
		}
	})
}

func TestTheQueueOfADirectConnectionIsBounded(t *testing.T) {
	s := overTCP(t, sse.Config{WriteTimeout: time.Hour, MaxPending: 5, MaxPendingBytes: 10_000}, nil)
	c, conn := s.connect("")
	data := []byte(incompressible(3000))
	n := 0
	returns(t, "Send", func() {
		for conn.Send("1", data) {
			n++
		}
	})
	eventually(t, "the socket to be full", func() bool { return !conn.IsIdle() })
	more := 0
	for conn.Send("1", data[:2500]) { // some of the queue may have gone to the socket meanwhile
		more++
	}
	if more > 4 {
		t.Errorf("%d messages more than the bound", more)
	}
	for range n + more {
		if got := c.event(); !strings.HasPrefix(got, "id: 1\ndata: ") {
			t.Fatalf("got %.40q", got)
		}
	}
}

// halfWritten sends a message of which the socket has taken a part.
func (s *tcpSite) halfWritten(coding string) (*client, *sse.Connection, *messages) {
	s.t.Helper()
	s.server.WriteAllDirectly()
	c, conn := s.connect(coding)
	all := &messages{extra: 100_000}
	if !conn.Send(all.next()) {
		s.t.Fatal("refused")
	}
	if !conn.IsHalfWritten() {
		s.t.Fatal("the socket has taken the message whole, or nothing of it")
	}
	return c, conn, all
}

func TestAHalfWrittenMessageIsCompletedBeforeTheLast(t *testing.T) {
	ends := map[string]struct {
		end func(*sse.Connection)
		all bool // what waits is sent, too
	}{
		"Finish":             {func(conn *sse.Connection) { conn.Finish([]byte("bye")) }, true},
		"FinishNow":          {func(conn *sse.Connection) { conn.FinishNow([]byte("bye")) }, false},
		"Discard, FinishNow": {func(conn *sse.Connection) { conn.Discard(); conn.FinishNow([]byte("bye")) }, false},
	}
	for name, e := range ends {
		t.Run(name, func(t *testing.T) {
			eachCoding(t, func(t *testing.T, coding string) {
				s := overTCP(t, sse.Config{WriteTimeout: time.Hour}, nil)
				c, conn, all := s.halfWritten(coding)
				last := all.n
				conn.Send(all.next())
				if e.all {
					last = all.n
				}
				e.end(conn)
				if conn.Send("9", []byte("late")) {
					t.Error("a finished connection took a message")
				}
				all.n = last
				all.expect(t, c, 1)
				if got, err := c.rest(); got != "data: bye\n\n" || err != nil {
					t.Errorf("the rest: %q, %v", got, err)
				}
				if err := take(t, s.ended, "the end"); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestAHalfWrittenMessageIsCompletedWhenTheContextEnds(t *testing.T) {
	eachCoding(t, func(t *testing.T, coding string) {
		cut := make(chan context.CancelFunc, 300)
		s := overTCP(t, sse.Config{WriteTimeout: time.Hour}, func(s *tcpSite) {
			inner := s.http.Handler
			s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ctx, cancel := context.WithCancel(r.Context())
				cut <- cancel
				inner.ServeHTTP(w, r.WithContext(ctx))
			})
		})
		c, _, all := s.halfWritten(coding)
		for len(cut) > 0 {
			(<-cut)()
		}
		all.expect(t, c, 1)
		if got, err := c.rest(); got != "" || err != nil {
			t.Errorf("the rest: %q, %v", got, err)
		}
		if err := take(t, s.ended, "the end"); err != nil {
			t.Error(err)
		}
	})
}

func TestCloseAndShutdownEndAHalfWrittenMessage(t *testing.T) {
	for _, shutdown := range []bool{false, true} {
		s := overTCP(t, sse.Config{WriteTimeout: time.Hour}, nil)
		c, conn, _ := s.halfWritten("")
		if shutdown {
			returns(t, "Shutdown", func() {
				if err := s.server.Shutdown(context.Background()); err != nil {
					t.Error(err)
				}
			})
		} else {
			conn.Close()
		}
		if err := take(t, s.ended, "the end"); err != nil {
			t.Errorf("shutdown %v: %v", shutdown, err)
		}
		if _, err := c.rest(); err == nil {
			t.Errorf("shutdown %v: the response ended as if complete", shutdown)
		}
	}
}

func TestAClientThatNeverReadsIsDroppedAtTheDeadline(t *testing.T) {
	s := overTCP(t, sse.Config{WriteTimeout: 50 * time.Millisecond, Heartbeat: time.Hour}, nil)
	_, conn := s.connect("")
	new(messages).clog(conn)
	if err := take(t, s.ended, "the client to be dropped"); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("ended with %v", err)
	}
	<-conn.Done()
}

func TestASocketThatIsGoneEndsTheConnection(t *testing.T) {
	s := overTCP(t, sse.Config{}, nil)
	c, conn := s.connect("")
	c.reset()
	returns(t, "Send", func() {
		for conn.Send("1", []byte("x")) {
			time.Sleep(time.Millisecond)
		}
	})
	take(t, conn.Done(), "the end")
	s.gone()
}

func TestDirectHeartbeats(t *testing.T) {
	s := overTCP(t, sse.Config{Heartbeat: 20 * time.Millisecond}, nil)
	c, conn := s.connect("")
	for range 5 {
		if got := c.event(); got != ": hb\n" {
			t.Fatalf("got %q", got)
		}
	}
	if !conn.IsDirect() {
		t.Error("not direct any more")
	}
}

func TestMessagesOfTheOpenedCallbackComeFirst(t *testing.T) {
	s := overTCP(t, sse.Config{}, func(s *tcpSite) {
		s.onOpen = func(conn *sse.Connection) {
			conn.Send("1", []byte("one"))
			conn.Send("2", []byte("two"))
		}
	})
	c, conn := s.connect("")
	conn.Send("3", []byte("three"))
	for i, text := range []string{"one", "two", "three"} {
		if got, want := c.event(), fmt.Sprintf("id: %d\ndata: %s\n", i+1, text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Many goroutines send, others end the connection, and clients read as they like: the messages
// that were taken arrive in order, without a gap, and whole.
func TestOrderUnderManyWritersCutsAndDrains(t *testing.T) {
	ends := []func(*client, *sse.Connection){
		func(_ *client, conn *sse.Connection) { conn.Finish([]byte("bye")) },
		func(_ *client, conn *sse.Connection) { conn.FinishNow([]byte("bye")) },
		func(_ *client, conn *sse.Connection) { conn.Close() },
		func(c *client, _ *sse.Connection) { c.reset() },
	}
	eachCoding(t, func(t *testing.T, coding string) {
		s := overTCP(t, sse.Config{Heartbeat: 5 * time.Millisecond, WriteTimeout: time.Hour}, nil)
		for round := range 12 {
			c, conn := s.connect(coding)
			var mu sync.Mutex
			all := new(messages)
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for i := 0; i < 60 && !conn.Ended(); i++ {
						mu.Lock()
						if !conn.Send(all.next()) {
							all.n--
						}
						over := all.n > 60
						mu.Unlock()
						if over {
							ends[round%len(ends)](c, conn)
						} else if i%10 == 0 {
							time.Sleep(time.Millisecond)
						}
					}
					ends[round%len(ends)](c, conn)
				})
			}
			seen := 0
			for event := c.event(); event != ""; event = c.event() {
				if event == ": hb\n" {
					continue
				}
				again := messages{n: seen}
				id, data := again.next()
				if want := "id: " + id + "\ndata: " + string(data) + "\n"; event == want {
					seen++
					continue
				}
				if event == "data: bye\n" {
					break
				}
				if round%len(ends) < 2 { // a cut may break one off
					t.Fatalf("after %d messages: %d bytes, %.40q", seen, len(event), event)
				}
			}
			wg.Wait()
			if round%len(ends) == 0 && seen != all.n {
				t.Errorf("%d messages of %d arrived", seen, all.n)
			}
			s.gone()
			c.Close()
		}
	})
}

func TestWhatDoesNotWriteDirectly(t *testing.T) {
	plain := func(s *tcpSite) {}
	wrapped := func(wrap func(http.ResponseWriter) http.ResponseWriter) func(*tcpSite) {
		return func(s *tcpSite) { s.wrap = wrap }
	}
	for name, x := range map[string]struct {
		change  func(*tcpSite)
		request string
	}{
		"a server without ConnContext": {func(s *tcpSite) { s.http.ConnContext = nil }, ""},
		"HTTP/1.0":                     {plain, "GET / HTTP/1.0\r\n\r\n"},
		"a writer of the application's": {wrapped(func(w http.ResponseWriter) http.ResponseWriter {
			return &recorder{w, new([]string)}
		}), ""},
		"a length of the application's": {wrapped(func(w http.ResponseWriter) http.ResponseWriter {
			w.Header().Set("Content-Length", "32")
			return w
		}), ""},
		"no chunks": {wrapped(func(w http.ResponseWriter) http.ResponseWriter {
			w.Header().Set("Transfer-Encoding", "identity")
			return w
		}), ""},
		"a writer that does not pass on": {wrapped(func(w http.ResponseWriter) http.ResponseWriter {
			return muted{w}
		}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := overTCP(t, sse.Config{}, x.change)
			c := s.dialTCP()
			if x.request == "" {
				x.request = "GET / HTTP/1.1\r\nHost: test\r\n\r\n"
			}
			if _, err := io.WriteString(c, x.request); err != nil {
				t.Fatal(err)
			}
			resp, err := http.ReadResponse(c.in, nil)
			if err != nil {
				t.Fatal(err)
			}
			c.body = bufio.NewReader(resp.Body)
			if got := c.event(); got != "id: 0\n" {
				t.Errorf("first event %q", got)
			}
			conn := take(t, s.opened, "the connection to open")
			if !conn.Send("1", []byte("12345678")) {
				t.Error("refused")
			}
			if got := c.event(); got != "id: 1\ndata: 12345678\n" {
				t.Errorf("got %q", got)
			}
			if conn.IsDirect() {
				t.Error("it writes directly")
			}
		})
	}
}

// muted is a writer of ours that says it passes on nothing.
type muted struct{ http.ResponseWriter }

func (m muted) Unwrap() http.ResponseWriter   { return m.ResponseWriter }
func (m muted) PassesTo() http.ResponseWriter { return nil }

func TestConnectionsWithTLSDoNotWriteDirectly(t *testing.T) {
	for _, two := range []bool{false, true} {
		s := overTCP(t, sse.Config{}, func(s *tcpSite) {
			s.listener.EnableHTTP2 = two
			s.listener.StartTLS()
		})
		resp, err := s.listener.Client().Get(s.listener.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if (resp.ProtoMajor == 2) != two {
			t.Errorf("HTTP/2 %v: %s", two, resp.Proto)
		}
		body := bufio.NewReader(resp.Body)
		if got := readEvent(body); got != "id: 0\n" {
			t.Errorf("first event %q", got)
		}
		conn := take(t, s.opened, "the connection to open")
		data := strings.Repeat("x", 100_000)
		for range 3 {
			conn.Send("1", []byte(data))
			if got := readEvent(body); got != "id: 1\ndata: "+data+"\n" {
				t.Errorf("got %d bytes", len(got))
			}
		}
		if conn.IsDirect() {
			t.Error("it writes directly")
		}
	}
}

func TestAnEncoderThatPanicsEndsItsConnectionAlone(t *testing.T) {
	for _, size := range []int{1000, sse.MaxDirect + 1} { // written by Send, and by the queue
		caught := make(chan any, 1)
		s := overTCP(t, sse.Config{}, func(s *tcpSite) {
			inner := s.http.Handler
			s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer func() {
					if p := recover(); p != nil {
						caught <- p
						panic(http.ErrAbortHandler)
					}
				}()
				inner.ServeHTTP(w, r)
			})
		})
		_, conn := s.connect("zstd")
		other, well := s.connect("gzip")
		s.server.BreakEncoders()
		conn.Send("1", bytes.Repeat([]byte("x"), size))
		if p := take(t, caught, "the panic of Serve"); !strings.Contains(fmt.Sprint(p), "nil pointer") {
			t.Errorf("%d: Serve panicked with %v", size, p)
		}
		if !conn.Ended() {
			t.Errorf("%d: the connection goes on", size)
		}
		well.Send("1", []byte("x"))
		if got := other.event(); got != "id: 1\ndata: x\n" {
			t.Errorf("%d: another connection got %q", size, got)
		}
	}
}

// BenchmarkSendDirect measures a message from Send to the socket, and that of its client.
func BenchmarkSendDirect(b *testing.B) {
	events := sse.New(sse.Config{})
	opened := make(chan *sse.Connection, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = events.Serve(w, r, "0", func(conn *sse.Connection) { opened <- conn })
	}))
	for _, direct := range []bool{true, false} {
		b.Run("direct="+strconv.FormatBool(direct), func(b *testing.B) {
			s := httptest.NewUnstartedServer(s.Config.Handler)
			if direct {
				s.Config.ConnContext = sse.ConnContext
			}
			s.Start()
			defer s.Close()
			defer s.CloseClientConnections()
			resp, err := http.Get(s.URL)
			if err != nil {
				b.Fatal(err)
			}
			defer resp.Body.Close()
			body := bufio.NewReader(resp.Body)
			readEvent(body)
			conn := <-opened
			data := []byte(rows(1)[:200])
			b.ReportAllocs()
			for b.Loop() {
				if !conn.Send("1234", data) {
					b.Fatal("refused")
				}
				for range 4 {
					if line, err := body.ReadSlice('\n'); err != nil || len(line) == 1 {
						break
					}
				}
			}
		})
	}
}
