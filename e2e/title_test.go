package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

func TestAnEventSetsTheTitle(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{TitlePrefix: "Test: "})
	p := browser.Open(t, s.URL+"/kept")
	p.AllowErrors(lost...)
	titled := func(title string) {
		t.Helper()
		p.WaitFor(`document.title === ` + quote("Test: "+title+fixture.TitleSuffix))
	}
	titled("Kept")
	live(t, p)
	for range 2 {
		p.Click("#rename")
		titled("Renamed")
		p.Click("#odd")
		titled(fixture.OddTitle)
	}

	// Without a stream the event's answer brings it.
	allow := s.Net.Refuse(streamOf("/kept"))
	s.Net.Cut(streamOf("/kept"))
	until(t, "the stream is gone", func() bool { return s.Kit.Stats().Views.Connected == 0 })
	p.Click("#rename")
	titled("Renamed")
	p.Click("#odd")
	titled(fixture.OddTitle)
	allow()
	live(t, p)
	p.Click("#rename")
	titled("Renamed")
}
