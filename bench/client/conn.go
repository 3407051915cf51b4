package client

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
)

// conn is a connection on which one request follows the answer to the one before.
type conn struct {
	net.Conn
	r    *bufio.Reader
	stop func() bool // lets go of the context
}

func dial(ctx context.Context, address string) (*conn, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { nc.Close() })
	return &conn{nc, bufio.NewReader(nc), stop}, nil
}

func (c *conn) drop() {
	c.stop()
	c.Close()
}

// get sends a GET request, of which rest is all from the path on, and waits for its answer.
func (c *conn) get(rest string) (*http.Response, error) {
	if err := c.send(rest); err != nil {
		return nil, err
	}
	return c.receive()
}

func (c *conn) send(rest string) error {
	_, err := io.WriteString(c, "GET "+rest)
	return err
}

func (c *conn) receive() (*http.Response, error) { return http.ReadResponse(c.r, nil) }

// answer reads the answer to an event. Most are 204, which is read without making a map of
// its header: the client has to be much quicker than the server.
func (c *conn) answer() (status int, body []byte, err error) {
	head, err := c.r.Peek(len("HTTP/1.1 204"))
	if err != nil {
		return 0, nil, err
	}
	if !bytes.HasSuffix(head, []byte(" 204")) {
		res, err := http.ReadResponse(c.r, nil)
		if err != nil {
			return 0, nil, err
		}
		defer res.Body.Close()
		body, err = io.ReadAll(res.Body)
		return res.StatusCode, body, err
	}
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil || len(line) <= len("\r\n") {
			return http.StatusNoContent, nil, err
		}
	}
}
