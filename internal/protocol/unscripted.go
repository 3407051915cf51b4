package protocol

import (
	"bytes"
	"encoding/base64"
	"html"
)

// A page that a browser without JavaScript posts an event from is served once more, as its view is
// then: at the page's address with KitParam, whose value is the text of the view's id. Nobody can
// guess it, and it is good for the view's owner alone.

// ViewText returns the text of a view's id in addresses.
func ViewText(id string) string { return base64.RawURLEncoding.EncodeToString([]byte(id)) }

// viewTextLen is the length of the text of an id of 16 bytes.
const viewTextLen = 22

// ViewID returns the id that ViewText has made a text of. It reports false for any other text.
func ViewID(text string) (id string, ok bool) {
	if len(text) != viewTextLen {
		return "", false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return string(b), err == nil
}

// AppendTicketField appends the hidden field of a page's ticket. In the HTML of a view the ViewText of
// its id stands for the ticket, which is long, and is known when the page is served.
func AppendTicketField(b []byte, ticket string) []byte {
	b = append(b, `<input type="hidden" name="`+TicketField+`" value="`...)
	return append(append(b, html.EscapeString(ticket)...), `" autocomplete="off">`...) // else Firefox keeps it when the page is reloaded
}

// PutTicket puts the ticket into the fields of a view's HTML. In what users have typed no such field can
// stand: quotes are escaped there.
func PutTicket(content []byte, view, ticket string) []byte {
	return bytes.ReplaceAll(content, AppendTicketField(nil, view), AppendTicketField(nil, ticket))
}
