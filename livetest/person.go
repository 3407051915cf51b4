package livetest

import (
	"net/http"
	"net/http/cookiejar"
	"sync"
)

// Person is somebody with a browser: all their tabs have the same cookies.
type Person struct {
	site *Site
	jar  *cookiejar.Jar

	mu     sync.Mutex
	header http.Header
	plain  bool // the browser runs no scripts
}

// Person returns a new person, without any cookies.
func (s *Site) Person() *Person {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &Person{site: s, jar: jar, header: make(http.Header)}
}

// Open opens a page in a new tab. It returns when the page is live.
func (p *Person) Open(path string) *Page {
	p.site.t.Helper()
	return p.open(path, false)
}

// OpenHidden opens a page in a new tab that stays in the background.
func (p *Person) OpenHidden(path string) *Page {
	p.site.t.Helper()
	return p.open(path, true)
}

// WithoutScripts switches JavaScript off in the person's browser, for pages that are opened from then
// on, and returns the person. Such a page has no connection and no htmx: buttons, forms and
// links do what browsers do with them alone, and what noscript elements hold is on
// the page. What its view sends shows when the page is loaded again.
func (p *Person) WithoutScripts() *Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plain = true
	return p
}

func (p *Person) isPlain() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.plain
}

// SetHeader sets a header of all requests that the person's browser sends from now on: for
// pages, events and connections, and those of [Person.Client]. It is what a proxy in front of
// the site would add, or a browser's own setting, such as Accept-Language. An empty value
// takes the header away.
func (p *Person) SetHeader(name, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if value == "" {
		p.header.Del(name)
		return
	}
	p.header.Set(name, value)
}

// SetBasicAuth logs the person in by HTTP's basic authentication, as a browser does once its
// user has answered its question.
func (p *Person) SetBasicAuth(user, password string) {
	r := http.Request{Header: make(http.Header)}
	r.SetBasicAuth(user, password)
	p.SetHeader("Authorization", r.Header.Get("Authorization"))
}

// headers are those of the person's requests.
func (p *Person) headers() http.Header {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.header.Clone()
}

// Client makes requests with the person's cookies and headers, for what is no page: a download, a
// feed, a form that no browser would send. Addresses begin with [Person.Address].
// The client is the caller's, its idle connections end with the test.
func (p *Person) Client() *http.Client {
	l := p.site.line()
	c := l.client(p)
	p.site.t.Cleanup(c.CloseIdleConnections)
	return c
}

// Address is the whole address of a path of the site.
func (p *Person) Address(path string) string { return origin + path }
