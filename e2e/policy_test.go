package e2e_test

import (
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// Every other test shows that pages work under it: none of them may log an error.
func TestTheDefaultPolicyIsInForce(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/lines?as=ann")
	live(t, p)
	var header string
	p.Eval(`fetch("/lines").then(r => r.headers.get("Content-Security-Policy"))`, &header)
	if header != handlers.DefaultPolicy {
		t.Errorf("the policy is %q, want %q", header, handlers.DefaultPolicy)
	}

	p.AllowErrors("Content Security Policy", "is used as a fallback", "net::ERR_BLOCKED_BY_CSP", "GET data:", "GET x:")
	p.Eval(`(() => {
		window.violated = [];
		document.addEventListener("securitypolicyviolation", e => violated.push(e.effectiveDirective));
		const put = (tag, more) => document.body.appendChild(Object.assign(document.createElement(tag), more));
		put("script", {textContent: "window.ran = 1"});
		put("script", {src: "data:text/javascript,window.ran = 2"});
		put("style", {textContent: "#count { color: red }"});
		put("div", {innerHTML: "<img src=x: onerror='window.ran = 3'>"});
		put("iframe", {src: "https://example.invalid/"});
		put("object", {data: "/lines"});
		setTimeout("window.ran = 4");
	})()`, nil)
	p.WaitFor(`["script-src-elem", "style-src-elem", "script-src-attr", "frame-src", "object-src", "script-src"].every(d => violated.includes(d))`)
	neverRan(t, p)

	// What was refused has not disturbed the page.
	check(t, fixture.PushLines(s.Visits.Ref("ann"), "pushed"))
	p.WaitText("#count", "1")
	p.Click("#add")
	p.WaitText("#count", "2")
}

func TestNobodyMayFrameAPage(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{Security: handlers.Security{ContentSecurityPolicy: "-"}})
	framed := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/lines")
	live(t, p)
	p.AllowErrors("frame-ancestors", "net::ERR_BLOCKED_BY_RESPONSE")
	p.Eval(`document.body.appendChild(Object.assign(document.createElement("iframe"), {src: `+quote(framed.URL+"/lines")+`})), 0`, nil)
	until(t, "the frame is asked for", func() bool {
		all := framed.Net.Exchanges(pageOf("/lines"))
		return len(all) == 1 && all[0].Over() && all[0].Status() == http.StatusOK
	})
	until(t, "the browser refuses it", func() bool {
		for _, e := range p.Log() {
			if e.Level == browser.LevelError {
				return true
			}
		}
		return false
	})
	if n := framed.Net.Count(streamOf("/lines")); n != 0 {
		t.Errorf("the framed page has opened %d streams", n)
	}
}
