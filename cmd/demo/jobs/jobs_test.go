package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/jobs"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// bubble opens the page where time passes only when everything waits.
func bubble(t *testing.T, f func(*testing.T, *livetest.Page)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
		page := livetest.Open(t, site.Routes(kit, nil), "/jobs")
		page.Site().Patience = time.Minute
		f(t, page)
	})
}

func TestAJobRunsToItsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		begin := time.Now()
		page.Button("Start job").Click()
		page.Expect("#job-1-outcome", "Working")
		page.Expect("#job-1-far", "0 %")
		page.Wait("#job-1-far", "50 %")
		if got := page.Find("#job-1-progress").Attr("value"); got != "50" {
			t.Errorf("half-way the bar is at %s", got)
		}
		page.Wait("#job-1-outcome", "Done")
		page.Expect("#job-1-far", "100 %")
		if got := page.Find("#job-1-progress").Attr("value"); got != "100" {
			t.Errorf("at the end the bar is at %s", got)
		}
		if passed := time.Since(begin).Round(time.Millisecond); passed != 3*time.Second {
			t.Errorf("the job took %v", passed)
		}
		page.Button("Cancel").ExpectNone()
	})
}

// The report may be made again five times a minute.
func TestReportsAreLimited(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		page.Await()
		for range 5 {
			page.Button("Reload report").Click()
			page.Await()
		}
		made := page.Find("#made").Text()
		page.Button("Reload report").Click()
		page.Await()
		page.Expect("#made", made)
		if got := page.Notice(); !strings.HasPrefix(got, "That was too often. Please try again in ") {
			t.Errorf("the notice is %q", got)
		}
	})
}

// Who reloads the page has the report made no more often.
func TestReloadsDoNotMakeMoreReports(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		page.Await()
		made := map[string]bool{}
		for range 20 {
			if m := page.Find("#made"); m.Exists() {
				made[m.Text()] = true
			}
			page.Reload()
			page.Await()
		}
		if len(made) > 8 { // five at once, and one each twelve seconds; a report takes 1.2
			t.Errorf("%d reports were made", len(made))
		}
		if got := page.Find("#report [role=alert]").Text(); !strings.HasPrefix(got, "The report was made too often. Try again in ") {
			t.Errorf("the page says %q", got)
		}
	})
}

func TestAStepForwardIsAFewBytes(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		page.WaitFor("the report", func() bool { return page.Find("#made").Exists() })
		page.Button("Start job").Click()
		page.Wait("#job-1-far", "10 %")
		page.TakeMessages()
		page.Wait("#job-1-far", "15 %")
		for _, m := range page.TakeMessages() {
			if m.Size() > 350 {
				t.Errorf("it took %v", m)
			}
		}
	})
}

func TestAJobThatFailsSaysWhy(t *testing.T) {
	bubble(t, func(_ *testing.T, page *livetest.Page) {
		page.Button("Fail").Click()
		page.Wait("#job-1-outcome", "Failed: the printer is out of paper")
		page.Expect("#job-1 [role=alert]", "Failed: the printer is out of paper")
		page.Expect("#job-1-far", "50 %")
		page.Button("Cancel").ExpectNone()
	})
}

func TestACancelledJobStaysWhereItIs(t *testing.T) {
	bubble(t, func(_ *testing.T, page *livetest.Page) {
		page.Button("Start job").Click()
		page.Button("Start job").Click()
		page.Wait("#job-1-far", "30 %")
		page.Find("#job-1").Button("Cancel").Click()
		page.Expect("#job-1-outcome", "Cancelled")
		page.Wait("#job-2-outcome", "Done")
		page.Expect("#job-1-outcome", "Cancelled")
		page.Expect("#job-1-far", "30 %")
	})
}

func TestJobsRunSideBySide(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		begin := time.Now()
		for range 5 {
			page.Button("Start job").Click()
		}
		page.Expect("#full", "")
		page.Button("Start job").Click()
		page.Expect("#full", "Five jobs are running. Cancel one, or wait for it.")
		if n := page.Find("#jobs > li").Count(); n != 5 {
			t.Errorf("there are %d jobs", n)
		}
		for _, id := range []string{"1", "2", "3", "4", "5"} {
			page.Wait("#job-"+id+"-outcome", "Done")
		}
		page.Expect("#full", "")
		if passed := time.Since(begin).Round(time.Millisecond); passed != 3*time.Second {
			t.Errorf("five jobs took %v", passed)
		}
	})
}

func TestWhatHasEndedCanBeCleared(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		page.Button("Start job").Click()
		page.Button("Fail").Click()
		page.Button("Start job").Click()
		page.Wait("#job-2-far", "50 %")
		page.Find("#job-1").Button("Cancel").Click()
		synctest.Wait() // until the job has told the page that it has ended
		page.Button("Clear finished").Click()
		if got := page.Find("#jobs b").Texts(); !slices.Equal(got, []string{"Job 3"}) {
			t.Errorf("left are %q", got)
		}
		page.Wait("#job-3-outcome", "Done")
		page.Button("Clear finished").Click()
		page.ExpectNone("#jobs li")
	})
}

func TestANewJobTakesThePlaceOfOneThatHasEnded(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		for range 5 {
			page.Button("Start job").Click()
		}
		page.Find("#job-3").Button("Cancel").Click()
		synctest.Wait() // until the job has ended
		page.Button("Start job").Click()
		if got := page.Find("#jobs b").Texts(); !slices.Equal(got, []string{"Job 1", "Job 2", "Job 4", "Job 5", "Job 6"}) {
			t.Errorf("the jobs are %q", got)
		}
	})
}

func TestTheReportIsMadeOnceThePageIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
		s := livetest.Serve(t, site.Routes(kit, nil))
		page := s.Person().OpenHidden("/jobs")
		page.Expect("#report-loading", "The report is being made.")
		time.Sleep(10 * time.Second)
		page.Expect("#report-loading", "The report is being made.")
		page.Show()
		page.Wait("#sales th[scope=row]", "North")
	})
}

func TestTheOldReportStaysUntilThereIsANewOne(t *testing.T) {
	bubble(t, func(t *testing.T, page *livetest.Page) {
		page.WaitFor("the report", func() bool { return page.Find("#made").Exists() })
		if page.Find("#report").Has("aria-busy") {
			t.Error("a report that is there is said to be loading")
		}
		made := page.Find("#made").Text()
		page.Button("Reload report").Click()
		page.Expect("#report[aria-busy=true] #made", made)
		// Who asks again gets the newest, and that alone.
		time.Sleep(time.Second)
		page.Button("Reload report").Click()
		again := time.Now()
		time.Sleep(time.Second)
		page.Expect("#report[aria-busy=true] #made", made)
		page.WaitFor("the new report", func() bool { return !page.Find("#report").Has("aria-busy") })
		if got, want := page.Find("#made").Text(), again.Add(8*150*time.Millisecond).Format("15:04:05.000"); got != want {
			t.Errorf("the report was made at %s, want %s", got, want)
		}
	})
}

var errDown = errors.New("the database at 10.0.0.7 is down")

func TestWhatGoesWrongWithTheReportIsNoBusinessOfVisitors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := false
		kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Handle("/jobs", handlers.View(kit, jobs.Page{Step: func(context.Context) error {
			if down {
				return errDown
			}
			return nil
		}}))
		page := livetest.Open(t, r, "/jobs")
		page.Wait("#sales th[scope=row]", "North")
		down = true
		page.Button("Reload report").Click()
		page.Wait("#report [role=alert]", "The report could not be made.")
		down = false
		page.Button("Reload report").Click()
		page.Wait("#sales th[scope=row]", "North")
	})
}

func TestWorkEndsWithThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Handle("/jobs", handlers.View(kit, jobs.Page{Step: func(ctx context.Context) error {
			<-ctx.Done()
			ended <- ctx.Err()
			return ctx.Err()
		}}))
		page := livetest.Open(t, http.Handler(r), "/jobs")
		page.EndSession()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
}
