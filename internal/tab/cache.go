package tab

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// stored is an answer in the browser's cache, which has what a page says to fetch ahead
// and what the server says to keep.
type stored struct {
	status int
	header http.Header
	body   []byte
}

// prefetch fetches what the links of the page that was loaded say. The caller holds mu.
func (t *Tab) prefetch() {
	p := t.page
	for _, link := range p.dom.Find(`link[rel="prefetch"][href]`) {
		href, _ := htmxdom.Attr(link, "href")
		to, err := p.url.Parse(href)
		if err != nil {
			continue
		}
		if _, have := t.cache[to.String()]; !have {
			t.goroutine(func() { p.store(to.String()) })
		}
	}
}

func (p *page) store(address string) {
	r, err := http.NewRequestWithContext(p.ctx, http.MethodGet, address, nil)
	if err != nil {
		return
	}
	r.Header.Set("Sec-Purpose", "prefetch")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := p.tab.config.Client.Do(r)
	if err != nil {
		return // as if there were no link
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "max-age") {
		return
	}
	p.tab.mu.Lock()
	defer p.tab.mu.Unlock()
	p.tab.cache[address] = stored{res.StatusCode, res.Header, body}
}

// cached is the answer that the cache has to a request, or nil.
func (t *Tab) cached(method, address string) *http.Response {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.cache[address]
	if !ok || method != http.MethodGet {
		return nil
	}
	return &http.Response{StatusCode: s.status, Header: s.header.Clone(), Body: io.NopCloser(bytes.NewReader(s.body))}
}
