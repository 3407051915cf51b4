// Package probe visits pages in tests as a browser does, without a screen: it opens a
// page, sends its events and reads its stream. It speaks HTTP over connections in
// memory, so it works in a synctest bubble too.
package probe

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// Visitor is a browser with cookies of its own.
type Visitor struct {
	t      testing.TB
	client *http.Client
}

// Kit is what the pages are served by.
type Kit interface {
	Shutdown(ctx context.Context) error
}

// origin is a host that may have cookies without TLS.
const origin = "http://127.0.0.1"

// Visit serves h, whose pages are kit's, until the test ends, and returns a visitor to it.
func Visit(t testing.TB, h http.Handler, kit Kit) *Visitor {
	t.Helper()
	wire := newPipes()
	server := &http.Server{Handler: h, ReadHeaderTimeout: patience}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(wire) // it ends with the test
	}()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DialContext: wire.dial}
	t.Cleanup(func() {
		if err := kit.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		transport.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-served
	})
	return &Visitor{t, &http.Client{Transport: transport, Jar: jar}}
}

// Answer is a whole response.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Get requests an address.
func (v *Visitor) Get(path string) Answer {
	v.t.Helper()
	return v.send(v.request(http.MethodGet, path, ""))
}

// Post sends a form, as a browser does that runs no scripts, and returns the answer,
// after redirects.
func (v *Visitor) Post(path string, form url.Values) Answer {
	v.t.Helper()
	r := v.request(http.MethodPost, path, form.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(r)
}

func (v *Visitor) request(method, path, body string) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, origin+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	return r
}

func (v *Visitor) send(r *http.Request) Answer {
	v.t.Helper()
	res, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return Answer{res.StatusCode, res.Header, string(body)}
}

// Page is a page as it was served.
type Page struct {
	*goquery.Document
	visitor *Visitor
	path    string
	ticket  string // empty if the page is not live
}

const ticketHeader = "Sideband-Ticket"

var ticket = regexp.MustCompile(`"` + ticketHeader + `":"([^"]+)"`)

// Open opens a page, as a new tab does.
func (v *Visitor) Open(path string) *Page {
	v.t.Helper()
	got := v.Get(path)
	if got.Status != http.StatusOK {
		v.t.Fatalf("GET %s: %d", path, got.Status)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(got.Body))
	if err != nil {
		v.t.Fatal(err)
	}
	p := &Page{Document: doc, visitor: v, path: path}
	headers := doc.Find("body").AttrOr("hx-headers:inherited", "")
	if m := ticket.FindStringSubmatch(headers); m != nil {
		p.ticket = m[1]
	}
	return p
}

// Live reports whether the page has a ticket, without which it is not live.
func (p *Page) Live() bool { return p.ticket != "" }

// Event sends an event: the query of its binding, such as "?event=Add&value=1". It
// returns the status and the body of the answer.
func (p *Page) Event(query string) (status int, body string) {
	p.visitor.t.Helper()
	got := p.visitor.send(p.withTicket(p.visitor.request(http.MethodPost, p.path+query, "")))
	return got.Status, got.Body
}

// Click sends the event of the button with this text, as the page was served. The
// button must be there once.
func (p *Page) Click(text string) (status int, body string) {
	p.visitor.t.Helper()
	b := p.Find("button").FilterFunction(func(_ int, b *goquery.Selection) bool { return b.Text() == text })
	query, bound := b.Attr("hx-post")
	if b.Length() != 1 || !bound {
		p.visitor.t.Fatalf("%d buttons %q, bound: %t", b.Length(), text, bound)
	}
	return p.Event(query)
}

// Change sends the event of the field with this id, as the page was served, after text
// was typed into it.
func (p *Page) Change(id, text string) (status int, body string) {
	p.visitor.t.Helper()
	field := p.Find("#" + id)
	query, bound := field.Attr("hx-post")
	if !bound {
		p.visitor.t.Fatalf("%d fields #%s, none bound", field.Length(), id)
	}
	fields := url.Values{field.AttrOr("name", ""): {text}}
	r := p.withTicket(p.visitor.request(http.MethodPost, p.path+query, fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("HX-Source", goquery.NodeName(field)+"#"+id)
	got := p.visitor.send(r)
	return got.Status, got.Body
}

func (p *Page) withTicket(r *http.Request) *http.Request {
	r.Header.Set(ticketHeader, p.ticket)
	return r
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second
