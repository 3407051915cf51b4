package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// tableRow is what a row of the demo's table shows.
type tableRow struct {
	ID, Label string
	Danger    bool
	Same      bool   // it is the element that was marked
	Shape     string // its HTML, with the id as N and the label as L, if that is not the first row's
}

// table is the demo's page with a model of what it must show.
type table struct {
	*browser.Page
	t     *testing.T
	want  []tableRow
	shape string
}

// rows reads the rows as they are shown, and the shape of the first.
func (tb *table) rows() (rows []tableRow, shape string) {
	tb.t.Helper()
	var got struct {
		Rows  []tableRow
		Shape string
	}
	tb.Eval(`(() => {
		let first;
		const rows = [...document.querySelectorAll("#rows>tr")].map(r => {
			const n = r.id.replace("row-", ""), label = r.cells[1].textContent;
			const shape = r.outerHTML.replace(/^<tr[^>]*>/, tag => tag.replace(/ (class|aria-current)="[^"]*"/g, ""))
				.replace(/ (sb-skip|data-htmx-powered)="[^"]*"/g, "").replace(">" + label + "<", ">L<").replace(new RegExp("\\b" + n + "\\b", "g"), "N");
			first ??= shape;
			return {ID: r.cells[0].textContent, Label: label, Danger: r.className === "danger" && r.getAttribute("aria-current") === "true",
				Same: r.known === r.id, Shape: shape === first ? "" : shape};
		});
		return {rows, shape: first ?? ""};
	})()`, &got)
	return got.Rows, got.Shape
}

// shows waits until the page shows what the model says and compares everything.
func (tb *table) shows(what string) {
	tb.t.Helper()
	tb.WaitFor(`!document.querySelector(".htmx-request")`) // a patch may come before the answer to its event
	want := make([]string, len(tb.want))
	for i, r := range tb.want {
		want[i] = r.ID + " " + r.Label
		if r.Danger {
			want[i] += " danger"
		}
	}
	tb.Eval("window.want = "+quote(strings.Join(want, "|")), nil)
	within(func() (same bool) {
		tb.Eval(`want === [...document.querySelectorAll("#rows>tr")].map(r =>
			r.cells[0].textContent + " " + r.cells[1].textContent + (r.className && " " + r.className)).join("|")`, &same)
		return same
	})
	rows, shape := tb.rows()
	if len(rows) != len(tb.want) {
		tb.t.Fatalf("%s: %d rows, want %d", what, len(rows), len(tb.want))
	}
	for i, got := range rows {
		if want := tb.want[i]; got != want {
			tb.t.Fatalf("%s: row %d is %+v, want %+v", what, i+1, got, want)
		}
	}
	if len(rows) > 0 && shape != tb.shape {
		tb.t.Fatalf("%s: rows are %s, want %s", what, shape, tb.shape)
	}
}

// came takes over the rows from number i on, which are new: their labels are drawn by lot.
func (tb *table) came(i, firstID, n int) {
	tb.t.Helper()
	tb.WaitCount("#rows>tr", i+n)
	tb.WaitFor(fmt.Sprintf(`document.querySelector("#rows>tr:last-child").id === "row-%d"`, firstID+n-1))
	tb.want = tb.want[:i:i]
	rows, shape := tb.rows()
	if tb.shape == "" {
		tb.shape = shape
	}
	for k, r := range rows[i:] {
		if len(strings.Fields(r.Label)) != 3 {
			tb.t.Fatalf("the label of row %s is %q", r.ID, r.Label)
		}
		tb.want = append(tb.want, tableRow{ID: fmt.Sprint(firstID + k), Label: r.Label})
	}
}

// mark makes the elements known again.
func (tb *table) mark() {
	mark(tb.Page, "#rows>tr")
	for i := range tb.want {
		tb.want[i].Same = true
	}
}

func (tb *table) selected(id string) {
	for i := range tb.want {
		tb.want[i].Danger = tb.want[i].ID == id
	}
}

func TestTheTableDoesAllThatTheBenchmarkAsks(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, demo.at(t, "/table")).Within(patience)
	live(t, p)
	tb := &table{Page: p, t: t}
	tb.shows("at first")

	p.ClickText("button", "Create 1,000 rows")
	tb.came(0, 1, 1000)
	tb.mark()
	tb.shows("after creating")

	p.Click("#row-5 a")
	tb.selected("5")
	tb.shows("after selecting")
	p.Click("#row-17 a")
	tb.selected("17")
	tb.shows("after selecting another")

	p.ClickText("button", "Update every 10th row")
	for i := 0; i < 1000; i += 10 {
		tb.want[i].Label += " !!!"
	}
	tb.shows("after updating")

	p.ClickText("button", "Swap rows")
	tb.want[1], tb.want[998] = tb.want[998], tb.want[1]
	tb.shows("after swapping")

	p.ClickText("button", "Remove row 3")
	tb.want = append(tb.want[:2:2], tb.want[3:]...)
	tb.shows("after removing one")
	p.ClickText("button", "Remove row 17")
	tb.want = append(tb.want[:15:15], tb.want[16:]...)
	tb.shows("after removing the selected one")

	p.ClickText("button", "Append 1,000 rows")
	tb.came(998, 1001, 1000)
	tb.shows("after appending")
	tb.mark()
	p.ClickText("button", "Swap rows")
	tb.want[1], tb.want[998] = tb.want[998], tb.want[1]
	tb.shows("after swapping old and new")

	p.ClickText("button", "Replace all")
	tb.want = nil
	tb.came(0, 2001, 1998)
	tb.shows("after replacing")

	p.ClickText("button", "Clear")
	tb.want = nil
	tb.shows("after clearing")
	p.ClickText("button", "Swap rows") // of which there are none
	p.ClickText("button", "Create 1,000 rows")
	tb.came(0, 3999, 1000)
	tb.shows("after creating again")
}

func TestFastClicksOnTheTableAllCount(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, demo.at(t, "/table")).Within(4 * patience) // each of the clicks takes a moment
	live(t, p)
	p.ClickText("button", "Create 1,000 rows")
	p.WaitCount("#rows>tr", 1000)
	listens(p)
	// Each click is on a row that the one before has moved.
	p.Eval(`(() => { for (let i = 1; i <= 40; i++) document.querySelector("#row-" + i + " button").click() })()`, nil)
	p.WaitCount("#rows>tr", 960)
	p.WaitFor(`document.querySelector("#rows>tr").id === "row-41"`)
	p.Eval(`document.querySelectorAll("#row-100 a, #row-200 a, #row-300 a").forEach(e => e.click())`, nil)
	p.WaitFor(`[...document.querySelectorAll("#rows>.danger")].map(e => e.id).join() === "row-300"`)
}
