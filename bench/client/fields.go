package client

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"golang.org/x/net/html"
)

// Field is an <input> whose value a page posts.
type Field struct {
	ID, Name, Value string
	Event           string // as that of a Control; "" if it sends none
}

func field(t html.Token) (f Field, posts bool) {
	typ, checked := "", false
	for _, a := range t.Attr {
		switch a.Key {
		case "id":
			f.ID = a.Val
		case "name":
			f.Name = a.Val
		case "value":
			f.Value = a.Val
		case "hx-post":
			f.Event = a.Val
		case "type":
			typ = a.Val
		case "checked":
			checked = true
		}
	}
	return f, t.Data == "input" && f.Name != "" && (checked || typ != "checkbox" && typ != "radio")
}

// Type puts a text into the field with an id, sends the field's event with all fields of the page, as htmx
// does in a form, and waits for the message that it leads to. See Do.
func (c *Client) Type(ctx context.Context, id, text string) (Message, error) {
	fields := c.page.Fields
	i := slices.IndexFunc(fields, func(f Field) bool { return f.ID == id && f.Event != "" })
	if i < 0 {
		return Message{}, fmt.Errorf("client: the page has no field %q that sends an event", id)
	}
	fields[i].Value = text
	if err := c.send(ctx, event{fields[i].Event, "input#" + id, encode(fields)}); err != nil {
		return Message{}, err
	}
	return c.Next()
}

// encode writes fields as a form posts them.
func encode(fields []Field) string {
	var b []byte
	for _, f := range fields {
		if len(b) > 0 {
			b = append(b, '&')
		}
		b = append(b, url.QueryEscape(f.Name)...)
		b = append(b, '=')
		b = append(b, url.QueryEscape(f.Value)...)
	}
	return string(b)
}
