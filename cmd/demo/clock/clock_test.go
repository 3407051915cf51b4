package clock_test

import (
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/internal/probe"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
)

// bubble runs f where time passes only when everything waits.
func bubble(t *testing.T, f func(*testing.T, *handlers.Kit, *probe.Visitor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
		f(t, kit, probe.Visit(t, site.Routes(kit), kit))
	})
}

// tick is the message of one tick within a minute.
func tick(now time.Time, ticks string) string {
	return `<hx-partial id="time" hx-swap="textContent">` + now.Format("15:04:05") + `</hx-partial>` +
		`<hx-partial id="ticks" hx-swap="textContent">` + ticks + `</hx-partial>`
}

func TestThePageIsServedWithTheTime(t *testing.T) {
	bubble(t, func(t *testing.T, _ *handlers.Kit, visitor *probe.Visitor) {
		page, now := visitor.Open("/clock"), time.Now()
		for id, want := range map[string]string{
			"time":  now.Format("15:04:05"),
			"date":  now.Format("Monday, 2 January 2006"),
			"zone":  now.Format("MST (UTC-07:00)"),
			"ticks": "0",
		} {
			if got := page.Find("#" + id).Text(); got != want {
				t.Errorf("#%s is %q, want %q", id, got, want)
			}
		}
	})
}

func TestTheTimeIsPushedEachSecond(t *testing.T) {
	bubble(t, func(t *testing.T, _ *handlers.Kit, visitor *probe.Visitor) {
		stream := visitor.Open("/clock").Stream("")
		begin := time.Now()
		for i, ticks := range []string{"1", "2", "3"} {
			got := stream.Next()
			now := begin.Add(time.Duration(i+1) * time.Second)
			if want := tick(now, ticks); got != want || !time.Now().Equal(now) {
				t.Errorf("got %s at %v, want %s at %v", got, time.Now(), want, now)
			}
		}
	})
}

func TestNothingTicksWhileNobodyWatches(t *testing.T) {
	bubble(t, func(t *testing.T, kit *handlers.Kit, visitor *probe.Visitor) {
		page := visitor.Open("/clock")
		time.Sleep(30 * time.Second) // before the first stream
		stream := page.Stream("")
		if got := stream.Next(); !strings.Contains(got, `id="ticks" hx-swap="textContent">1<`) {
			t.Fatalf("the first tick is %s", got)
		}
		stream.Close()
		synctest.Wait()
		if c := kit.Stats().Views; c.Connected != 0 || c.Parked != 1 {
			t.Fatalf("views: %+v", c)
		}
		time.Sleep(10 * time.Minute)
		// The stream goes on where it was: nothing was missed, and the next tick is the second.
		stream = page.Stream(stream.LastID())
		back := time.Now()
		if got := stream.Next(); !strings.Contains(got, `id="ticks" hx-swap="textContent">2<`) {
			t.Errorf("after a pause got %s", got)
		}
		if want := back.Add(time.Second); !time.Now().Equal(want) {
			t.Errorf("it came at %v, want %v", time.Now(), want)
		}
	})
}

func TestNoBrowserCanSendATick(t *testing.T) {
	bubble(t, func(t *testing.T, _ *handlers.Kit, visitor *probe.Visitor) {
		page := visitor.Open("/clock")
		for _, event := range []string{"tick", "Tick", "Connect", "Mount"} {
			if status, body := page.Event("?event=" + event); status != 404 {
				t.Errorf("%s: %d %s", event, status, body)
			}
		}
	})
}
