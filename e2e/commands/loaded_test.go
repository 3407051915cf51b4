package commands_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// merged is what a parser makes part of an element before it.
var merged = []string{
	`<body hx-on:click="EVIL">`,
	`<BODY/hx-on:click="EVIL">`,
	`<body hx-on:htmx:after:process="EVIL">`,
	`<p><body
hx-on="click -> EVIL">`,
	`<html hx-on:click="EVIL">`,
	`</body><body hx-on:click="EVIL">`,
	`</body></html><body hx-on:click="EVIL">`,
	`<frameset hx-on:click="EVIL"><frame src="/none"></frameset>`,
}

// connecting opens a connection to an address where somebody else's text is.
var connecting = []string{
	`<div hx-sse:connect="/uploaded" hx-swap="innerHTML" hx-target="this">x</div>`,
	`<div HX-SSE:Connect=/uploaded hx-swap=innerHTML hx-target=this>x</div>`,
	`<div title="a"hx-sse:connect="/uploaded" hx-swap="innerHTML" hx-target="this">x</div>`,
	`<div hx-sse:connect:inherited="/uploaded" hx-swap="innerHTML" hx-target="this"><i sse-close="x">x</i></div>`,
	`<div sse-connect="/uploaded" hx-swap="innerHTML" hx-target="this">x</div>`,
	`<div/SSE-Connect="/uploaded" hx-swap="innerHTML" hx-target="this">x</div>`,
}

// load shows HTML of others in the page as it is served.
func load(t *testing.T, c handlers.Config, open, fenced string) *commanded {
	t.Helper()
	s := fixture.Serve(t, c)
	p := browser.Open(t, s.URL+"/loaded?"+url.Values{"open": {open}, "fenced": {fenced}}.Encode())
	return &commanded{p, t, s}
}

// Case 452: nothing of the HTML of others that stands in a page as it is served runs: it merges with no element of the page's,
// and opens no connection.
func TestHTMLOfOthersRunsNothingAsServed(t *testing.T) {
	t.Parallel()
	c := load(t, handlers.Config{Commands: true}, "", "")
	c.AllowErrors("") // hx-csp reports what it takes out
	for i, h := range append(append(append([]string{}, merged...), connecting...), hostile...) {
		h = strings.NewReplacer("EVIL", fmt.Sprintf("window.evil=%d+1", i), "NONCE", "AAAAAAAAAAAAAAAAAAAAAA").Replace(h)
		c.Goto(c.s.URL + "/loaded?" + url.Values{"open": {h}, "fenced": {h}}.Encode())
		c.live()
		c.Eval(`for (const e of document.querySelectorAll("#target,body,html")) e.click()`, nil)
		c.Eval(`document.getElementById("after").click()`, nil)
		c.WaitText("#log", "after")
		var bad string
		c.Eval(`"evil" in window ? "runs" : document.getElementById("mark") ? "connects" : document.querySelector("frameset") ? "replaces the body" : ""`, &bad)
		if bad != "" {
			t.Errorf("this %s: %s", bad, h)
		}
	}
}

// Case 482: start tags that are not finished have nothing of the tags that come next, wherever they are.
func TestUnfinishedTagsTakeNothing(t *testing.T) {
	t.Parallel()
	c := load(t, handlers.Config{Commands: true}, "", "")
	c.AllowErrors("") // hx-csp reports what it takes out
	for i, h := range unfinished {
		h = strings.NewReplacer("EVIL", fmt.Sprintf("window.evil=%d+1", i)).Replace(h)
		for _, where := range []string{"open", "tight", "last"} {
			c.Goto(c.s.URL + "/loaded?" + url.Values{where: {h}}.Encode())
			c.live()
			c.Eval(`for (const e of document.querySelectorAll("#target")) e.dispatchEvent(new MouseEvent("click", {bubbles: true}))`, nil)
			c.Eval(`document.getElementById("after")?.dispatchEvent(new MouseEvent("click"))`, nil)
			c.WaitFor(`"evil" in window || document.getElementById("log").textContent === "after"`)
			var ran bool
			if c.Eval(`"evil" in window`, &ran); ran {
				t.Errorf("this runs, %s: %s", where, h)
			}
		}
	}
}

// Case 543: a script that is not finished has not the nonce of an element that comes next and has nothing of htmx.
func TestUnfinishedScriptsTakeNoNonce(t *testing.T) {
	t.Parallel()
	c := load(t, handlers.Config{Commands: true}, "", "")
	for _, h := range []string{`<script id="target" src="data:text/javascript,1" `, `<SCRIPT ID='target' SRC='data:text/javascript,1' title=`} {
		c.Goto(c.s.URL + "/loaded?" + url.Values{"linked": {h}, "last": {"</script>"}}.Encode())
		c.WaitFor(`document.readyState === "complete"`)
		var taken string
		if c.Eval(`document.getElementById("target")?.nonce ?? ""`, &taken); taken != "" {
			t.Errorf("this has the nonce %s: %s", taken, h)
		}
	}
}

// Case 453: a file that users have written has no say in what nonce an answer has, also where an element with the page's own
// swaps it in.
func TestAnswersOfOthersNameNoNonce(t *testing.T) {
	t.Parallel()
	c := load(t, handlers.Config{Commands: true}, "", "")
	c.AllowErrors("") // hx-csp reports what it takes out
	c.live()
	c.Click("#written")
	c.WaitFor(`!!document.getElementById("mark")`)
	c.Eval(`document.getElementById("after").click()`, nil)
	c.WaitText("#log", "after")
	var ran bool
	if c.Eval(`"evil" in window`, &ran); ran {
		t.Error("it runs")
	}
}

// Case 484: an answer that has the page's own nonce, from wherever it knows it, runs nothing by it.
func TestAnswersOfOthersDoNotUseThePagesNonce(t *testing.T) {
	t.Parallel()
	c := load(t, handlers.Config{Commands: true}, "", "")
	c.AllowErrors("") // hx-csp reports what it takes out
	c.live()
	own := nonce.FindStringSubmatch(c.HTML())[1]
	c.Eval(`htmx.ajax("GET", "/uploaded?nonce=`+own+`", {source: "#written", target: "#written", swap: "innerHTML"})`, nil)
	c.WaitFor(`!!document.getElementById("mark")`)
	c.Eval(`document.getElementById("after").click()`, nil)
	c.WaitText("#log", "after")
	var ran bool
	if c.Eval(`"evil" in window`, &ran); ran {
		t.Error("it runs")
	}
}

// Case 485: an address of others is none that runs, on an element with the page's nonce.
func TestAddressesOfOthersRunNothing(t *testing.T) {
	t.Parallel()
	c := load(t, handlers.Config{Commands: true}, "", "")
	c.AllowErrors("") // hx-csp and the browser report what they refuse
	for i, address := range []string{
		"js:EVIL", "JS:EVIL", "javascript:EVIL", "JavaScript:EVIL", " js:EVIL", "\tjavascript:EVIL", "java\nscript:EVIL", "\x01js:EVIL", "js:EVIL#x", "data:text/html,<script>EVIL</script>",
	} {
		address = strings.ReplaceAll(address, "EVIL", fmt.Sprintf("window.evil=%d+1", i))
		c.Goto(c.s.URL + "/loaded?" + url.Values{"action": {address}}.Encode())
		c.live()
		c.Eval(`document.getElementById("acting").click()`, nil)
		c.Eval(`document.getElementById("after").click()`, nil)
		c.WaitText("#log", "after")
		var ran bool
		if c.Eval(`"evil" in window`, &ran); ran {
			t.Errorf("this runs: %q", address)
		}
	}
}

// Case 454: a fence opens no connection, also without commands, and ends no element around it.
func TestFencesHoldWithoutCommands(t *testing.T) {
	t.Parallel()
	c := load(t, handlers.Config{}, "", "")
	c.AllowErrors("404")
	for _, h := range append([]string{
		`<li id="inner">x</li>`, `<dd id="inner">x</dd><dt>y`, `</li><li id="inner">x`, `</section></li><li id="inner">x`,
		`<p><li id="inner">x`, `<table><tr><td><li id="inner">x`,
	}, connecting...) {
		c.Goto(c.s.URL + "/loaded?" + url.Values{"fenced": {h}}.Encode())
		c.live()
		c.Eval(`document.getElementById("after").click()`, nil)
		c.WaitText("#log", "after")
		var bad string
		c.Eval(`performance.getEntriesByType("resource").some(e => e.name.endsWith("/uploaded")) ? "connects" : document.querySelectorAll("#list > li").length !== 1 ||
			document.querySelectorAll("#inner").length !== document.querySelectorAll("#around > [hx-ignore] #inner").length ? "leaves the fence" : ""`, &bad)
		if bad != "" {
			t.Errorf("this %s: %s", bad, h)
		}
	}
}
