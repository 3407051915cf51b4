package table_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/internal/probe"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
)

// open opens the page and its stream.
func open(t *testing.T) (*probe.Page, *probe.Stream) {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	page := probe.Visit(t, site.Routes(kit), kit).Open("/table")
	return page, page.Stream("")
}

// click clicks a button and returns what came on the stream.
func click(t *testing.T, page *probe.Page, stream *probe.Stream, button string) string {
	t.Helper()
	if status, body := page.Click(button); status != http.StatusNoContent {
		t.Fatalf("%s: %d %.300s", button, status, body)
	}
	return stream.Next()
}

// event is click for what the page as served has no button for.
func event(t *testing.T, page *probe.Page, stream *probe.Stream, query string) string {
	t.Helper()
	if status, body := page.Event(query); status != http.StatusNoContent {
		t.Fatalf("%s: %d %.300s", query, status, body)
	}
	return stream.Next()
}

// The halves of a row around its label.
const (
	head = `id="row-%[1]d"><td>%[1]d</td><td><a href="#" hx-post="?event=Select&amp;value=%[1]d" hx-sync="#sb-view:queue all">`
	tail = `</a></td><td><button aria-label="Remove row %[1]d" hx-post="?event=Remove&amp;value=%[1]d" hx-sync="#sb-view:queue all">×</button></td></tr>`
)

// wantRows checks that a message holds the whole rows first to last and no others.
func wantRows(t *testing.T, message string, first, last int) {
	t.Helper()
	rows := strings.Split(message, "<tr ")[1:]
	if len(rows) != last-first+1 {
		t.Fatalf("got %d rows, want %d to %d; the message begins %.300s", len(rows), first, last, message)
	}
	for i, row := range rows {
		label, ok := strings.CutPrefix(row, fmt.Sprintf(head, first+i))
		label, _, whole := strings.Cut(label, fmt.Sprintf(tail, first+i))
		if !ok || !whole || len(strings.Fields(label)) != 3 {
			t.Fatalf("row %d is <tr %s", first+i, row)
		}
	}
}

var anyID = regexp.MustCompile(`row-(\d+)`)

func TestCreateReplaceAppendAndClear(t *testing.T) {
	page, stream := open(t)
	wantRows(t, click(t, page, stream, "Create 1,000 rows"), 1, 1000)
	wantRows(t, click(t, page, stream, "Append 1,000 rows"), 1001, 2000)
	wantRows(t, click(t, page, stream, "Replace all"), 2001, 4000)
	if got, want := click(t, page, stream, "Clear"), `<hx-partial id="rows" hx-swap="textContent"></hx-partial>`; got != want {
		t.Errorf("Clear: got %.200s, want %s", got, want)
	}
	// Ids are not used again.
	wantRows(t, click(t, page, stream, "Create 1,000 rows"), 4001, 5000)
	wantRows(t, click(t, page, stream, "Create 1,000 rows"), 5001, 6000)
}

func TestUpdateChangesEveryTenthLabelAndNothingElse(t *testing.T) {
	page, stream := open(t)
	click(t, page, stream, "Create 1,000 rows")
	for _, marks := range []string{" !!!", " !!! !!!"} {
		message := click(t, page, stream, "Update every 10th row")
		partials := strings.Split(strings.TrimSuffix(message, "</hx-partial>"), "</hx-partial>")
		if len(partials) != 100 {
			t.Fatalf("%d partials", len(partials))
		}
		for i, p := range partials {
			if want := fmt.Sprintf(`"#row-%d a"`, 10*i+1); !strings.Contains(p, want) || !strings.HasSuffix(p, marks) {
				t.Errorf("partial %d is %s, want %s … %s", i, p, want, marks)
			}
		}
	}
}

func TestSwapMovesTwoRows(t *testing.T) {
	page, stream := open(t)
	click(t, page, stream, "Create 1,000 rows")
	message := click(t, page, stream, "Swap rows")
	for _, id := range []string{"row-2", "row-999"} {
		if stub := `<tr id="` + id + `" hx-preserve></tr>`; !strings.Contains(message, stub) {
			t.Errorf("%s is not moved in %s", id, message)
		}
	}
	if n := strings.Count(message, "<tr"); n != 2 {
		t.Errorf("%d rows in %s", n, message)
	}
}

func TestSelectingTouchesTwoRows(t *testing.T) {
	page, stream := open(t)
	click(t, page, stream, "Create 1,000 rows")
	on := `<tr id="row-%s" class="danger" aria-current="true" sb-skip></tr>`
	off := `<tr id="row-%s" sb-skip></tr>`
	for _, c := range []struct{ id, before string }{{id: "7"}, {"500", "7"}, {"3", "500"}} {
		message := event(t, page, stream, "?event=Select&value="+c.id)
		if want := fmt.Sprintf(on, c.id); !strings.Contains(message, want) {
			t.Errorf("no %s in %s", want, message)
		}
		if want := fmt.Sprintf(off, c.before); c.before != "" && !strings.Contains(message, want) {
			t.Errorf("no %s in %s", want, message)
		}
		for _, m := range anyID.FindAllStringSubmatch(message, -1) {
			if m[1] != c.id && m[1] != c.before {
				t.Errorf("row %s is touched in %s", m[1], message)
			}
		}
	}
}

func TestRemoveTakesOneRowOut(t *testing.T) {
	page, stream := open(t)
	click(t, page, stream, "Create 1,000 rows")
	want := `<hx-partial id="row-4" hx-swap="delete"></hx-partial>`
	if got := event(t, page, stream, "?event=Remove&value=4"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	// A second click on its way changes nothing, so the next message is of the next event.
	if status, body := page.Event("?event=Remove&value=4"); status != http.StatusNoContent {
		t.Errorf("the second click: %d %s", status, body)
	}
	want = `<hx-partial id="row-5" hx-swap="delete"></hx-partial>`
	if got := event(t, page, stream, "?event=Remove&value=5"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReloadBeginsAnew(t *testing.T) {
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	visitor := probe.Visit(t, site.Routes(kit), kit)
	for range 2 {
		page := visitor.Open("/table")
		if n := page.Find("#rows tr").Length(); n != 0 {
			t.Errorf("a new page has %d rows", n)
		}
		wantRows(t, click(t, page, page.Stream(""), "Create 1,000 rows"), 1, 1000)
	}
}

func TestTheTableHasALimit(t *testing.T) {
	page, stream := open(t)
	for range 10 {
		click(t, page, stream, "Append 1,000 rows")
	}
	if status, body := page.Click("Append 1,000 rows"); status != http.StatusConflict || !strings.Contains(body, "The table is full") {
		t.Errorf("%d %.300s", status, body)
	}
}
