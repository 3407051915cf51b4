package e2e_test

import (
	"testing"
	"time"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
)

// Case 39.
func TestWhatAScriptHasDoneToThePageIsMendedWhenTheStreamHasAged(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: 2 * time.Second}})
	s.Book.Write("one")
	s.Book.Write("two")
	s.Book.Write("three")
	p := openLedger(t, s, "/ledger?as=ann")
	p.Fill("#untold", "half a thought")
	mark(p, "#ledger>li")
	p.Eval(`(() => {
		document.getElementById("entry-2").remove();
		document.getElementById("entry-3").textContent = "changed";
		document.getElementById("ledger").append(document.createElement("li"));
		document.getElementById("taps").removeAttribute("id");
	})()`, nil)
	entries(p, 3)
	p.WaitText("#ledger", "onetwothree")
	p.WaitText("#taps", "0")
	if n := marked(p, "#ledger>li"); n != 2 {
		t.Errorf("%d entries are still the same", n)
	}
	p.WaitFor(`(e => document.activeElement === e && e.value === "half a thought")(document.getElementById("untold"))`)
	stayed(t, p)

	// A page goes on like that, one stream after the other.
	seen := s.Net.Count(cut.Streams)
	until(t, "the next stream has aged", func() bool { return s.Net.Count(cut.Streams) > seen })
	works(t, p, s)
	stayed(t, p)
}
