package deploy_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"testing"
)

// tab is an open page, in a browser of its own.
type tab struct {
	t      *testing.T
	ctx    context.Context // ends when nothing comes any more
	client *http.Client
	url    string // of the page
	ticket string
	lastID string
	lines  *bufio.Reader
	close  func()
}

// over is a transport for one protocol, which trusts everybody.
func over(set func(*http.Protocols, bool)) *http.Transport {
	p := &http.Protocols{}
	set(p, true)
	return &http.Transport{Protocols: p, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
}

func http1() *http.Transport { return over((*http.Protocols).SetHTTP1) }

// visit makes a tab that shows nothing yet.
func visit(t *testing.T, transport *http.Transport) *tab {
	t.Helper()
	jar, err := cookiejar.New(nil)
	check(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	p := &tab{t: t, ctx: ctx, close: func() {}, client: &http.Client{
		Jar: jar, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	t.Cleanup(func() { cancel(); p.close(); transport.CloseIdleConnections() })
	return p
}

// finds makes the tab find a site at an address, as the resolver does with names.
func (p *tab) finds(name, addr string) {
	p.client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, site string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(site); err != nil || host != name {
			return nil, fmt.Errorf("no way to %s", site)
		}
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (p *tab) do(method, url string, header ...string) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.ctx, method, url, nil)
	check(p.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := p.client.Do(r)
	check(p.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(p.t, err)
	return answer{res.StatusCode, res.Header, string(body)}
}

var ticketIn = regexp.MustCompile(`"Sideband-Ticket":"([^"]+)"`)

// open opens a page.
func (p *tab) open(url string) *tab {
	p.t.Helper()
	a := p.do(http.MethodGet, url)
	m := ticketIn.FindStringSubmatch(html.UnescapeString(a.body))
	if a.status != http.StatusOK || m == nil {
		p.t.Fatalf("GET %s: %d, no ticket in %s", url, a.status, a.body)
	}
	p.url, p.ticket, p.lastID = url, m[1], ""
	return p
}

// click sends the event of the button.
func (p *tab) click() answer {
	p.t.Helper()
	return p.do(http.MethodPost, p.url+"?event=Add&value=1", "Sideband-Ticket", p.ticket)
}

// ask asks for the stream.
func (p *tab) ask() *http.Response {
	p.t.Helper()
	p.close()
	res, err := p.request()
	check(p.t, err)
	p.lines, p.close = bufio.NewReader(res.Body), func() { res.Body.Close() }
	return res
}

// request asks for the stream without reading it.
func (p *tab) request() (*http.Response, error) {
	r, err := http.NewRequestWithContext(p.ctx, http.MethodGet, p.url+"?sideband=stream", nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Sideband-Ticket", p.ticket)
	if p.lastID != "" {
		r.Header.Set("Last-Event-ID", p.lastID)
	}
	return p.client.Do(r)
}

// connect opens the stream, from where the last one ended.
func (p *tab) connect() *tab {
	p.t.Helper()
	want := p.lastID
	if want == "" {
		want = "0"
	}
	res := p.ask()
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		p.t.Fatalf("the stream is answered %s %v", res.Status, res.Header)
	}
	if data, _ := p.next(); data != "" || p.lastID != want {
		p.t.Fatalf("the stream begins with the id %q and %q", p.lastID, data)
	}
	return p
}

// next reads the next message's data. It reports false at the end of the stream.
func (p *tab) next() (data string, ok bool) {
	p.t.Helper()
	for begun := false; ; {
		line, err := p.lines.ReadString('\n')
		if err != nil {
			return "", false
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			p.lastID, begun = value, true
		case "data":
			data, begun = data+value, true
		}
		if strings.Contains(data, `id="sb-lost"`) { // a heartbeat that can be seen
			data, begun = "", false
			continue
		}
		if line == "\n" && begun {
			return data, true
		}
	}
}

// expect reads messages up to one with a text in it.
func (p *tab) expect(want string) {
	p.t.Helper()
	for {
		data, ok := p.next()
		if !ok || strings.Contains(data, "refresh") {
			p.t.Fatalf("the stream brings %q, not %q", data, want)
		}
		if strings.Contains(data, want) {
			return
		}
	}
}

// counts clicks, and expects what becomes of it on the stream.
func (p *tab) counts(want string) {
	p.t.Helper()
	if a := p.click(); a.status != http.StatusNoContent {
		p.t.Fatalf("the event is answered %d %s", a.status, a.body)
	}
	p.expect(want)
}

// works does what a page's life is made of: open, events, streams that end and go on.
func (p *tab) works(url string) {
	p.t.Helper()
	p.open(url).connect()
	p.counts("Count: 1")
	p.counts("Count: 2")
	p.connect()
	p.counts("Count: 3")
	p.close()
	p.connect()
	p.counts("Count: 4")
}
