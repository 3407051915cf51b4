package tab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// entry is one of the tab's history. Entries of one page were pushed by it.
type entry struct {
	url  *url.URL
	page int
	htmx bool  // htmx has put its mark on it, so that it looks after going back to it
	post *post // what the page was the answer to, if that was a POST
}

// post is what a form posts.
type post struct {
	body  string
	parts *htmxdom.Parts // in place of the body; nil without files
	kind  string
}

// visit is a page on its way. What was shown stays, and goes on, until it arrives.
type visit struct {
	to      *url.URL
	cause   Cause
	replace bool  // it takes the current entry's place
	anew    bool  // or is the current entry's page, loaded again
	steps   bool  // or that of the entry with this address, to which the browser goes back or forward
	post    *post // nil for a GET
}

// Goto opens an address, as if a user had typed it.
func (t *Tab) Goto(address string) error {
	return t.goTo(address, Opened)
}

func (t *Tab) goTo(address string, cause Cause) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	base := &url.URL{}
	if t.at >= 0 {
		base = t.history[t.at].url
	}
	to, err := base.Parse(address)
	if err != nil || !to.IsAbs() {
		return fmt.Errorf("tab: %q is no address", address)
	}
	t.visit(&visit{to: to, cause: cause, anew: t.at >= 0 && *to == *base})
	return nil
}

// Reload loads the page again, as a user does. A page that is the answer to a POST is posted
// again, as if the user had agreed to that.
func (t *Tab) Reload() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.at < 0 {
		return errors.New("tab: nothing to reload")
	}
	e := t.history[t.at]
	t.visit(&visit{to: e.url, cause: Reloaded, anew: true, post: e.post})
	return nil
}

// Back goes one step back in the history.
func (t *Tab) Back() error { return t.traverse(-1) }

// Forward goes one step forward in the history.
func (t *Tab) Forward() error { return t.traverse(+1) }

// Go goes so many steps forward in the history, or back if there are less than none.
func (t *Tab) Go(steps int) error { return t.traverse(steps) }

func (t *Tab) traverse(steps int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	to := t.at + steps
	if to < 0 || to >= len(t.history) {
		return errors.New("tab: the history ends here")
	}
	e := t.history[to]
	p := t.page
	if p == nil || e.page != p.number {
		t.visit(&visit{to: e.url, cause: Restored, steps: true, post: e.post})
		return nil
	}
	within := isWithin(p.url, e.url)
	t.at, p.url = to, e.url
	if !within && !t.config.WithoutScripts {
		t.observe(Event{Kind: Moved, Cause: Restored, Address: p.url.String()})
		p.traversed()
	}
	t.moved()
	return nil
}

// isWithin reports whether an address differs from the page's in what it names in the page alone.
func isWithin(from, to *url.URL) bool {
	here, there := *from, *to
	here.Fragment, here.RawFragment, there.Fragment, there.RawFragment = "", "", "", ""
	return here == there && from.Fragment != to.Fragment
}

// leave is visit, but for an address that differs from the page's in what it names in
// the page alone: that loads nothing. The page's own address is loaded as if it were reloaded.
func (p *page) leave(v *visit) {
	t := p.tab
	if v.post == nil && *v.to == *p.url {
		v.replace, v.anew = true, true
	}
	if here, there := *p.url, *v.to; v.to.Fragment == "" || here != there && !isWithin(p.url, v.to) {
		t.visit(v)
		return
	}
	p.enter(entry{url: v.to, page: p.number}, !v.replace)
	t.moved()
}

// visit begins to load a page. The caller holds mu.
func (t *Tab) visit(v *visit) {
	if t.closed {
		return
	}
	t.loading = v
	t.moved()
	ctx := t.ctx
	t.goroutine(func() { t.load(ctx, v) })
}

func (t *Tab) load(ctx context.Context, v *visit) {
	got, err := t.get(ctx, v)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.loading != v || t.closed {
		return // another one has been asked for meanwhile
	}
	t.loading = nil
	defer t.moved()
	if err == nil && got.status == http.StatusNoContent || v.steps && t.find(v.to) < 0 {
		return // what is shown stays; the page has begun another way forward meanwhile
	}
	t.unload()
	t.pages++
	at := v.to
	t.err = err
	if err != nil {
		t.enter(v, at, v.post)
		t.observe(Event{Kind: LoadFailed, Cause: v.cause, Address: at.String(), Err: err})
		return
	}
	at = got.url
	if at.Fragment == "" {
		at.Fragment = v.to.Fragment
	}
	t.enter(v, at, got.post)
	t.page = newPage(t, at, got.dom)
	t.observe(Event{Kind: Loaded, Cause: v.cause, Address: at.String(), Status: got.status, Header: got.header})
	t.prefetch()
	t.page.settle()
}

// enter writes a page that has come, or failed to, into the history.
func (t *Tab) enter(v *visit, at *url.URL, post *post) {
	e := entry{url: at, page: t.pages, post: post}
	switch {
	case v.steps, v.anew && t.at >= 0 && *at == *t.history[t.at].url:
		if v.steps {
			t.at = t.find(v.to)
		}
		was := t.history[t.at].page
		for i := range t.history {
			if t.history[i].page == was {
				t.history[i].page = t.pages
			}
		}
		t.history[t.at].url, t.history[t.at].post = at, post
	case (v.replace || v.anew) && t.at >= 0:
		t.history[t.at] = e
	default:
		t.history = append(t.history[:t.at+1:t.at+1], e)
		t.at++
	}
}

// find returns where in the history the entry with this very address is, or -1.
func (t *Tab) find(address *url.URL) int {
	return slices.IndexFunc(t.history, func(e entry) bool { return e.url == address })
}

// arrival is a page that has come, after redirects.
type arrival struct {
	status int
	url    *url.URL
	header http.Header
	dom    *htmxdom.Document
	post   *post // what it is the answer to; a redirect may have made a GET of it
}

// get fetches and reads a page.
func (t *Tab) get(ctx context.Context, v *visit) (arrival, error) {
	to := *v.to
	to.Fragment = ""
	method, sent := http.MethodGet, post{}
	if v.post != nil {
		method, sent = http.MethodPost, *v.post
	}
	r, err := newRequest(ctx, method, to.String(), sent.body, sent.parts)
	if err != nil {
		return arrival{}, err
	}
	if v.post != nil {
		r.Header.Set("Content-Type", v.post.kind)
		r.Header.Set("Origin", to.Scheme+"://"+to.Host)
	}
	site := "same-origin"
	if v.cause == Opened {
		site = "none"
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	r.Header.Set("Sec-Fetch-Site", site)
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Dest", "document")
	r.Header.Set("Upgrade-Insecure-Requests", "1")
	res, err := t.config.Client.Do(r)
	if err != nil {
		return arrival{}, err
	}
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	if err != nil {
		return arrival{}, err
	}
	page := text(content)
	if !strings.Contains(res.Header.Get("Content-Type"), "text/html") {
		page = "<pre></pre>" // a browser shows it without htmx
	}
	got := arrival{status: res.StatusCode, url: res.Request.URL, header: res.Header}
	if res.Request.Method == http.MethodPost {
		got.post = v.post
	}
	if t.config.WithoutScripts {
		got.dom, err = htmxdom.ParsePlain(page)
	} else {
		got.dom, err = htmxdom.Parse(page)
	}
	return got, err
}
