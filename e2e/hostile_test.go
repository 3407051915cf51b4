package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// own notes the page's own elements, which strangers may have given namesakes.
func own(p *browser.Page) {
	p.Eval(`(() => {
		const main = document.querySelector("main");
		window.own = {count: main.querySelector("h1"), add: main.querySelector("button"), beside: main.querySelector("p"),
			quote: main.querySelector("div"), quoted: main.querySelector("blockquote"), body: document.body, main,
			notice: document.getElementById("sb-notice"), stream: document.querySelector("[hx-sse\\:connect]")};
	})()`, nil)
}

// ownWrong says what is wrong with them: "" if each is in its place and says what it should.
func ownWrong(p *browser.Page, said string) (wrong string) {
	p.Eval(`((said) => {
		const o = window.own, wrong = [];
		const is = (what, ok) => ok || wrong.push(what);
		is("body", document.body === o.body);
		is("the stream", o.stream.isConnected && o.stream.parentNode === o.body && !!o.stream._htmx?.sse?.reader);
		is("the notice", o.notice.isConnected && o.notice.textContent === "");
		for (const e of ["count", "add", "beside", "quote"]) is("the place of " + e, o[e].parentNode === o.main);
		is("the quotation", o.quoted.parentNode === o.quote);
		is("the heading: " + o.count.outerHTML, o.count.textContent === said && o.count.tagName === "H1");
		is("the paragraph: " + o.beside.outerHTML, o.beside.textContent === said && o.beside.title === said);
		is("the button: " + o.add.outerHTML, o.add.textContent === "Say");
		is("nothing is waited for", getComputedStyle(document.getElementById("sb-slow")).animationName === "none");
		is("the title: " + document.title, document.title === "Quoted`+fixture.TitleSuffix+`");
		return wrong.join("; ");
	})(`+quote(said)+`)`, &wrong)
	return wrong
}

// namesakes reports whether a stranger's HTML uses an id of the page's own.
func namesakes(n int) bool {
	for _, id := range []string{"count", "add", "beside", "quote", "quoted", "told", "last", "sb-view"} {
		if strings.Contains(fixture.HostileHTML[n], `id="`+id+`"`) {
			return true
		}
	}
	return false
}

// quotation is what the browser has made of a stranger's HTML.
func quotation(p *browser.Page) (html string) {
	p.Eval(`(() => {
		const c = document.querySelector("main blockquote").cloneNode(true);
		for (const e of c.querySelectorAll("*")) e.removeAttribute("data-htmx-powered");
		c.normalize();
		return c.innerHTML.trim();
	})()`, &html)
	return html
}

// Case 18.
func TestWhatStrangersHaveWrittenAsHTMLStaysInItsPlace(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, "")
	want := make([]string, len(fixture.HostileHTML))
	for n := range want {
		t.Run(fmt.Sprint("at first ", n), func(t *testing.T) {
			name := fmt.Sprint("v", n)
			p.Goto(fmt.Sprintf("%s/quoted?n=%d&as=%s", s.URL, n, name))
			live(t, p)
			want[n] = quotation(p)
			own(p)
			if wrong := ownWrong(p, "at first"); wrong != "" {
				t.Errorf("%s, on load: %s", fixture.HostileHTML[n], wrong)
			}
			// Others come and go around it, and in its place.
			last := n
			for i, text := range []string{"first", "second", "third"} {
				at := n
				if i == 1 {
					at = (n + 1) % len(want)
				}
				check(t, fixture.Quote(s.Visits.Ref(name), at, text))
				p.WaitFor(`[...document.querySelectorAll("main>p")].at(-1).textContent === ` + quote(fmt.Sprint(text, " ", at)))
				if namesakes(last) || namesakes(at) {
					own(p) // what is shown counts alone
				}
				last = at
				if wrong := ownWrong(p, text); wrong != "" {
					t.Errorf("%s, %s patch: %s", fixture.HostileHTML[at], text, wrong)
				}
				if got := quotation(p); at == n && got != want[n] {
					t.Errorf("%s, %s patch: is %s, want %s", fixture.HostileHTML[n], text, got, want[n])
				}
			}
			p.Eval("own.add.click(), 0", nil)
			p.WaitFor(`document.querySelector("main>h1").textContent === "said" && !document.querySelector("button.htmx-request, #sb-slow.htmx-request")`)
			if namesakes(n) {
				own(p)
			}
			if wrong := ownWrong(p, "said"); wrong != "" {
				t.Errorf("%s, after an event: %s", fixture.HostileHTML[n], wrong)
			}
		})
	}
	evil := func(r *http.Request) bool {
		return r.URL.Path != "/quoted" && r.URL.Path != "/favicon.ico" && r.URL.Path[0:2] != "/_"
	}
	for _, e := range s.Net.Exchanges(evil) {
		t.Errorf("%s %s was asked for", e.Request.Method, e.Request.URL)
	}
	if n := s.Net.Count(cut.Events); n != len(want) {
		t.Errorf("%d events were sent", n)
	}
}
