// Package client is a browser as far as a server can tell: it loads a page, keeps the
// cookie and the ticket, opens the stream, sends events as htmx does and counts what
// comes down the stream. It shows nothing, so that many fit beside the server they load.
//
// It speaks HTTP/1.1 without TLS, on two connections a page, as browsers do: the stream
// takes the one that has brought the page, events have the other. A stream that has ended
// is opened again as htmx's sse extension does it, after the same delays.
package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Client is one page in a browser with cookies of its own. Make one with [Visit]. It is
// not safe for concurrent use, except that one goroutine may be in [Client.Send] while
// another is in [Client.Next].
type Client struct {
	address string // host and port
	path    string
	headers string // the same in each request
	plain   string // those of a browser without scripts

	coding string // of the stream; "" without compression

	page    Page
	first   *conn // brought the page and carries the stream; nil while it has none
	second  *conn // carries events; nil before the first
	stream  *stream
	last    string // the newest id that the stream has given
	request []byte // memory for the next one
}

// commonHeaders are what Chromium and htmx send with an event of a button, apart from
// what names the page. There is no Accept-Encoding unless [Client.Accept] was called:
// bytes are counted as they are before compression.
const commonHeaders = "\r\nConnection: keep-alive" +
	"\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36" +
	"\r\nsec-ch-ua-platform: \"Linux\"" +
	"\r\nsec-ch-ua-mobile: ?0" +
	"\r\nSec-Fetch-Site: same-origin" +
	"\r\nSec-Fetch-Mode: cors" +
	"\r\nSec-Fetch-Dest: empty" +
	"\r\nAccept-Language: en-GB,en;q=0.9"

// Visit loads the page at base and path, such as "http://127.0.0.1:8080" and "/counter".
// The end of ctx closes its connections: whatever waits for the server returns then.
func Visit(ctx context.Context, base, path string) (*Client, error) {
	c, err := Request(ctx, base, path)
	if err != nil {
		return nil, err
	}
	if err := c.Load(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Request asks for a page as Visit does, but does not wait for it: that is left to
// [Client.Load], which has to be called before anything but [Client.Close].
func Request(ctx context.Context, base, path string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	c := &Client{address: u.Host, path: path, headers: " HTTP/1.1\r\nHost: " + u.Host + commonHeaders}
	if c.first, err = dial(ctx, c.address); err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	if err := c.first.send(path + c.headers + "\r\nAccept: text/html\r\n\r\n"); err != nil {
		c.Close()
		return nil, fmt.Errorf("client: GET %s: %w", path, err)
	}
	return c, nil
}

// Load waits for the page that was asked for.
func (c *Client) Load() error {
	if err := c.load(); err != nil {
		return fmt.Errorf("client: GET %s: %w", c.path, err)
	}
	c.plain = c.headers
	at := "http://" + c.address + c.path
	c.headers += "\r\nReferer: " + at + "\r\nHX-Request: true\r\nHX-Current-URL: " + at
	if c.page.Ticket != "" {
		c.headers += "\r\nSideband-Ticket: " + c.page.Ticket
	}
	return nil
}

// load reads the page.
func (c *Client) load() error {
	res, err := c.first.receive()
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %.200s", res.StatusCode, body)
	}
	c.page, err = ReadPage(body)
	var cookies []string
	for _, k := range res.Cookies() {
		cookies = append(cookies, k.Name+"="+k.Value)
	}
	if len(cookies) > 0 {
		c.headers += "\r\nCookie: " + strings.Join(cookies, "; ")
	}
	return err
}

// Page returns what the page says that a client needs.
func (c *Client) Page() Page { return c.page }

// event is what a page sends.
type event struct {
	address string // from the page's own
	source  string // the element, as htmx names it
	body    string
}

// post sends an event and waits for the answer.
func (c *Client) post(ctx context.Context, e event) (err error) {
	if c.second == nil {
		if c.second, err = dial(ctx, c.address); err != nil {
			return err
		}
	}
	b := append(c.request[:0], "POST "...)
	b = append(b, c.path...)
	b = append(b, e.address...)
	b = append(b, c.headers...)
	b = append(b, "\r\nHX-Source: "...)
	b = append(b, e.source...)
	b = append(b, "\r\nHX-Target: "...)
	b = append(b, e.source...)
	b = append(b, "\r\nHX-Request-Type: partial\r\nAccept: text/html"+
		"\r\nContent-Type: application/x-www-form-urlencoded;charset=UTF-8\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(e.body)), 10)
	b = append(b, "\r\nOrigin: http://"...)
	b = append(b, c.address...)
	b = append(b, "\r\n\r\n"...)
	b = append(b, e.body...)
	c.request = b
	if _, err := c.second.Write(b); err != nil {
		return err
	}
	status, body, err := c.second.answer()
	if err == nil && status != http.StatusNoContent {
		err = fmt.Errorf("status %d: %.200s", status, body)
	}
	return err
}

// Do sends an event, named as a page names it in hx-post ("?event=Add&value=1"), and waits
// for the message that it leads to. The server has to answer 204; a patch in the answer
// means that it does not know of the stream (yet), and is an error here. ctx is for the
// connection that the first event opens.
func (c *Client) Do(ctx context.Context, event string) (Message, error) {
	if err := c.Send(ctx, event); err != nil {
		return Message{}, err
	}
	return c.Next()
}

// Send sends an event as Do does, and waits for its answer alone.
func (c *Client) Send(ctx context.Context, address string) error {
	return c.send(ctx, event{address: address, source: "button"})
}

func (c *Client) send(ctx context.Context, e event) error {
	if err := c.post(ctx, e); err != nil {
		return fmt.Errorf("client: POST %s%s: %w", c.path, e.address, err)
	}
	return nil
}

// Rest drops the connection for events, as browsers do some minutes after the last one. The
// next event opens another.
func (c *Client) Rest() {
	if c.second != nil {
		c.second.drop()
		c.second = nil
	}
}

// Close drops the connections.
func (c *Client) Close() {
	c.Hide()
	c.Rest()
}

// Ask sends so many GET requests, one after the other on one connection, as someone without
// cookies, and does not care what the answers are.
func Ask(ctx context.Context, base, path string, times int) error {
	u, err := url.Parse(base)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	c, err := dial(ctx, u.Host)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	defer c.drop()
	for range times {
		res, err := c.get(path + " HTTP/1.1\r\nHost: " + u.Host + commonHeaders + "\r\n\r\n")
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
		if err != nil {
			return fmt.Errorf("client: GET %s: %w", path, err)
		}
	}
	return nil
}
