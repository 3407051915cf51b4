package e2e_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// content is the title, the content of the page and what its controls show, with every
// character that is no plain one written out.
const content = `(() => {
	const view = document.getElementById("sb-view").cloneNode(true);
	view.querySelector("#picked").remove();
	for (const e of view.querySelectorAll("*")) {
		e.removeAttribute("data-skip");
		e.removeAttribute("data-htmx-powered");
	}
	view.normalize();
	const shown = id => document.getElementById(id).value;
	return JSON.stringify({title: document.title, shown: ["area", "field", "choice"].map(shown), html: view.innerHTML})
		.replace(/[^ -~]/g, c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
})()`

func TestAPatchShowsWhatAPageLoadShows(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/texts?n=0")
	want := make([]string, len(fixture.HostileTexts))
	for n := range want {
		p.Goto(s.URL + "/texts?n=" + strconv.Itoa(n))
		live(t, p)
		p.Eval(content, &want[n])
	}
	neverRan(t, p)

	turn := func(how string, show func(n int)) {
		t.Helper()
		for n, text := range fixture.HostileTexts {
			show(n)
			var got string
			within(func() bool {
				p.Eval(content, &got)
				return got == want[n]
			})
			if got != want[n] {
				t.Errorf("%q %s: the page is\n%s\nand after a load\n%s", text, how, got, want[n])
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
	until(t, "the stream is gone", func() bool { return s.Kit.Views().Connected == 0 })
	turn("in an answer", func(n int) { p.Click(fmt.Sprintf("#turn-%d", n)) })
}

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
