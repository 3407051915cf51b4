package clock_test

import (
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/clock"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// bubble opens the clock where time passes only when everything waits.
func bubble(t *testing.T, f func(*testing.T, *livetest.Page)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
		f(t, livetest.Open(t, site.Routes(kit, nil), "/clock"))
	})
}

func TestThePageIsServedWithTheTime(t *testing.T) {
	bubble(t, func(_ *testing.T, page *livetest.Page) {
		now := time.Now()
		page.Expect("#time", now.Format("15:04:05"))
		page.Expect("#date", now.Format("Monday, 2 January 2006"))
		page.Expect("#zone", now.Format("MST (UTC-07:00)"))
		page.Expect("#ticks", "0")
	})
}

func TestTheTimeIsPushedEachSecond(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		begin := time.Now()
		page.TakeMessages()
		for i, ticks := range []string{"1", "2", "3"} {
			page.Wait("#ticks", ticks)
			page.Expect("#time", begin.Add(time.Duration(i+1)*time.Second).Format("15:04:05"))
		}
		if passed := time.Since(begin).Round(time.Second); passed != 3*time.Second {
			t.Errorf("three ticks took %v", passed)
		}
		for _, m := range page.TakeMessages() {
			if m.Size() > 150 {
				t.Errorf("a tick has %d bytes: %s", m.Size(), m.HTML)
			}
		}
	})
}

func TestNothingTicksWhileNobodyWatches(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		page.Wait("#ticks", "1")
		page.Hide()
		time.Sleep(10 * time.Minute)
		if n := clock.Ticks.Get(page.Context()); n != 1 {
			t.Errorf("it ticked %d times", n)
		}
		// It goes on where it was.
		page.Show()
		page.Expect("#ticks", "1")
		page.Wait("#ticks", "2")
	})
}

func TestNoBrowserCanSendATick(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		for _, event := range []string{"tick", "Tick", "Connect", "Mount"} {
			if status, text := page.Forge("?event="+event, nil); status != http.StatusNotFound {
				t.Errorf("%s: %d %s", event, status, text)
			}
		}
	})
}
