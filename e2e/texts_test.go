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

func contentOf(p *browser.Page) (c content) {
	p.Eval(`(() => {
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
	})()`, &c)
	return c
}

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

// Case 21: texts with characters that HTML, streams or browsers treat in ways of their own.
func TestAPatchShowsWhatAPageLoadShows(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/texts?n=0")
	want := make([]content, len(fixture.HostileTexts))
	for n := range want {
		p.Goto(s.URL + "/texts?n=" + strconv.Itoa(n))
		live(t, p)
		want[n] = contentOf(p)
	}
	neverRan(t, p)

	turn := func(how string, show func(n int)) {
		t.Helper()
		for n, text := range fixture.HostileTexts {
			show(n)
			p.WaitText("#number", strconv.Itoa(n))
			p.WaitText("#last", strconv.Itoa(n))
			got := contentOf(p)
			if text == "" {
				got["title"] = want[n]["title"] // an empty title leaves the page the one it has
			}
			if list := differ(got, want[n]); list != nil {
				t.Errorf("text %d, %q, %s: unlike after a load\n\t%s", n, text, how, strings.Join(list, "\n\t"))
			}
		}
		neverRan(t, p)
	}
	p.Goto(s.URL + "/texts?as=ann")
	live(t, p)
	turn("on the stream", func(n int) { check(t, fixture.Show(s.Visits.Ref("ann"), n)) })

	// Without a stream the answer of the event carries the patch.
	p.AllowErrors(lost...)
	defer s.Net.Refuse(streamOf("/texts"))()
	s.Net.Cut(streamOf("/texts"))
	until(t, "the stream is gone", func() bool { return s.Kit.Stats().Views.Connected == 0 })
	turn("in an answer", func(n int) { p.Click(fmt.Sprintf("#turn-%d", n)) })
}

// Case 22: a text that htmx would take for a script.
func TestWhatAUserHasWrittenNeverRuns(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/texts?as=ann")
	live(t, p)
	for n, text := range fixture.HostileTexts {
		check(t, fixture.Show(s.Visits.Ref("ann"), n))
		p.WaitText("#number", strconv.Itoa(n))
		// As the parameter of a binding the text comes back as it is, byte by byte.
		p.Click("#pick")
		p.WaitFor(`document.getElementById("picked").textContent === ` + quote(fmt.Sprintf("%d: %+q", n, text)))
	}
	neverRan(t, p)
}

func neverRan(t *testing.T, p *browser.Page) {
	t.Helper()
	var ran bool
	if p.Eval(`"ran" in window`, &ran); ran {
		t.Error("a text was run as a script")
	}
}
