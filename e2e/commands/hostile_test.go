package commands_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
)

// hostile is HTML that runs something, or sends something, where it can. EVIL says how.
var hostile = []string{
	`<b id="target" hx-on:click="EVIL">x</b>`,
	`<b id="target" hx-on="click -> EVIL">x</b>`,
	`<b id="target" data-hx-on:click="EVIL">x</b>`,
	`<img src="/none" hx-on:error="EVIL">`,
	`<p hx-on:load="EVIL">x</p>`,
	`<p hx-on:htmx:after:process="EVIL">x</p>`,
	`<b id="target" hx-nonce="AAAAAAAAAAAAAAAAAAAAAA" hx-on:click="EVIL">x</b>`,
	`<b id="target" hx-nonce="NONCE" hx-on:click="EVIL">x</b>`,
	`<div hx-nonce:inherited="NONCE"><b id="target" hx-on:click="EVIL">x</b></div>`,
	`<b id="target" hx-post="?event=Note&value=evil" hx-sync="main:queue all">x</b>`,
	`<b hx-post="?event=Note&value=evil" hx-trigger="load">x</b>`,
	`<b id="target" hx-post="?event=Note&value=evil" hx-trigger="click[EVIL]">x</b>`,
	`<b id="target" hx-get="js:EVIL">x</b>`,
	`<b id="target" hx-post="?event=Note&value=evil" hx-vals="js:{a:EVIL}">x</b>`,
	`<a id="target" hx-boost="true" href="javascript:EVIL">x</a>`,
	`<div hx-sse:connect="/nowhere" hx-trigger="click[EVIL]" id="target">x</div>`,
	`<img src="/none" onerror="EVIL">`,
	`<script>EVIL</script>`,
	`<script nonce="NONCE">EVIL</script>`,
	`<svg><script>EVIL</script></svg>`,
	// What nobody closes stands around all that follows: the end of the element around it closes another one.
	`<div hx-vals:inherited="js:{a:EVIL}"><div>`,
	`<div HX-Vals:Inherited="js:{a:EVIL}"><div>`,
	`<div data-hx-vals:inherited="js:{a:EVIL}"><div>`,
	`<div title=">" hx-vals:inherited:append="js:{a:EVIL}"><div>`,
	`<div title=a/hx-vals:inherited="js:{a:EVIL}"><div>`,
	`<div hx-headers:inherited="js:{a:EVIL}"><div>`,
	`<div hx-confirm:inherited="js:EVIL"><div>`,
	`<div hx-trigger:inherited="click[EVIL]"><div>`,
	`</div></div><b id="target" hx-on:click="EVIL">x</b>`,
	`</main><b id="target" hx-on:click="EVIL">x</b>`,
}

// unfinished are start tags that go on into the next one, whose attributes they would have.
var unfinished = []string{
	`<b id="target" hx-on:click="EVIL" title="`,
	`<b id="target" hx-on:click="EVIL" title='`,
	`<b id='target' hx-on:click='EVIL' title = "`,
	`<b id=target hx-on:click=EVIL title=`,
	`<b id=target hx-on:click=EVIL `,
	`<b id=target hx-on:click=EVIL x`,
	`<B/ID=target/HX-ON:CLICK="EVIL"/x="`,
	"<b\x00 id=target\thx-on:click=\"EVIL\"\ftitle\r=\n\"",
	`<svg id="target" hx-on:click="EVIL" title="`,
	`<b title="<i" id="target" hx-on:click="EVIL" x="`,
	`<b title="<i id='target' hx-on:click='EVIL' x='" id="target" hx-on:click="EVIL" y="`,
	`<!--><b id="target" hx-on:click="EVIL" title="`,
	`<!-- --!><b id="target" hx-on:click="EVIL" title="`,
	`<svg><style><b id="target" hx-on:click="EVIL" title="`,
	`<svg><![CDATA[ > ]]><b id="target" hx-on:click="EVIL" title="`,
	`<title></title><textarea></textarea><b id="target" hx-on:click="EVIL" title="`,
	`<template></template><noscript><b id="target" hx-on:click="EVIL" title="</noscript>`,
	`<noscript></noscript><xmp></xmp><b id="target" hx-on:click="EVIL" title="`,
	`<<head></head>b id="target" hx-on:click="EVIL" title="`,
	"<hx-a\u00a0y=\"x>\" id=\"target\" hx-on:load=\"EVIL\" title=\"",
}

var nonce = regexp.MustCompile(`hx-nonce="([\w-]{22})"`)

// Case 444: nothing of the HTML that others have written runs or sends anything, neither in the page as it is served nor in a
// patch, in a fence or without one.
func TestHTMLOfOthersRunsNothing(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	c.AllowErrors("") // hx-csp reports what it takes out
	other := open(t, handlers.Config{})
	stolen := nonce.FindStringSubmatch(other.HTML())[1] // of another page
	want := ""
	for i, h := range append(slices.Clone(hostile), unfinished...) {
		h = strings.NewReplacer("EVIL", fmt.Sprintf("window.evil=%d+1", i), "NONCE", stolen).Replace(h)
		fixture.WriteCommanded(c.s.Visits.Ref("ann"), fmt.Sprintf(`<i id="mark-%d"></i>`, i)+h)
		// htmx has taken up what comes before the button, too.
		c.WaitFor(fmt.Sprintf(`!!document.getElementById("mark-%d") && document.getElementById("after")._htmx?.initialized`, i))
		c.Eval(`for (const e of document.querySelectorAll("#target")) e.dispatchEvent(new MouseEvent("click", {bubbles: true}))`, nil)
		c.Eval(`document.getElementById("after").click()`, nil)
		want = strings.TrimSpace(want + " after")
		c.WaitText("#log", want)
		var ran bool
		if c.Eval(`"evil" in window`, &ran); ran {
			t.Fatalf("this runs: %s", h)
		}
	}
	c.WaitText("#log", want)
	c.stayed()
}

// Case 445: what an answer brings works as what a message brings: without a connection, after an error, after a remount by
// another process that knows the page's secret as its second one.
func TestCommandsInAnswersAndRemounts(t *testing.T) {
	t.Parallel()
	secret := func(b byte) []byte { return []byte(strings.Repeat(string(b), 32)) }
	c := open(t, handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret('a')}}})
	c.AllowErrors("net::ERR_", "htmx:sse:error", "htmx:error: Failed to fetch", "409")
	allow := c.s.Net.Refuse(cut.Streams) // from now on answers bring everything
	c.s.Net.Cut(cut.Streams)
	c.Click("#bring")
	c.is("late", "true")
	c.Click("#late")
	c.is("m", `"jsLate" in e.dataset`)
	c.WaitText("#log", "late")
	c.Click("#row-3-remove")
	c.WaitText("#sb-notice", "It sticks.")
	c.is("row-3", isSeen)
	allow()
	c.live()

	before := nonce.FindStringSubmatch(c.HTML())[1]
	c.s.Restart(handlers.Config{Commands: true, Security: handlers.Security{Secrets: [][]byte{secret('b'), secret('a')}}})
	c.WaitCount("#late", 0) // as mounted
	c.live()
	c.Click("#bring")
	c.is("late", "true")
	c.Click("#late")
	c.WaitText("#log", "late")
	c.stayed()
	for _, m := range nonce.FindAllStringSubmatch(c.HTML(), -1) {
		if m[1] != before {
			t.Errorf("an element has the nonce %s, the page %s", m[1], before)
		}
	}
	c.Reload()
	c.live()
	if after := nonce.FindStringSubmatch(c.HTML())[1]; after == before {
		t.Error("another load has the same nonce")
	}
	// The nonce of the load before is of no use any more.
	c.AllowErrors("hx-csp")
	fixture.WriteCommanded(c.s.Visits.Ref("ann"), `<b id="target" hx-nonce="`+before+`" hx-on:click="window.evil=1">x</b><i id="mark"></i>`)
	c.WaitFor(`!!document.getElementById("mark") && document.getElementById("after")._htmx?.initialized`)
	var ran bool
	c.Eval(`for (const e of document.querySelectorAll("#target")) e.click()`, nil)
	c.WaitFor(`(document.getElementById("after").click(), document.getElementById("log").textContent === "after")`) // once htmx listens again
	if c.Eval(`"evil" in window`, &ran); ran {
		t.Error("a script with the nonce of another load runs")
	}
}

// Case 446: links and callbacks that lead to another page load it, and so does going back.
func TestPagesWithCommandsAreLoaded(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	for _, id := range []string{"#link", "#leave", "#go"} {
		c.Eval(`document.stayed = true`, nil)
		c.Click(id)
		c.WaitFor(`location.pathname === "/lines" && document.stayed !== true`)
		c.live()
		c.Back()
		c.WaitFor(`location.pathname === "/commanded"`)
		c.live()
		c.Click("#hide")
		c.is("m", "!("+isSeen+")")
		c.Click("#show")
		c.is("m", isSeen)
	}
	var before, after int
	c.Eval(`history.length`, &before)
	c.Click("#go-replace")
	c.WaitFor(`location.pathname === "/lines"`)
	c.live()
	if c.Eval(`history.length`, &after); after != before {
		t.Errorf("the history has %d entries, and %d after a page in place of another", before, after)
	}
}
