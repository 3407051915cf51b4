package e2e_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

func openJobs(t *testing.T) *browser.Page {
	t.Helper()
	p := browser.Open(t, demo.at(t, "/jobs")).Within(patience)
	live(t, p)
	stay(p)
	return p
}

func TestJobsRunToTheirEnds(t *testing.T) {
	t.Parallel()
	p := openJobs(t)
	p.ClickText("button", "Start job")
	p.WaitText("#job-1-outcome", "Working")
	watchText(p, "#job-1-far")
	p.ClickText("button", "Fail")
	p.ClickText("button", "Start job")
	p.WaitFor(`document.getElementById("job-3-progress").value > 20`)
	p.Click("#job-3-cancel")
	p.WaitText("#job-3-outcome", "Cancelled")
	p.WaitText("#job-1-outcome", "Done")
	p.WaitText("#job-2-outcome", "Failed: the printer is out of paper")
	p.WaitText("#job-3-outcome", "Cancelled")
	p.WaitFor(`[1, 2, 3].map(n => document.getElementById("job-" + n + "-progress").position).join().startsWith("1,0.5,0.")`)

	// The bar went all the way, and never back.
	far := -1
	steps := watched(p)
	for _, text := range steps {
		n, err := strconv.Atoi(strings.TrimSuffix(text, " %"))
		if check(t, err); n < far {
			t.Errorf("it went from %d %% to %d %%", far, n)
		}
		far = n
	}
	if far != 100 || len(steps) < 5 {
		t.Errorf("it went through %q", steps)
	}

	p.ClickText("button", "Clear finished")
	p.WaitCount("#jobs>li", 0)
	stayed(t, p)
}

func TestTheReportStaysWhileANewOneIsMade(t *testing.T) {
	t.Parallel()
	p := openJobs(t)
	p.WaitFor(`document.getElementById("made") && !document.querySelector("#report[aria-busy]")`)
	made := p.Text("#made")
	watchText(p, "#report")
	p.ClickText("button", "Reload report")
	p.WaitCount("#report[aria-busy=true]", 1)
	if now := p.Text("#made"); now != made {
		t.Errorf("while a new report is made the page shows one of %s, and not of %s", now, made)
	}
	p.WaitFor(`!document.querySelector("#report[aria-busy]")`)
	if now := p.Text("#made"); now == made {
		t.Errorf("the new report is the one of %s", made)
	}
	if texts := watched(p); slices.ContainsFunc(texts, func(s string) bool { return !strings.Contains(s, "North") }) {
		t.Errorf("meanwhile the report was %q", texts)
	}
	stayed(t, p)
}
