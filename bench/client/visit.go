package client

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
)

// Follow asks for an address of the page's view, as a patch link does or, with back, as the browser's Back button, and
// waits for the next message. The message's size has that of the answer in it, with its head.
func (c *Client) Follow(ctx context.Context, address string, back bool) (m Message, err error) {
	if c.second == nil {
		if c.second, err = dial(ctx, c.address); err != nil {
			return m, err
		}
	}
	b := append(c.request[:0], "GET "...)
	b = append(b, address...)
	if b = append(b, c.headers...); back {
		b = append(b, "\r\nHX-History-Restore-Request: true"...)
	}
	b = append(b, "\r\nHX-Source: a\r\nHX-Target: a\r\nHX-Request-Type: partial\r\nAccept: text/html\r\n\r\n"...)
	c.request = b
	if _, err := c.second.Write(b); err != nil {
		return m, err
	}
	head, err := c.second.head()
	if err == nil && !bytes.HasPrefix(head, []byte("HTTP/1.1 204 ")) {
		err = fmt.Errorf("the answer is not %d: %.200q", http.StatusNoContent, head)
	}
	for err == nil && m.ID == "" { // the empty line after a comment has none
		m, err = c.next()
	}
	if err != nil {
		return m, fmt.Errorf("client: GET %s: %w", address, err)
	}
	m.Size += len(head)
	return m, nil
}

// head reads the head of an answer that has no body.
func (c *conn) head() (head []byte, err error) {
	for {
		line, err := c.r.ReadSlice('\n')
		head = append(head, line...)
		if err != nil || len(line) <= len("\r\n") {
			return head, err
		}
	}
}
