package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
)

func TestAPageThatKeepsItsStreamIsLiveWhileItIsHidden(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, secrets('a'))
	p := openLedger(t, s, "/watched?as=ann")
	other := p.NewTab("about:blank")
	p.WaitFor("document.hidden")
	s.Book.Write("while hidden")
	check(t, fixture.Read(s.Visits.Ref("ann")))
	entries(p, 1)
	if n := s.Net.Count(cut.Streams); n != 1 || s.Net.Open(cut.Streams) != 1 {
		t.Errorf("%d streams were opened", n)
	}
	// It comes back while it is hidden, too.
	s.Book.Write("meanwhile")
	s.Restart(secrets('a'))
	entries(p, 2)
	p.Front()
	works(t, p, s)
	if n := s.Net.Count(cut.Streams); n != 2 {
		t.Errorf("%d streams were opened", n)
	}
	stayed(t, p)
	other.Close()
}
