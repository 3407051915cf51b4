package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// Case 11, in the browser: what is asked for ahead keeps no view, and is live all the same
// if it is opened.
func TestAPageThatWasAskedForAheadIsLiveWhenItIsOpened(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"prefetch", "prerender"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, handlers.Config{ContentSecurityPolicy: "-"}) // the rules are an inline script
			p := browser.Open(t, s.URL+"/")
			p.AllowErrors(lost...)
			p.Eval(`document.head.append(Object.assign(document.createElement("script"), {type: "speculationrules",
				textContent: `+quote(`{"`+how+`": [{"urls": ["/ledger?as=ann"], "eagerness": "immediate"}]}`)+`})), 0`, nil)
			until(t, "the page is asked for", func() bool {
				all := s.Net.Exchanges(pageOf("/ledger"))
				return len(all) == 1 && all[0].Over()
			})
			until(t, "it has been mounted", func() bool { return s.Kit.Stats().Unkept == 1 })
			if v := s.Kit.Stats().Views; v.Pending+v.Connected+v.Parked != 0 || s.Net.Count(cut.Streams) != 0 {
				t.Errorf("views are kept: %+v, %d streams were asked for", v, s.Net.Count(cut.Streams))
			}
			s.Book.Write("meanwhile")
			p.Eval(`location.href = "/ledger?as=ann", 0`, nil)
			p.WaitFor(`location.pathname === "/ledger"`)
			live(t, p)
			stay(p)
			entries(p, 1)
			works(t, p, s)
			stayed(t, p)
			if n := s.Net.Count(pageOf("/ledger")); n != 1 {
				t.Errorf("the page was asked for %d times", n)
			}
		})
	}
}
