package site_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

func withoutScripts(t *testing.T, path string) *livetest.Page {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	return livetest.Serve(t, site.Routes(kit, nil)).Person().WithoutScripts().Open(path)
}

func TestTheCounterWithoutScripts(t *testing.T) {
	t.Parallel()
	page := withoutScripts(t, "/counter")
	page.Button("Increment").Click()
	page.Expect("#count", "Count: 1")
	page.Field("Step").Fill("5")
	page.Button("Go").Click()
	page.Expect("#count", "Count: 1")
	page.Field("Step").ExpectValue("5")
	page.Button("Increment").Click()
	page.Expect("#count", "Count: 6")
	page.Reload()
	page.Expect("#count", "Count: 6") // nothing was posted again
}

func TestTheTableWithoutScripts(t *testing.T) {
	t.Parallel()
	page := withoutScripts(t, "/table")
	page.Button("Create 1,000 rows").Click()
	page.Button("Select row 7").Click()
	page.Find("tr.danger").Find("td").Nth(0).Expect("7")
	page.Find("#row-3 td:last-child noscript").Button("Remove row 3").Click()
	page.ExpectNone("#row-3")
	page.Find("tr.danger").Find("td").Nth(0).Expect("7")
	page.Button("Clear").Click()
	page.ExpectNone("#rows tr")
}

func TestTodosWithoutScripts(t *testing.T) {
	t.Parallel()
	page := withoutScripts(t, "/todos")
	add := func(text string) {
		page.Field("New todo").Fill(text)
		page.Button("Add").Click()
	}
	add("Milk")
	add("Bread")
	page.Expect("#left", "2 left")
	page.Find("#todo-1").Button("Done").Click()
	page.Expect("#left", "1 left")
	page.Find("#todo-2").Button("Edit").Click()
	page.Field("Text").Fill("Rolls")
	page.Button("Save").Click()
	page.Expect("#todo-2 span", "Rolls")
	page.Find("#todo-2").Button("Edit").Click()
	page.Button("Cancel").Click()
	page.Expect("#todo-2 span", "Rolls")
	add("   ")
	page.Find("#problem").Expect("A todo needs a text.")
	page.Find("#todo-2").Button("Delete").Click()
	page.ExpectNone("#todo-2")
	page.Button("Clear completed").Click()
	page.ExpectNone("#todos li")
}

func TestTheAccountWithoutScripts(t *testing.T) {
	t.Parallel()
	page := visit(t).WithoutScripts().Open("/account")
	page.Expect("#who", "Signed in as ann@example.org")
	page.Field("Draft").Fill("Dear all,")
	page.Button("Keep").Click()
	page.Expect("#letters", "9 letters")
	page.Button("Throw the draft away").Click()
	page.Find("#sb-flash", "The draft is gone.").Button("Dismiss").Click()
	page.Expect("#letters", "0 letters")
	page.Button("Log out").Click()
	page.Heading("Log in").Expect("Log in")
}

// Tasks go on while nobody is connected; a reload shows how far they are.
func TestJobsWithoutScripts(t *testing.T) {
	t.Parallel()
	page := withoutScripts(t, "/jobs")
	page.Button("Start job").Click()
	page.Find("#job-1, [id$=job-1]").Button("Cancel").Click()
	page.Find("li.job [role=status]").Expect("Cancelled")
	for end := time.Now().Add(30 * time.Second); !page.Find("#sales").Exists() && time.Now().Before(end); {
		page.Reload() // the report is made although nothing connects
	}
	page.Find("#sales caption")
}
