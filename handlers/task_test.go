package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/reports"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// reporting is a page with reports, opened by a person.
type reporting struct {
	*livetest.Page
	kit *handlers.Kit
	log *record
}

func openReports(t *testing.T, c handlers.Config, page reports.Page) *reporting {
	t.Helper()
	d := &reporting{log: &record{}}
	c.Logger = slog.New(slog.NewTextHandler(d.log, nil))
	d.kit = handlers.New(c)
	r := chi.NewRouter()
	r.Use(d.kit.Middleware)
	r.Mount(d.kit.AssetsPath(), d.kit.Assets())
	r.Handle("/", handlers.View(d.kit, page))
	t.Cleanup(func() { // after livetest's own
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := d.kit.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	})
	d.Page = livetest.Open(t, r, "/")
	return d
}

func (d *reporting) do(name string) { d.Find("#act-" + name).Click() }

// bench is where functions wait until a test lets them go on.
type bench struct {
	begun, over atomic.Int64
	goOn        chan string // the result
}

func newBench() *bench { return &bench{goOn: make(chan string)} }

// work ends with what the test says, or with its context.
func (b *bench) work(ctx context.Context) (string, error) {
	b.begun.Add(1)
	defer b.over.Add(1)
	select {
	case text := <-b.goOn:
		if text == "fail" {
			return "", errors.New(text)
		}
		return text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

func (b *bench) start(s *views.Socket) error {
	reports.Report.Start(s, b.work)
	return nil
}

func (b *bench) running() int64 { return b.begun.Load() - b.over.Load() }

func cancel(s *views.Socket) error {
	reports.Report.Cancel(s)
	return nil
}

func TestAReportFromItsStartOn(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{"start": b.start, "cancel": cancel}})
	d.Expect("#report", "")
	d.do("start")
	d.Expect("#report", "loading")
	b.goOn <- "first"
	d.Wait("#report", "report: first")
	d.Expect("#state", `loading false, ready true, value "first", error <nil>, progress 1`)

	d.do("start") // the old one is kept
	d.Expect("#report", "report: first")
	d.Expect("#state", `loading true, ready true, value "first", error <nil>, progress 0`)
	b.goOn <- "second"
	d.Wait("#report", "report: second")

	d.do("start")
	b.goOn <- "fail"
	d.Wait("#report", "failed: fail")
	d.Expect("#state", `loading false, ready true, value "second", error fail, progress 0`)

	d.do("start")
	d.Expect("#report", "report: second")
	d.do("cancel")
	d.Expect("#report", "report: second")
	d.Expect("#state", `loading false, ready true, value "second", error context canceled, progress 0`)
	waitUntil(t, "the cancelled function has returned", func() bool { return b.running() == 0 })
	d.do("cancel") // nothing runs any more
	d.Expect("#state", `loading false, ready true, value "second", error context canceled, progress 0`)
}

func TestANewerStartSupersedes(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{"start": b.start}})
	for range 100 {
		d.do("start")
	}
	waitUntil(t, "only the newest runs", func() bool { return b.running() == 1 })
	b.goOn <- "newest"
	d.Wait("#report", "report: newest")
	if d.kit.Stats().TasksFull != 0 {
		t.Error("some were refused")
	}
}

// A hundred starts that leave those before no time to return: the newest takes the place
// of one that has been cancelled.
func TestStartsWithoutAPause(t *testing.T) {
	var running, most atomic.Int64
	slow := make(chan struct{})
	d := openReports(t, handlers.Config{Limits: handlers.Limits{Tasks: 2, Queue: 1000}}, reports.Page{Acts: reports.Acts{
		"start": func(s *views.Socket) error {
			n := len(reports.Said.Get(s)) + 1
			reports.Said.Set(s, strings.Repeat("x", n))
			reports.Report.Start(s, func(ctx context.Context) (string, error) {
				now := running.Add(1)
				defer running.Add(-1)
				for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
				}
				if n < 100 {
					<-ctx.Done()
				}
				<-slow
				return fmt.Sprint(n), ctx.Err()
			})
			return nil
		},
	}})
	view := d.View()
	for range 100 {
		if err := reports.Send(view, "start"); err != nil {
			t.Fatal(err)
		}
	}
	d.WaitFor("all to be started", func() bool { return len(d.Find("#said").Text()) == 100 })
	close(slow)
	d.Wait("#report", "report: 100")
	if most.Load() > 2 {
		t.Errorf("%d ran at once", most.Load())
	}
}

func TestAFailedCallbackStartsNothing(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{
		"fail": func(s *views.Socket) error {
			_ = b.start(s)
			reports.Start(s, b.work)
			return errors.New("no")
		},
		"panic": func(s *views.Socket) error {
			_ = b.start(s)
			panic("no")
		},
		"start": b.start,
		"give up": func(s *views.Socket) error {
			reports.Report.Cancel(s)
			return errors.New("no")
		},
	}})
	d.Skip(livetest.Failures)
	d.do("fail")
	d.do("panic")
	d.Expect("#report", "")
	d.do("start")
	d.Find("#act-give\\ up").Click()
	b.goOn <- "the only one"
	d.Wait("#report", "report: the only one")
	if n := b.begun.Load(); n != 1 {
		t.Errorf("%d functions have begun", n)
	}
}

func TestAPanicIsAFailure(t *testing.T) {
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{
		"key": func(s *views.Socket) error {
			reports.Report.Start(s, func(context.Context) (string, error) { panic("a mistake") })
			return nil
		},
		"message": func(s *views.Socket) error {
			reports.Start(s, func(ctx context.Context) (string, error) { return reports.Said.Get(ctx), nil })
			return nil
		},
		"end": func(s *views.Socket) error {
			reports.Report.Start(s, func(context.Context) (string, error) { runtime.Goexit(); return "", nil })
			return nil
		},
	}})
	d.do("key")
	d.Wait("#report", "failed: panic: a mistake")
	if text := d.log.String(); strings.Count(text, "a mistake") != 1 || !strings.Contains(text, "stack=") || !strings.Contains(text, "report: panic") {
		t.Errorf("logged %s", text)
	}
	d.do("message") // a key can't be read there
	d.Wait("#said", `false "" panic: state: no view in this context: read keys in a template or with a socket`)
	d.do("end")
	d.Wait("#report", "failed: views: the function ended its goroutine")
}

func TestStartEndsWithAMessage(t *testing.T) {
	b := newBench()
	var stop func()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{
		"start": func(s *views.Socket) error { stop = reports.Start(s, b.work); return nil },
		"never": func(s *views.Socket) error { reports.Start(s, b.work)(); return nil },
	}})
	d.do("start")
	b.goOn <- "a"
	d.Wait("#said", `true "a" <nil>`)
	d.do("start")
	b.goOn <- "fail"
	d.Wait("#said", `false "" fail`)
	d.do("start")
	waitUntil(t, "it has begun", func() bool { return b.running() == 1 })
	stop()
	stop()
	waitUntil(t, "it has returned", func() bool { return b.running() == 0 })
	d.do("never")
	d.Expect("#said", `false "" fail`)
	if b.begun.Load() != 3 {
		t.Error("what was cancelled at once has begun")
	}
}

func TestSeveralKeysFromOneFunction(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{
		"both": func(s *views.Socket) error {
			state.StartTogether(s, func(ctx context.Context) ([]state.Loaded, error) {
				text, err := b.work(ctx)
				return []state.Loaded{reports.Report.Loaded(text), reports.Total.Loaded(len(text))}, err
			}, reports.Report, reports.Total)
			return nil
		},
		"one":    b.start,
		"cancel": cancel,
		"rest":   func(s *views.Socket) error { reports.Total.Cancel(s); return nil },
	}})
	d.do("both")
	b.goOn <- "four"
	d.Wait("#report", "report: four")
	d.Expect("#total", "{false true 4 <nil> 1}")

	d.do("both")
	d.do("one") // the other goes on
	waitUntil(t, "both functions run", func() bool { return b.running() == 2 })
	b.goOn <- "same"
	b.goOn <- "same"
	d.Wait("#report", "report: same")
	d.Wait("#total", "{false true 4 <nil> 1}")

	d.do("both")
	d.do("cancel")
	d.Expect("#total", "{true true 4 <nil> 0}")
	d.do("rest")
	waitUntil(t, "nothing runs", func() bool { return b.running() == 0 })
}

func TestTooMuchAtOnce(t *testing.T) {
	b := newBench()
	d := openReports(t, handlers.Config{}, reports.Page{Acts: reports.Acts{
		"message": func(s *views.Socket) error { reports.Start(s, b.work); return nil },
		"key":     b.start,
	}})
	for range 32 {
		d.do("message")
	}
	d.do("key")
	d.Wait("#report", "failed: "+views.ErrFull.Error())
	d.do("message")
	d.Wait("#said", fmt.Sprintf(`false "" %v`, views.ErrFull))
	if n := d.kit.Stats().TasksFull; n != 2 {
		t.Errorf("%d counted", n)
	}
	b.goOn <- "room for one"
	d.Wait("#said", `true "room for one" <nil>`)
	d.do("key")
	d.Expect("#report", "loading")
}
