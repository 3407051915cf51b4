package protocol

import (
	"html"
	"strings"
	"testing"
)

func TestTicketsAreWrittenIntoTheFieldsOfTheirViewAlone(t *testing.T) {
	view := ViewText("0123456789abcdef")
	typed := html.EscapeString(string(AppendTicketField(nil, view)))
	other := string(AppendTicketField(nil, ViewText("fedcba9876543210")))
	content := func(ticket string) string {
		return "<form>" + string(AppendTicketField(nil, ticket)) + "</form>" + typed + view + other + string(AppendTicketField(nil, ticket))
	}
	if got := string(PutTicket([]byte(content(view)), view, "a&b")); got != content("a&b") {
		t.Errorf("got %s", got)
	}
}

func TestViewIDs(t *testing.T) {
	id := "\x00\xff23456789abcdef"
	if got, ok := ViewID(ViewText(id)); !ok || got != id {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, text := range []string{"", "stream", "leave", strings.Repeat("A", 21), strings.Repeat("=", 22), strings.Repeat("A", 21) + "B", ViewText(id) + "A"} {
		if _, ok := ViewID(text); ok {
			t.Errorf("%q is taken for an id", text)
		}
	}
}
