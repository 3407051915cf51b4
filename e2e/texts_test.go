package e2e_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

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
