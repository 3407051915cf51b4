package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/reports"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

func TestProgressIsShown(t *testing.T) {
	next, seen := make(chan float64), make(chan struct{})
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{
		"start": func(s *views.Socket) error {
			reports.Report.Start(s, func(ctx context.Context) (string, error) {
				for done := range next {
					state.Progress(ctx, done)
					seen <- struct{}{}
				}
				return "all", nil
			})
			return nil
		},
	}})
	d.do("start")
	for _, done := range []float64{0.25, 0.5, 1} {
		next <- done
		<-seen
		d.WaitFor("progress", func() bool { return d.Find("#progress").Attr("value") == fmt.Sprint(done) })
		d.Expect("#report", "loading")
	}
	close(next)
	d.Wait("#report", "report: all")
}

// What is reported while the view is busy comes down to the newest, and holds nobody up.
func TestProgressWhileTheViewIsBusy(t *testing.T) {
	inside, goOn, reported := make(chan struct{}), make(chan struct{}), make(chan struct{})
	begin := make(chan struct{})
	d := openReports(t, handlers.Config{Limits: handlers.Limits{Queue: 5}, Timeouts: handlers.Timeouts{Event: time.Minute}}, reports.Page{Acts: reports.Acts{
		"start": func(s *views.Socket) error {
			reports.Report.Start(s, func(ctx context.Context) (string, error) {
				<-begin
				for i := range 100_000 {
					state.Progress(ctx, float64(i)/200_000)
				}
				close(reported)
				<-ctx.Done()
				return "", ctx.Err()
			})
			return nil
		},
		"hold": func(*views.Socket) error {
			close(inside)
			<-goOn
			return nil
		},
	}})
	d.do("start")
	d.TakeMessages()
	if err := reports.Send(d.View(), "hold"); err != nil {
		t.Fatal(err)
	}
	take(t, inside, "the view to be busy") // livetest would wait for it
	close(begin)
	take(t, reported, "the function to go on")
	close(goOn)
	d.WaitFor("the newest progress", func() bool { return d.Find("#progress").Attr("value") == "0.499995" })
	if n := len(d.TakeMessages()); n > 1 {
		t.Errorf("the page got %d messages", n)
	}
}

// Work that waits for the stream does not begin for a page that nobody looks at.
func TestWorkThatWaitsForTheStream(t *testing.T) {
	b := newBench()
	connected := make(chan struct{}, 1)
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/", handlers.View(kit, reports.Page{
			Mounts: func(s *views.Socket) error {
				reports.Report.StartWhenConnected(s, b.work)
				reports.Total.StartWhenConnected(s, func(context.Context) (int, error) { t.Error("a cancelled function has begun"); return 0, nil })
				return nil
			},
			Acts: reports.Acts{"rest": func(s *views.Socket) error {
				reports.Total.Cancel(s)
				reports.Report.StartWhenConnected(s, b.work)
				connected <- struct{}{}
				return nil
			}},
		}))
	})
	p := s.browser(t).open("/")
	if !strings.Contains(p.html, "loading true, ready false") {
		t.Errorf("the page shows %s", p.html)
	}
	p.post("event=Act&value=rest", nil)
	take(t, connected, "the callback")
	if b.begun.Load() != 0 {
		t.Error("it has begun before the stream was open")
	}
	p.connect("")
	b.goOn <- "as it is open"
	p.await("report: as it is open")
	p.post("event=Act&value=rest", nil) // at once
	b.goOn <- "open already"
	p.await("report: open already")
	if b.begun.Load() != 2 {
		t.Errorf("%d have begun", b.begun.Load())
	}
}

// A page that can't be rendered with a result has a failure instead, and goes on.
func TestAResultThatCannotBeShown(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{"start": b.start}})
	d.Skip(livetest.Failures)
	d.do("start")
	b.goOn <- "unfit"
	d.Wait("#report", "failed: views: the page can't be rendered with the result")
	d.Expect("#state", `loading false, ready false, value "", error views: the page can't be rendered with the result, progress 0`)
	d.do("start")
	b.goOn <- "better"
	d.Wait("#report", "report: better")
}

// A result that nobody watches is shown later.
func TestAResultWhileHidden(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{"start": b.start}})
	d.do("start")
	d.Hide()
	b.goOn <- "meanwhile"
	d.Show()
	d.Wait("#report", "report: meanwhile")
}

// A component's work is its own and ends with it.
func TestWorkOfAComponent(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{
		Acts: reports.Acts{"start": b.start},
		Inner: reports.Acts{
			"start":   b.start,
			"message": func(s *views.Socket) error { reports.Start(s, b.work); return nil },
			"panic":   func(s *views.Socket) error { panic("in the part") },
		},
	})
	d.Skip(livetest.Failures)
	d.Button("show").Click()
	d.Expect("#own", "report: none yet")
	d.Find("#inner-start").Click()
	b.goOn <- "of the part"
	d.Wait("#own", "report: of the part")
	d.Expect("#report", "")
	d.Find("#inner-message").Click()
	b.goOn <- "to the page"
	d.Wait("#said", `true "to the page" <nil>`)

	for _, end := range []func(){
		func() { d.Button("hide").Click() },
		func() { d.Find("#inner-panic").Click() }, // it is remounted
	} {
		d.Button("show").Click()
		d.Find("#inner-start").Click()
		d.Find("#inner-message").Click()
		waitUntil(t, "both run", func() bool { return b.running() == 2 })
		end()
		waitUntil(t, "none runs", func() bool { return b.running() == 0 })
	}
	d.Expect("#own", "report: none yet")
	d.Find("#inner-start").Click()
	b.goOn <- "afresh"
	d.Wait("#own", "report: afresh")
}

// When the view ends its functions are told, and what they return is dropped.
func TestTheViewEndsBeforeItsWork(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{
		"start": func(s *views.Socket) error { reports.Start(s, b.work); return b.start(s) },
	}})
	d.do("start")
	waitUntil(t, "both run", func() bool { return b.running() == 2 })
	d.kit.Disconnect("")
	waitUntil(t, "none runs", func() bool { return b.running() == 0 })
}

// Case 47: a function that never returns keeps nothing of its view, and Shutdown names it.
func TestAFunctionThatNeverReturns(t *testing.T) {
	var left atomic.Int64
	release := make(chan struct{})
	hang := func(context.Context) (string, error) { <-release; return "late", nil }
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/", handlers.View(kit, reports.Page{
			Mounts: func(s *views.Socket) error {
				weight := new([1 << 16]byte)
				runtime.AddCleanup(weight, func(n int64) { left.Add(-n) }, 1)
				left.Add(1)
				reports.Extra.Set(s, weight)
				reports.Start(s, hang)
				reports.Report.Start(s, hang)
				reports.Report.Start(s, hang)
				return nil
			},
			Acts: reports.Acts{"again": func(s *views.Socket) error { reports.Report.Start(s, hang); return nil }},
		}))
	})
	p := s.browser(t).open("/").connect("")
	p.post("event=Act&value=again", nil)
	s.kit.Disconnect("")
	p.drain()
	waitUntil(t, "the view is collected", func() bool { runtime.GC(); return left.Load() == 0 })

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.kit.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shutdown: %v", err)
	}
	if text := s.log.String(); !strings.Contains(text, `names="[report (2 times) reports.Page.said]"`) {
		t.Errorf("logged %s", text)
	}
	close(release)
	if err := s.kit.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// Case 47: Shutdown names it, too, if connections have taken all the time.
func TestAFunctionThatNeverReturnsBesideAConnection(t *testing.T) {
	release := make(chan struct{})
	s := newSite(t, handlers.Config{}, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/", handlers.View(kit, reports.Page{Mounts: func(s *views.Socket) error {
			reports.Report.Start(s, func(context.Context) (string, error) { <-release; return "late", nil })
			return nil
		}}))
	})
	s.browser(t).open("/").connect("")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.kit.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("shutdown: %v", err)
	}
	if text := s.log.String(); !strings.Contains(text, "names=[report]") {
		t.Errorf("logged %s", text)
	}
	close(release)
}

// Work, cancelling and endings from everywhere.
func TestWorkAmidEverything(t *testing.T) {
	var page reports.Page
	quick := func(ctx context.Context) (string, error) {
		for i := range 10 {
			state.Progress(ctx, float64(i)/10)
		}
		return "done", ctx.Err()
	}
	all := reports.Acts{
		"start":  func(s *views.Socket) error { reports.Report.Start(s, quick); return nil },
		"cancel": cancel,
		"message": func(s *views.Socket) error {
			reports.Start(s, quick)()
			reports.Start(s, quick)
			return nil
		},
		"both": func(s *views.Socket) error {
			state.StartTogether(s, func(ctx context.Context) ([]state.Loaded, error) {
				text, err := quick(ctx)
				return []state.Loaded{reports.Report.Loaded(text), reports.Total.Loaded(1)}, err
			}, reports.Report, reports.Total)
			return nil
		},
	}
	page.Acts, page.Inner = all, all
	page.Mounts = func(s *views.Socket) error { reports.Parted.Set(s, true); return nil }
	s := newSite(t, handlers.Config{Limits: handlers.Limits{Tasks: 3}}, func(kit *handlers.Kit, r chi.Router) { r.Handle("/", handlers.View(kit, page)) })
	var users sync.WaitGroup
	for range 4 {
		b := s.browser(t)
		users.Go(func() {
			for range 2 {
				p := b.open("/").connect("")
				var events sync.WaitGroup
				for name := range all {
					events.Go(func() {
						for range 5 {
							p.post("event=Act&value="+name, nil)
							p.post("event=Act&to=reports.Part.part&value="+name, nil)
						}
					})
				}
				events.Wait()
				p.post("event=Show&value=false", nil)
				p.body.Close()
			}
		})
	}
	users.Wait()
	if err := s.kit.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
