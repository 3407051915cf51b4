package client_test

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/client"
)

// Case 390: an id that would be something else in an attribute that names elements is a mistake of the program.
func TestIDsThatAreNone(t *testing.T) {
	for name, try := range map[string]func(string) templ.OrderedAttributes{
		"TogglePopover": client.TogglePopover, "ShowModal": client.ShowModal, "Close": client.Close, "Exclusive": client.Exclusive,
		"DescribedBy": client.DescribedBy, "Tooltip": client.Tooltip,
	} {
		for _, id := range []string{"", "a b", "a\tb", `a"b`, "a<b", "a&b"} {
			func() {
				defer func() {
					if p, _ := recover().(string); !strings.HasPrefix(p, "client: "+name+"(") {
						t.Errorf("%s(%q): %q", name, id, p)
					}
				}()
				try(id)
			}()
		}
		if got := try("a-b.c:1"); len(got) == 0 {
			t.Errorf("%s: nothing", name)
		}
	}
}

// Case 391: what an element sends in livetest is what it sends in Chromium; a refused value leaves the page as it was.
func TestPushedValuesInTests(t *testing.T) {
	page := open(t, Trip{})
	page.Find("#map").Push("push", `{"lat":1,"lon":2}`)
	page.Expect("#chosen", "{1 2}")
	for _, value := range []any{"no JSON", []int{1}, "", strings.Repeat("[", 10_000), 7} {
		page.Find("#map").Push("push", value)
		page.Expect("#sb-notice", "That value could not be read.")
		page.Expect("#chosen", "{1 2}")
	}
	page.Find("#map").Push("push", Place{91, 0})
	page.Expect("#sb-notice", "There is no such place.")
	page.TakeReplies()
	page.Find("#map").Push("push", Place{3, 4})
	page.Expect("#sb-notice", "")
	if got := page.TakeReplies(); len(got) != 1 || got[0].Data != `"taken"` {
		t.Errorf("the replies are %v", got)
	}
}
