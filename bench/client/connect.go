package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrReload is returned when the server tells the page to load itself anew.
var ErrReload = errors.New("client: the page has to reload")

var (
	errTooEarly   = errors.New("client: stream: a message came before an id")
	errNoGreeting = errors.New("client: stream: something else came than the greeting")
)

// Accept asks for streams that are compressed, with "zstd" or "gzip". A server that does
// not compress them fails [Client.Connect] then.
func (c *Client) Accept(coding string) { c.coding = coding }

// Connect opens the page's stream and waits until the server has given its first id, and
// the message that greets the page, if it says that there is one.
func (c *Client) Connect() error {
	accept := ""
	if c.coding != "" {
		accept = "\r\nAccept-Encoding: " + c.coding
	}
	if c.last != "" {
		accept += "\r\nLast-Event-ID: " + c.last
	}
	res, err := c.first.get(c.path + c.page.Stream + c.headers + accept + "\r\nHX-Source: div#sb-stream\r\nAccept: text/html, text/event-stream\r\n\r\n")
	if err != nil {
		return fmt.Errorf("client: stream: %w", err)
	}
	coding := res.Header.Get("Content-Encoding")
	if t := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || !strings.HasPrefix(t, "text/event-stream") || coding != c.coding {
		res.Body.Close()
		return fmt.Errorf("client: stream: status %d, content type %q, coding %q", res.StatusCode, t, coding)
	}
	if c.stream, err = newStream(res.Body, coding); err != nil {
		return fmt.Errorf("client: stream: %w", err)
	}
	m, err := c.next()
	switch {
	case err != nil:
		return err
	case len(m.Data) > 0:
		return fmt.Errorf("%w: %.200s", errTooEarly, m.Data)
	}
	if c.page.Greeted {
		if m, err = c.next(); err == nil && m.ID != "" {
			err = fmt.Errorf("%w: %.200s", errNoGreeting, m.Data)
		}
	}
	return err
}

// Reconnect opens the stream on a connection of its own, as htmx does when one has ended,
// once. With whole it waits for the message that brings the page up to date, which only
// comes if the view was remounted.
func (c *Client) Reconnect(ctx context.Context, whole bool) (err error) {
	c.Hide()
	if c.first, err = dial(ctx, c.address); err != nil {
		return fmt.Errorf("client: stream: %w", err)
	}
	if err = c.Connect(); err == nil && whole {
		_, err = c.Next()
	}
	return err
}

// next waits for what the stream brings next, which may be an id alone.
func (c *Client) next() (Message, error) {
	m, err := c.stream.next()
	switch {
	case err != nil:
		return Message{}, fmt.Errorf("client: stream: %w", err)
	case m.isReload():
		return Message{}, ErrReload
	}
	if m.ID != "" {
		c.last = m.ID
	}
	return m, nil
}

// Next waits for the next message of the stream.
func (c *Client) Next() (Message, error) {
	for {
		if m, err := c.next(); err != nil || len(m.Data) > 0 {
			return m, err
		}
	}
}

// Received is how many bytes the stream has brought since it was opened, as they were sent:
// what [Client.Accept] asks for compressed.
func (c *Client) Received() int64 { return c.stream.body.n }

// Hide drops the stream, as a browser does for a page that nobody sees.
func (c *Client) Hide() {
	if c.first != nil {
		c.first.drop()
		c.first, c.stream = nil, nil
	}
}
