package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var coats = state.NewKey[int]("coats")

// wall has a style attribute from the beginning, and another one for each coat of paint.
type wall struct{}

func (wall) Mount(s *views.Socket, _ views.NoParams) error {
	coats.Set(s, 0)
	return nil
}

func (wall) Paint(s *views.Socket, _ views.NoParams) error {
	coats.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (wall) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		n := coats.Get(ctx)
		_, _ = fmt.Fprintf(w, `<p id="wall" style="width: %d%%">wall</p><ul id="coats">`, n)
		for i := range n {
			_, _ = fmt.Fprintf(w, `<li id="coat-%d" style="color: red">coat</li>`, i)
		}
		_, err := io.WriteString(w, "</ul>")
		return err
	})
}

// Case 107: TestDevelopersAreToldWhatThePolicyBlocks looks into the log of pages with inline
// styles, under several policies.
func TestDevelopersAreToldWhatThePolicyBlocks(t *testing.T) {
	for name, c := range map[string]struct {
		config      handlers.Config
		first, last int // how often the log tells by then
	}{
		"the default":      {handlers.Config{Development: true}, 1, 2},
		"not told of":      {handlers.Config{}, 0, 0},
		"allowed":          {handlers.Config{Development: true, Security: handlers.Security{ContentSecurityPolicy: handlers.Policy("style-src 'unsafe-inline'")}}, 0, 0},
		"attributes alone": {handlers.Config{Development: true, Security: handlers.Security{ContentSecurityPolicy: handlers.Policy("style-src-attr 'unsafe-inline'")}}, 0, 0},
		"none":             {handlers.Config{Development: true, Security: handlers.Security{ContentSecurityPolicy: "-"}}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, c.config, func(kit *handlers.Kit, r chi.Router) { r.Handle("/wall", handlers.View(kit, wall{})) })
			told := func() int { return strings.Count(s.log.String(), "Content-Security-Policy blocks") }
			b := s.browser(t)
			b.open("/wall")
			p := b.open("/wall").connect("")
			if n := told(); n != c.first {
				t.Errorf("told %d times after two pages, not %d: %s", n, c.first, s.log.String())
			}
			for range 3 {
				p.post("event=Paint", nil)
			}
			if n := told(); n != c.last {
				t.Errorf("told %d times after three changes, not %d: %s", n, c.last, s.log.String())
			}
			if c.first > 0 && !strings.Contains(s.log.String(), `<p id=\"wall\">`) {
				t.Errorf("the element is not named: %s", s.log.String())
			}
		})
	}
}

// handled has an element with a command for each coat of paint.
type handled struct{ wall }

func (handled) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<ul id="coats">`)
		for i := range coats.Get(ctx) {
			_, err = fmt.Fprintf(w, `<li id="coat-%d" hx-on:click="0" hx-nonce="%s">coat</li>`, i, views.Nonce(ctx))
		}
		_, _ = io.WriteString(w, "</ul>")
		return err
	})
}

// The policy of a page with commands has its nonce, as that of its patches has.
func TestCommandsOfPatchesAreNotBlocked(t *testing.T) {
	s := newSite(t, handlers.Config{Development: true, Commands: true}, func(kit *handlers.Kit, r chi.Router) { r.Handle("/handled", handlers.View(kit, handled{})) })
	p := s.browser(t).open("/handled").connect("")
	for range 2 {
		p.post("event=Paint", nil)
	}
	if log := s.log.String(); strings.Contains(log, "Content-Security-Policy blocks") {
		t.Error(log)
	}
}

// A layout whose script has a nonce of its own stops a page with commands, unless it stands behind the kit's.
func TestDevelopersAreToldOfNoncesBeforeTheKits(t *testing.T) {
	for name, c := range map[string]struct {
		commands, behind bool
		want             int
	}{
		"before the head":      {true, false, 1},
		"behind it":            {true, true, 0},
		"of a kit without any": {false, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			layout := func(d views.Document) templ.Component {
				return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
					parts := []templ.Component{templ.Raw(`<script nonce="own">1</script>`), d.Head}
					if c.behind {
						slices.Reverse(parts)
					}
					_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>x</title>")
					for _, p := range parts {
						_ = p.Render(ctx, w)
					}
					_, _ = io.WriteString(w, "</head><body>")
					_ = d.Body.Render(ctx, w)
					_, err := io.WriteString(w, "</body></html>")
					return err
				})
			}
			s := newSite(t, handlers.Config{Development: true, Commands: c.commands, Layout: layout}, func(kit *handlers.Kit, r chi.Router) { r.Handle("/wall", handlers.View(kit, wall{})) })
			for range 2 {
				res, err := http.Get(s.URL + "/wall")
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
			}
			if got := strings.Count(s.log.String(), "has a nonce of its own"); got != c.want {
				t.Errorf("told %d times, not %d", got, c.want)
			}
		})
	}
}
