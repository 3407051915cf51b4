package handlers_test

import (
	"strings"
	"testing"
)

// navigate asks for an address as a link of NavigateLink does.
func (p *tab) navigate(address, ticket string) answer {
	p.t.Helper()
	return p.do("GET", address, nil, "Sideband-Ticket", ticket, "HX-Request", "true", "HX-Request-Type", "full", "HX-Current-URL", p.site.URL+p.path)
}

// Case 256.
func TestOnlyWhatFitsIsShownInTheDocumentOfAnotherPage(t *testing.T) {
	s, _ := library(t)
	ann, bob := s.browser(t).open("/shelf"), s.browser(t).open("/shelf")
	a := ann.navigate("/shelf/3", ann.ticket)
	a.is(t, "a page", 200, "HX-Redirect", "")
	if !strings.Contains(a.body, `<h1 id="shown">3  1</h1>`) {
		t.Errorf("it is %s", a.body)
	}
	for what, c := range map[string]struct{ address, ticket string }{
		"another person's ticket":    {"/shelf/3", bob.ticket},
		"a ticket that is made up":   {"/shelf/3", "x" + ann.ticket},
		"a static page":              {"/other", ann.ticket},
		"what middleware refuses":    {"/shelf/99", ann.ticket},
		"an address of no page":      {"/none", ann.ticket},
		"parameters that are wrong":  {"/shelf?q=too+long", ann.ticket},
		"a page that does not mount": {"/shelf?q=fail", ann.ticket},
	} {
		a := ann.navigate(c.address, c.ticket)
		a.is(t, what, 204, "HX-Redirect", c.address, "Cache-Control", "no-store")
		if a.body != "" {
			t.Errorf("%s: %s", what, a.body)
		}
	}
}
