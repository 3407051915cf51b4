package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// Page is what a client needs of a page's HTML.
type Page struct {
	Ticket   string // "" without one
	Stream   string // the address of the stream, from the page's own: "?sideband=stream"
	Greeted  bool   // each stream begins with a message that takes away what the page says without one
	Controls []Control
	Fields   []Field
	Rows     int // how many bytes of HTML the rows of its tables are
}

// Control is an element that sends an event when it is clicked.
type Control struct {
	Tag   string
	Name  string // its label for screen readers, else its text
	Event string // the address the event is sent to, from the page's own: "?event=Add&value=1"
}

// ReadPage reads a page, or what a message carries of one.
func ReadPage(source []byte) (p Page, err error) {
	z := html.NewTokenizer(bytes.NewReader(source))
	open := -1 // the control that collects text
	inBody := false
	for {
		kind := z.Next()
		switch name := string(tagName(z.Raw())); {
		case name == "tbody":
			inBody = kind == html.StartTagToken
		case inBody:
			p.Rows += len(z.Raw())
		}
		switch kind {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				return p, fmt.Errorf("client: %w", z.Err())
			}
			return p, nil
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if c, ok := control(t); ok {
				p.Controls = append(p.Controls, c)
				open = len(p.Controls) - 1
				if c.Name != "" {
					open = -1
				}
			}
			if f, posts := field(t); posts {
				p.Fields = append(p.Fields, f)
			}
			if err := p.readShell(t); err != nil {
				return p, err
			}
		case html.TextToken:
			if open >= 0 {
				p.Controls[open].Name += string(z.Text())
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); open >= 0 && string(name) == p.Controls[open].Tag {
				c := &p.Controls[open]
				c.Name = strings.Join(strings.Fields(c.Name), " ")
				open = -1
			}
		}
	}
}

func control(t html.Token) (c Control, ok bool) {
	c.Tag = t.Data
	for _, a := range t.Attr {
		switch a.Key {
		case "hx-post":
			c.Event, ok = a.Val, true
		case "aria-label":
			c.Name = a.Val
		}
	}
	return c, ok
}

// readShell takes what the page says of itself: its ticket and its streams.
func (p *Page) readShell(t html.Token) error {
	for _, a := range t.Attr {
		switch a.Key {
		case "hx-headers:inherited":
			headers := map[string]string{}
			if err := json.Unmarshal([]byte(a.Val), &headers); err != nil {
				return fmt.Errorf("client: the page's headers: %w", err)
			}
			p.Ticket = headers["Sideband-Ticket"]
		case "hx-sse:connect":
			p.Stream = a.Val
		case "id":
			p.Greeted = p.Greeted || a.Val == "sb-lost"
		}
	}
	return nil
}

// Find returns the event of the first control with the name.
func (p Page) Find(name string) (event string, err error) {
	for _, c := range p.Controls {
		if c.Name == name {
			return c.Event, nil
		}
	}
	return "", fmt.Errorf("client: the page has no control named %q", name)
}

// tagName returns the name of a tag, and nothing of what is no tag.
func tagName(raw []byte) []byte {
	rest, isTag := bytes.CutPrefix(raw, []byte("<"))
	if !isTag {
		return nil
	}
	rest = bytes.TrimPrefix(rest, []byte("/"))
	if i := bytes.IndexAny(rest, " >\t\n"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}
