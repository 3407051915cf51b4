package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Plain does an event as a browser without scripts does: it posts the page's ticket as a field, and loads
// the page that the answer redirects to.
func (c *Client) Plain(ctx context.Context, event string) error {
	body := url.Values{"sb-ticket": {c.page.Ticket}}.Encode()
	head := "POST " + c.path + event + c.plain + "\r\nOrigin: http://" + c.address +
		"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + fmt.Sprint(len(body)) + "\r\n\r\n"
	to, err := c.navigate(ctx, head+body, http.StatusSeeOther)
	if err != nil {
		return fmt.Errorf("client: POST %s%s: %w", c.path, event, err)
	}
	return c.loadAgain(ctx, to)
}

// Reload loads the page once more, as a browser without scripts does.
func (c *Client) Reload(ctx context.Context) error { return c.loadAgain(ctx, c.path) }

func (c *Client) loadAgain(ctx context.Context, at string) error {
	if _, err := c.navigate(ctx, "GET "+at+c.plain+"\r\nAccept: text/html\r\n\r\n", http.StatusOK); err != nil {
		return fmt.Errorf("client: GET %s: %w", at, err)
	}
	return nil
}

// navigate sends a request on the connection for events, and returns where its answer redirects to.
func (c *Client) navigate(ctx context.Context, request string, want int) (location string, err error) {
	if c.second == nil {
		if c.second, err = dial(ctx, c.address); err != nil {
			return "", err
		}
	}
	if _, err := io.WriteString(c.second, request); err != nil {
		return "", err
	}
	res, err := c.second.receive()
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != want {
		return "", fmt.Errorf("status %d: %.200s", res.StatusCode, body)
	}
	here := url.URL{Path: c.path}
	to, err := here.Parse(res.Header.Get("Location"))
	if err != nil {
		return "", err
	}
	return to.RequestURI(), nil
}
