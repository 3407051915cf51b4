package e2e_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// content is what a page with a text shows: its title, its elements by id and what its
// controls hold. Whatever is no plain character is written out.
type content map[string]string

// contentOf reads the page that is shown.
func contentOf(p *browser.Page) (c content) {
	p.Eval("("+readContent+")(document)", &c)
	return c
}

// loaded reads the page at an address as the browser's parser makes it, without showing it.
func loaded(p *browser.Page, address string) (c content) {
	p.Eval(`fetch(`+quote(address)+`).then(r => r.text()).then(html => (`+readContent+`)(new DOMParser().parseFromString(html, "text/html")))`, &c)
	return c
}

const readContent = `document => {
		const plain = s => s.replace(/[^ -~]/g, c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
		const c = {title: plain(document.title)};
		for (const e of document.querySelectorAll("#sb-view [id]")) {
			if (e.id === "picked") continue;
			const clone = e.cloneNode(true);
			clone.removeAttribute("sb-skip");
			clone.removeAttribute("data-htmx-powered");
			clone.normalize();
			// White space alone is as good as nothing, but where it is kept.
			const html = ["pre", "area"].includes(e.id) ? clone.outerHTML : clone.outerHTML.replace(/>\s+</g, "><");
			c[e.id] = plain(html);
			if (e.value) c[e.id + " holds"] = plain(e.value);
		}
		return c;
	}`

// differ lists what differs in the contents of two pages.
func differ(got, want content) (list []string) {
	all := maps.Clone(want)
	maps.Copy(all, got)
	for _, what := range slices.Sorted(maps.Keys(all)) {
		if got[what] != want[what] {
			list = append(list, fmt.Sprintf("%s is %q, want %q", what, got[what], want[what]))
		}
	}
	return list
}

// Case 21 and Case 22: texts with characters that HTML, streams or browsers treat in ways of their own,
// and such as htmx would take for a script.
func TestAPatchShowsWhatAPageLoadShows(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/texts?n=0")
	live(t, p)
	want := make([]content, len(fixture.HostileTexts))
	for n := range want {
		address := s.URL + "/texts?n=" + strconv.Itoa(n)
		want[n] = loaded(p, address)
		if n%10 > 0 {
			continue
		}
		p.Goto(address)
		live(t, p)
		if list := differ(contentOf(p), want[n]); list != nil {
			t.Errorf("text %d: a page that is shown differs from its HTML: %s", n, list)
		}
		neverRan(t, p)
	}

	turn := func(how string, show, after func(n int)) {
		t.Helper()
		for n, text := range fixture.HostileTexts {
			show(n)
			p.WaitFor(fmt.Sprintf(`document.getElementById("number").textContent === "%[1]d" && document.getElementById("last").textContent === "%[1]d"`, n))
			got := contentOf(p)
			if text == "" {
				got["title"] = want[n]["title"] // an empty title leaves the page the one it has
			}
			if list := differ(got, want[n]); list != nil {
				t.Errorf("text %d, %q, %s: unlike after a load\n\t%s", n, text, how, strings.Join(list, "\n\t"))
			}
			after(n)
		}
		neverRan(t, p)
	}
	p.Goto(s.URL + "/texts?as=ann")
	live(t, p)
	turn("on the stream", func(n int) { check(t, fixture.Show(s.Visits.Ref("ann"), n)) }, func(n int) {
		// As the parameter of an event the text comes back as it is, byte by byte.
		listens(p)
		p.Eval(`document.getElementById("pick").click()`, nil)
		p.WaitFor(`document.getElementById("picked").textContent === ` + quote(fmt.Sprintf("%d: %+q", n, fixture.HostileTexts[n])))
	})

	// Without a stream the answer of the event carries the patch.
	p.AllowErrors(lost...)
	defer s.Net.Refuse(streamOf("/texts"))()
	s.Net.Cut(streamOf("/texts"))
	until(t, "the stream is gone", func() bool { return s.Kit.Stats().Views.Connected == 0 })
	turn("in an answer", func(n int) { press(p, fmt.Sprintf("turn-%d", n)) }, func(int) {})
}

func neverRan(t *testing.T, p *browser.Page) {
	t.Helper()
	var ran bool
	if p.Eval(`"ran" in window`, &ran); ran {
		t.Error("a text was run as a script")
	}
}
