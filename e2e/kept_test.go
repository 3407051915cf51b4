package e2e_test

import (
	"fmt"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

func openKept(t *testing.T) (p *browser.Page, change func(version int)) {
	t.Helper()
	s := fixture.Serve(t, handlers.Config{})
	p = browser.Open(t, s.URL+"/kept?as=ann")
	live(t, p)
	return p, func(version int) {
		t.Helper()
		check(t, fixture.Change(s.Visits.Ref("ann"), version))
		p.WaitText("#version", fmt.Sprintf("Version %d", version))
		p.WaitText("#fields>i", fmt.Sprint(version)) // the last on the page
	}
}

func TestWhatTheUserHasOpenedStaysOpen(t *testing.T) {
	t.Parallel()
	p, change := openKept(t)
	open := func() (n int) {
		p.Eval(`document.querySelectorAll("details[open]").length`, &n)
		return n
	}
	change(1)
	if n := open(); n != 0 {
		t.Errorf("%d are open that nobody has opened", n)
	}
	p.Click("#more>summary")
	p.Click("#section summary")
	for version := 2; version < 5; version++ {
		change(version)
		if n := open(); n != 2 {
			t.Errorf("%d are open, want 2", n)
		}
		p.WaitText("#more>p", fmt.Sprintf("Version %d", version))
		p.WaitText("#section p", fmt.Sprintf("Version %d %d", version, version))
	}
	p.Click("#more>summary")
	change(5)
	if n := open(); n != 1 {
		t.Errorf("%d are open, want 1", n)
	}
}

func TestAPatchTakesTheFocusFromNobody(t *testing.T) {
	t.Parallel()
	p, change := openKept(t)
	focus := func() (id string) {
		p.Eval("document.activeElement.id", &id)
		return id
	}
	p.WaitFor(`document.activeElement.id === "auto"`) // as the page says, once
	p.Fill("#mine", "typing")
	for version := 1; version < 4; version++ {
		change(version)
		if id := focus(); id != "mine" {
			t.Errorf("the focus is on %q", id)
		}
		p.Press("x")
	}
	if got := p.Value("#mine"); got != "typingxxx" {
		t.Errorf("the field holds %q", got)
	}
	p.Eval("document.activeElement.blur(), 0", nil)
	change(4)
	if id := focus(); id != "" {
		t.Errorf("the focus is on %q", id)
	}
	if got := p.Value("#auto"); got != "" {
		t.Errorf("the other field holds %q", got)
	}
}
