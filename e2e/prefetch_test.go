package e2e_test

import (
	"context"
	_ "embed"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/views"
)

// hxPreload is htmx's extension hx-preload, of htmx 4.0.1.
//
//go:embed testdata/hx-preload.min.js
var hxPreload string

// preloading is the default layout with hx-preload, which the kit's pages do not have.
var preloading = layout(
	`&#34;extensions&#34;:&#34;sse&#34;`, `&#34;extensions&#34;:&#34;sse,preload&#34;`,
	`</head>`, `<script type="module">`+hxPreload+`</script></head>`,
)

// layout is the default layout with some of its text replaced: old, new, old, new.
func layout(pairs ...string) func(views.Document) templ.Component {
	replacer := strings.NewReplacer(pairs...)
	return func(d views.Document) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			var b strings.Builder
			if err := views.DefaultLayout(d).Render(ctx, &b); err != nil {
				return err
			}
			_, err := replacer.WriteString(w, b.String())
			return err
		})
	}
}

// Case 11, in the browser: what is asked for ahead mounts nothing, and is live all the
// same when it is opened.
func TestAPageThatWasAskedForAheadIsLiveWhenItIsOpened(t *testing.T) {
	t.Parallel()
	const ahead = "/ledger?as=ann"
	add := func(element, attributes string) string {
		return `document.head.append(Object.assign(document.createElement("` + element + `"), ` + attributes + `)), 0`
	}
	link := `(() => {
		document.body.insertAdjacentHTML("afterbegin", '<a id="go" href="` + ahead + `" hx-boost="true" hx-preload="mouseover">Go</a>')
		htmx.process(document.querySelector("#go"))
		document.querySelector("#go").dispatchEvent(new MouseEvent("mouseover", {bubbles: true}))
	})(), 0`
	rules := func(how string) string {
		return add("script", `{type: "speculationrules", textContent: `+quote(`{"`+how+`": [{"urls": ["`+ahead+`"], "eagerness": "immediate"}]}`)+`}`)
	}
	visit := `location.href = "` + ahead + `", 0`
	for _, c := range []struct {
		name, from string
		ask        []string
		open       string
	}{
		{"speculation rules, prefetch", "/", []string{rules("prefetch")}, visit},
		{"speculation rules, prerender", "/", []string{rules("prerender")}, visit},
		{"link rel=prefetch", "/", []string{add("link", `{rel: "prefetch", href: "`+ahead+`"}`)}, visit},
		{"hx-preload, from a page without a ticket", "/", []string{link}, `document.querySelector("#go").click(), 0`},
		{"hx-preload, from a live page", "/lines", []string{link}, `document.querySelector("#go").click(), 0`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, handlers.Config{Security: handlers.Security{ContentSecurityPolicy: "-"}, Layout: preloading}) // the rules are an inline script
			p := browser.Open(t, s.URL+c.from)
			p.AllowErrors(append(lost, "503")...)
			if c.from != "/" {
				live(t, p)
			}
			for _, js := range c.ask {
				p.Eval(js, nil)
			}
			until(t, "the page is asked for", func() bool { return s.Kit.Stats().Speculative == 1 })
			until(t, "the answer is there", func() bool {
				all := s.Net.Exchanges(pageOf("/ledger"))
				return len(all) == 1 && all[0].Over()
			})
			if n := s.Book.Mounts(); n != 0 || s.Net.Count(streamOf("/ledger")) != 0 {
				t.Errorf("mounted %d times, %d streams were asked for", n, s.Net.Count(cut.Streams))
			}
			p.Eval(c.open, nil)
			p.WaitFor(`location.pathname === "/ledger"`)
			live(t, p)
			stay(p)
			s.Book.Write("entry")
			works(t, p, s)
			stayed(t, p)
			if n := s.Book.Mounts(); n != 1 {
				t.Errorf("mounted %d times", n)
			}
			if n := s.Net.Count(pageOf("/ledger")); n != 2 {
				t.Errorf("the page was asked for %d times", n)
			}
		})
	}
}
