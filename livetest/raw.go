package livetest

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/sideband-go/sideband/internal/protocol"
)

// Forge sends an event that the page does not offer, as somebody does who tries what
// the page lets them: query is what stands in a binding, such as "?event=Remove&value=7".
// It returns the status, and the text of the answer; what the view sends of it comes to
// the page as ever. The question mark may be left out.
func (p *Page) Forge(query string, fields url.Values) (status int, text string) {
	p.t.Helper()
	p.settle()
	ctx, cancel := context.WithTimeout(context.Background(), p.site.Patience)
	defer cancel()
	address, _, _ := strings.Cut(origin+p.path(), "?")
	if query != "" && query[0] != '?' {
		query = "?" + query
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+query, strings.NewReader(fields.Encode()))
	p.must(err)
	r.Header.Set(protocol.TicketHeader, p.now().ticket)
	r.Header.Set("Origin", origin)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if len(fields) > 0 {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := p.line.client(p.person)
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	p.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	p.must(err)
	p.settle()
	return res.StatusCode, string(body)
}
