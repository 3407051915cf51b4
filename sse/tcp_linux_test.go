package sse_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
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

// patient is a client's end of a connection whose reads have a timeout.
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

// eventually waits for a condition.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// returns fails the test if f waits for a client.
func returns(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	take(t, done, what+" to return")
}

// messages makes different messages of all sizes.
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

// expect reads the messages from number from to the last, and compares them.
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

// passing is a writer that passes everything on, and counts the writes.
type passing struct {
	*recorder
}

func (p passing) PassesTo() http.ResponseWriter { return p.ResponseWriter }
