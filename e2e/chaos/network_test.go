package chaos_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// fault is what befalls one request.
type fault struct {
	name string
	// before is how long the request is held back.
	before time.Duration
	// late tells the client at once that the connection broke, and delivers the request
	// afterwards all the same.
	late bool
	// refuse breaks the connection before the server sees the request.
	refuse bool
	// twice sends the request again when it has been answered; once says which answer the client gets.
	twice bool
	first bool
	// lost breaks the connection when the server has answered.
	lost bool
	// status answers in the server's place, as a proxy does.
	status int
	// after cuts the answer when so many bytes of it have passed; 0 never.
	after int
	// stall holds the answer's body back for so long.
	stall time.Duration
}

// network is what one person's requests go through.
type network struct {
	t       testing.TB
	world   *world
	server  *http.Server
	address string
	out     *http.Transport
	work    sync.WaitGroup // the server

	mu      sync.Mutex
	late    int       // requests that come late
	arrived sync.Cond // one of them has come
	down    bool
	met     map[string]int // what has befallen requests
	events  []fault        // of the next events
	connect []fault        // of the next streams
	open    map[*passing]struct{}
	trail   []string // the last of what has passed, for who has to find out what was wrong
}

// passing is an answer that is passed on.
type passing struct {
	stream bool
	cut    context.CancelFunc
}

func newNetwork(t testing.TB, w *world) *network {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &network{
		t: t, world: w, address: "http://" + l.Addr().String(), open: make(map[*passing]struct{}), met: make(map[string]int),
		out: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8},
	}
	n.arrived.L = &n.mu
	n.server = &http.Server{
		Handler: n, ErrorLog: quiet, ReadHeaderTimeout: time.Minute,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
	}
	n.work.Go(func() {
		if err := n.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return n
}

type connKey struct{}

func (n *network) close() {
	n.server.Close()
	n.out.CloseIdleConnections()
	n.work.Wait()
	n.awaitLate()
}

// noteLate counts requests that come late.
func (n *network) noteLate(more int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.late += more
	n.arrived.Broadcast()
}

// awaitLate waits until what comes late has come.
func (n *network) awaitLate() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.late > 0 {
		n.arrived.Wait()
	}
}

// pass notes something that has passed.
func (n *network) pass(r *http.Request, what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	line := fmt.Sprintf("%s %s %s %.400s", time.Now().Format("05.000"), r.Method, r.URL.RequestURI(), what)
	if n.trail = append(n.trail, line); len(n.trail) > 80 {
		n.trail = n.trail[1:]
	}
}

// describe lists what has passed at last.
func (n *network) describe() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.trail, "\n  ")
}

// tell adds up what has befallen requests.
func (n *network) tell(met map[string]int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for name, k := range n.met {
		met[name] += k
	}
}

// plan says what befalls the next event, or the next stream.
func (n *network) plan(stream bool, f fault) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if stream {
		n.connect = append(n.connect, f)
	} else {
		n.events = append(n.events, f)
	}
}

// heal ends all that is planned.
func (n *network) heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.events, n.connect, n.down = nil, nil, false
}

// offline lets nothing through from now on, or again.
func (n *network) offline(down bool) {
	n.mu.Lock()
	n.down = down
	n.mu.Unlock()
	if down {
		n.cut(false)
	}
}

// cut breaks the streams, or everything that is open.
func (n *network) cut(onlyStreams bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for p := range n.open {
		if p.stream || !onlyStreams {
			p.cut()
			n.met["cut from outside"]++
		}
	}
}

func isStream(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Query().Get("sideband") == "stream"
}

// next takes the fault of a request, if one is planned.
func (n *network) next(r *http.Request) (f fault, down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := &n.events
	switch {
	case n.down:
		return f, true
	case isStream(r):
		list = &n.connect
	case r.Method != http.MethodPost && (r.Header.Get("HX-Request") == "" || strings.HasPrefix(r.URL.Path, "/_sideband/")):
		return f, false
	}
	if len(*list) > 0 {
		f = (*list)[0]
		*list = (*list)[1:]
		n.met[f.name]++
	}
	return f, false
}

// ServeHTTP passes a request on.
func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, down := n.next(r)
	body, err := io.ReadAll(r.Body)
	if err == nil {
		n.pass(r, fmt.Sprintf("> %s %q", f.name, body))
		n.look(r, body, f.late)
	}
	switch {
	case err != nil || down || f.refuse:
		n.breakOff(r)
	case f.status != 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.status)
		io.WriteString(w, "<html><body><h1>A proxy says no</h1></body></html>")
		return
	case f.late:
		n.noteLate(1)
		timer := time.NewTimer(f.before)
		go func() {
			defer n.noteLate(-1)
			<-timer.C
			n.deliver(context.WithoutCancel(r.Context()), r, body)
		}()
		n.breakOff(r)
	}
	if f.before > 0 {
		select {
		case <-time.After(f.before):
		case <-r.Context().Done():
		}
	}
	if f.twice && !f.first {
		n.deliver(r.Context(), r, body)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	p := &passing{isStream(r), cancel}
	n.mu.Lock()
	n.open[p] = struct{}{}
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.open, p)
	}()
	res, err := n.send(ctx, r, body)
	if err != nil {
		n.breakOff(r)
	}
	defer res.Body.Close()
	if f.twice && f.first {
		n.deliver(r.Context(), r, body)
	}
	if f.lost {
		n.breakOff(r)
	}
	n.answer(ctx, w, r, res, f)
}

// look notes orders that are on their way.
func (n *network) look(r *http.Request, body []byte, late bool) {
	if r.Method != http.MethodPost || r.URL.Path != ordersPath {
		return
	}
	fields, err := url.ParseQuery(string(body))
	switch {
	case err != nil:
		n.t.Errorf("a form that can't be read: %v", err)
	case late:
		n.world.clerk.noteLate(fields.Get("sb-form"))
	}
	if r.URL.Query().Get("event") == "Save" && !fields.Has("sb-row") {
		n.world.clerk.note(fields)
	}
}

// answer passes the server's answer on as it comes.
func (n *network) answer(ctx context.Context, w http.ResponseWriter, r *http.Request, res *http.Response, f fault) {
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(res.StatusCode)
	out := http.NewResponseController(w)
	left := f.after
	if f.stall > 0 {
		select {
		case <-time.After(f.stall):
		case <-ctx.Done():
		}
	}
	buf := make([]byte, 16<<10)
	if err := out.Flush(); err != nil {
		return
	}
	for {
		k, err := res.Body.Read(buf)
		n.pass(r, fmt.Sprintf("< %d %q", res.StatusCode, buf[:k]))
		if f.after > 0 {
			if k >= left {
				_, _ = w.Write(buf[:left])
				_ = out.Flush()
				n.breakOff(r)
			}
			left -= k
		}
		if _, e := w.Write(buf[:k]); e != nil {
			return
		}
		if e := out.Flush(); e != nil {
			return
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			n.breakOff(r)
		}
	}
}

// breakOff resets the client's connection in the middle of what it does.
func (n *network) breakOff(r *http.Request) {
	if c, ok := r.Context().Value(connKey{}).(*net.TCPConn); ok {
		_ = c.SetLinger(0)
	}
	panic(http.ErrAbortHandler)
}

func (n *network) send(ctx context.Context, r *http.Request, body []byte) (*http.Response, error) {
	out, err := http.NewRequestWithContext(ctx, r.Method, n.world.address()+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, productsPath) && r.URL.Query().Has("event") {
		defer n.world.market.deal()()
	}
	out.Header = r.Header.Clone()
	out.Host = r.Host
	return n.out.RoundTrip(out)
}

// deliver sends a request whose answer nobody gets.
func (n *network) deliver(ctx context.Context, r *http.Request, body []byte) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if res, err := n.send(ctx, r, body); err == nil {
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
}
