package table_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/cmd/demo/table"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

func open(t *testing.T) *livetest.Page {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	return livetest.Open(t, site.Routes(kit, nil), "/table")
}

// filled opens a table with 1,000 rows.
func filled(t *testing.T) *livetest.Page {
	t.Helper()
	page := open(t)
	page.Button("Create 1,000 rows").Click()
	page.TakeMessages()
	return page
}

// labels are what the rows are called.
func labels(page *livetest.Page) []string { return page.Find("#rows a").Texts() }

// expectRows checks that the table has the rows first to last and no others.
func expectRows(t *testing.T, page *livetest.Page, first, last int) {
	t.Helper()
	got := page.Find("#rows td:first-child").Texts()
	if len(got) != last-first+1 {
		t.Fatalf("%d rows, want %d to %d", len(got), first, last)
	}
	for i, id := range got {
		if id != strconv.Itoa(first+i) {
			t.Fatalf("row %d has the id %s", first+i, id)
		}
	}
	if all := labels(page); slices.ContainsFunc(all, func(l string) bool { return len(strings.Fields(l)) != 3 }) {
		t.Errorf("the labels are %q", all)
	}
}

// sent is what the last act has brought, which is to be one message.
func sent(t *testing.T, page *livetest.Page) string {
	t.Helper()
	messages := page.TakeMessages()
	if len(messages) != 1 {
		t.Fatalf("%d messages: %.300v", len(messages), messages)
	}
	return messages[0].HTML
}

func TestCreateReplaceAppendAndClear(t *testing.T) {
	page := open(t)
	for _, step := range []struct {
		button      string
		first, last int
	}{
		{"Create 1,000 rows", 1, 1000},
		{"Append 1,000 rows", 1, 2000},
		{"Replace all", 2001, 4000},
		{"Clear", 1, 0},
		// Ids are not used again.
		{"Create 1,000 rows", 4001, 5000},
		{"Create 1,000 rows", 5001, 6000},
	} {
		page.Button(step.button).Click()
		expectRows(t, page, step.first, step.last)
	}
}

func TestUpdateChangesEveryTenthLabelAndNothingElse(t *testing.T) {
	page := filled(t)
	for range 2 {
		before := labels(page)
		page.Button("Update every 10th row").Click()
		for i, label := range labels(page) {
			want := before[i]
			if i%10 == 0 {
				want += " !!!"
			}
			if label != want {
				t.Errorf("row %d is %q, want %q", i+1, label, want)
			}
		}
		if n := strings.Count(sent(t, page), "<hx-partial"); n != 100 {
			t.Errorf("it took %d partials", n)
		}
	}
}

func TestSwapMovesTwoRows(t *testing.T) {
	page := filled(t)
	want := labels(page)
	want[1], want[998] = want[998], want[1]
	page.Button("Swap rows").Click()
	if !slices.Equal(labels(page), want) {
		t.Error("other rows than the 2nd and the 999th have changed their places")
	}
	message := sent(t, page)
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
	page := filled(t)
	before := ""
	for _, id := range []string{"7", "500", "3"} {
		page.Row(id).Find("a").Click()
		if got := page.Find("#rows tr[aria-current=true] td:first-child").Texts(); !slices.Equal(got, []string{id}) {
			t.Errorf("selected are %q, want %s", got, id)
		}
		want := fmt.Sprintf(`<tr id="row-%s" class="danger" aria-current="true" sb-skip></tr>`, id)
		touched := 1
		message := sent(t, page)
		if before != "" {
			touched++
			if off := fmt.Sprintf(`<tr id="row-%s" sb-skip></tr>`, before); !strings.Contains(message, off) {
				t.Errorf("no %s in %s", off, message)
			}
		}
		if n := strings.Count(message, "<tr"); n != touched || !strings.Contains(message, want) {
			t.Errorf("%d rows in %s, want %s", n, message, want)
		}
		before = id
	}
}

func TestRemoveTakesOneRowOut(t *testing.T) {
	page := filled(t)
	page.Button("Remove row 4").Click()
	page.Button("Remove row 4").ExpectNone()
	if n := page.Find("#rows tr").Count(); n != 999 {
		t.Errorf("%d rows are left", n)
	}
	if got, want := sent(t, page), `<hx-partial id="row-4" hx-swap="delete"></hx-partial>`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A second click may be on its way when the row goes: nothing comes of it.
func TestARowThatIsGoneStaysGone(t *testing.T) {
	page := filled(t)
	page.Button("Remove row 4").Click()
	if status, text := page.Forge("?event=Remove&value=4", nil); status != http.StatusNoContent {
		t.Errorf("the second click: %d %s", status, text)
	}
	if rows := table.Rows.Get(page.Context()); len(rows) != 999 {
		t.Errorf("%d rows are left", len(rows))
	}
	if got := page.Notice(); got != "" {
		t.Errorf("the page says %q", got)
	}
}

func TestReloadBeginsAnew(t *testing.T) {
	page := filled(t)
	page.Reload()
	page.ExpectNone("#rows tr")
	page.Button("Create 1,000 rows").Click()
	expectRows(t, page, 1, 1000)
}

func TestTheTableHasALimit(t *testing.T) {
	page := open(t)
	for range 10 {
		page.Button("Append 1,000 rows").Click()
	}
	page.Button("Append 1,000 rows").Click()
	if got, want := page.Notice(), "The table is full. Clear it first."; got != want {
		t.Errorf("the page says %q, want %q", got, want)
	}
	if n := len(table.Rows.Get(page.Context())); n != 10_000 {
		t.Errorf("%d rows", n)
	}
}
