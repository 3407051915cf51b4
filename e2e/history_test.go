package e2e_test

import (
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"

	"github.com/sideband-go/sideband/e2e/fixture"
)

// Whether the browser kept the page or makes it anew, what Back and Forward show is live
// and shows what the server has.
func TestBackAndForwardLeaveALivePage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		prepare string // a script on the page
		kept    bool   // the browser keeps the page as it stands
	}{
		{"kept by the browser", "0", true},
		{"made anew by the browser", `window.addEventListener("unload", () => {}), 0`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := fixture.Serve(t, handlers.Config{})
			p := browser.Open(t, s.URL+"/lines?as=ann")
			live(t, p)
			p.Click("#add")
			p.WaitText("#count", "1")
			p.Eval(c.prepare, nil)
			stay(p)
			p.Click("#away")
			p.WaitText("h1", "Index")
			until(t, "the stream is closed", func() bool { return s.Net.Open(streamOf("/lines")) == 0 })

			pages := s.Net.Count(pageOf("/lines"))
			p.Back()
			before := 1
			if !c.kept {
				until(t, "the page is served again", func() bool { return s.Net.Count(pageOf("/lines")) > pages })
				before = 0
			}
			p.WaitText("#count", strconv.Itoa(before))
			var kept bool
			if p.Eval("document.stayed === true", &kept); kept != c.kept {
				t.Errorf("the page was kept by the browser: %v, this case is for %v", kept, c.kept)
			}
			shows(t, p, s.Net, "/lines")
			check(t, fixture.PushLines(s.Visits.Ref("ann"), "pushed"))
			p.WaitCount("#lines>li", before+1)
			p.Click("#add")
			p.WaitCount("#lines>li", before+2)

			p.Forward()
			p.WaitText("h1", "Index")
			pages = s.Net.Count(pageOf("/lines"))
			p.Back()
			if !c.kept {
				until(t, "the page is served again", func() bool { return s.Net.Count(pageOf("/lines")) > pages })
			}
			shows(t, p, s.Net, "/lines")
			p.Click("#add")
			p.WaitFor(`document.querySelector("#lines>li:last-child").textContent.includes("clicked")`)
		})
	}
}
