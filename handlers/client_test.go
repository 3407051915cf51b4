package handlers_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-chi/chi/v5"
	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/handlers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(patient{m}) }

// patient waits, after the tests, for goroutines that wait for a view's work: if nobody
// shuts their kit down they do so for a second.
type patient struct{ m *testing.M }

func (p patient) Run() int {
	code := p.m.Run()
	for range 100 {
		if goleak.Find() == nil {
			break
		}
	}
	return code
}

// record is a log that tests look into.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

func (r *record) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.b.Reset()
}

// site is a server with a kit, its pages on a chi router.
type site struct {
	*httptest.Server
	kit *handlers.Kit
	log *record
}

func newSite(t testing.TB, c handlers.Config, routes func(kit *handlers.Kit, r chi.Router)) *site {
	t.Helper()
	s := &site{log: &record{}}
	if c.Logger == nil {
		c.Logger = slog.New(slog.NewTextHandler(s.log, nil))
	}
	s.kit = handlers.New(c)
	r := chi.NewRouter()
	r.Use(s.kit.Middleware)
	r.Mount(s.kit.AssetsPath(), s.kit.Assets())
	routes(s.kit, r)
	s.Server = httptest.NewUnstartedServer(r)
	s.Config.ConnContext = handlers.ConnContext
	s.Start()
	t.Cleanup(func() {
		shutdown(t, s.kit)
		inTime(t, "a request", s.Close)
	})
	return s
}

// browser is one session.
type browser struct {
	t    testing.TB
	site *site
	http *http.Client
}

func (s *site) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &browser{t, s, &http.Client{Jar: jar, Transport: tr}}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, path string, form url.Values, header ...string) answer {
	b.t.Helper()
	a, err := b.ask(method, path, form, header...)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

// ask is do for goroutines of a test, which may not end it.
func (b *browser) ask(method, path string, form url.Values, header ...string) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(b.t.Context(), patience, errPatience)
	defer cancel()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, b.site.URL+path, body)
	if err != nil {
		return answer{}, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := b.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(text)}, err
}

var ticketIn = regexp.MustCompile(`"Sideband-Ticket":"([^"]+)"`)

// tab is an open page.
type tab struct {
	*browser
	path, ticket, html string
	in                 *bufio.Reader
	body               io.Closer
	cut                context.CancelCauseFunc // ends the stream, from the browser's side
}

func (b *browser) open(path string) *tab {
	b.t.Helper()
	a := b.do("GET", path, nil)
	if a.status != http.StatusOK {
		b.t.Fatalf("GET %s: %d %s", path, a.status, a.body)
	}
	m := ticketIn.FindStringSubmatch(html.UnescapeString(a.body))
	if m == nil {
		b.t.Fatalf("GET %s: no ticket in %s", path, a.body)
	}
	path, _, _ = strings.Cut(path, "?")
	return &tab{browser: b, path: path, ticket: m[1], html: a.body}
}

func (p *tab) post(query string, form url.Values, header ...string) answer {
	p.t.Helper()
	return p.do("POST", p.path+"?"+query, form, append([]string{"Sideband-Ticket", p.ticket}, header...)...)
}

// connect opens the stream and returns when the view is connected.
func (p *tab) connect(lastID string) *tab {
	p.t.Helper()
	return p.connectTo("?sideband=stream", lastID)
}

// connectTo is connect with another query.
func (p *tab) connectTo(query, lastID string) *tab {
	p.t.Helper()
	ctx, cut := context.WithCancelCause(p.t.Context())
	p.cut = cut
	defer p.limit()()
	r, err := http.NewRequestWithContext(ctx, "GET", p.site.URL+p.path+query, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Sideband-Ticket", p.ticket)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	res, err := p.http.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		p.t.Fatalf("stream: %d %v", res.StatusCode, res.Header)
	}
	p.in, p.body = bufio.NewReader(res.Body), res.Body
	p.t.Cleanup(func() { res.Body.Close() })
	return p
}

// message reads the next message with data, or "" at the end of the stream. A stream that
// neither brings one nor ends fails the test, and is cut.
func (p *tab) message() (id, data string) {
	p.t.Helper()
	defer p.limit()()
	for {
		line, err := p.in.ReadString('\n')
		if err != nil {
			if errors.Is(err, errPatience) {
				p.t.Error("waited in vain for a message, or the end of the stream")
			}
			return id, data
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, `data: <hx-partial id="sb-lost"`): // each stream's first message
		case line == "" && data != "":
			return id, data
		case strings.HasPrefix(line, "id: "):
			id = line[4:]
		case strings.HasPrefix(line, "data: "):
			data += line[6:]
		}
	}
}

func (p *tab) expect(want string) string {
	p.t.Helper()
	id, data := p.message()
	if !strings.Contains(data, want) {
		p.t.Fatalf("the stream brings %q, not %q", data, want)
	}
	return id
}

var quietLogger = slog.New(slog.DiscardHandler)

// recorded asks a router without a server, for tests in which time passes.
func recorded(h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = "localhost"
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
