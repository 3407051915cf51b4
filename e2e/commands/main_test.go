package commands_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

func TestMain(m *testing.M) { os.Exit(browser.Tests{M: m}.Run()) }

// commanded is the page with commands.
type commanded struct {
	*browser.Page
	t *testing.T
	s *fixture.Site
}

func open(t *testing.T, c handlers.Config) *commanded {
	t.Helper()
	c.Commands = true
	s := fixture.Serve(t, c)
	s.Gate.Open()
	p := browser.Open(t, s.URL+"/commanded?as=ann")
	w := &commanded{p, t, s}
	w.live()
	p.Eval("document.stayed = true", nil)
	return w
}

// live waits until the page's connection is open.
func (c *commanded) live() {
	c.t.Helper()
	c.WaitFor(`!!document.getElementById("sb-stream")?._htmx?.sse?.reader`)
}

func (c *commanded) stayed() {
	c.t.Helper()
	c.WaitFor(`document.stayed === true`)
}

// is waits until an expression about the element e with the id holds.
func (c *commanded) is(id, expression string) {
	c.t.Helper()
	c.WaitFor(`(e => !!e && (` + expression + `))(document.getElementById(` + quote(id) + `))`)
}

const isSeen = `e.checkVisibility({visibilityProperty: true})`

func quote(text string) string {
	b, _ := json.Marshal(text) // texts have no way to fail
	return string(b)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
