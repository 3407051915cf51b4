package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

func TestAThousandRowsAreShuffledUnderTheUsersHands(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/rows?as=ann&n=1000").Within(patience)
	live(t, p)
	mark(p, "#rows>tr, #rows input")
	p.Fill("#note-7", "typed and left")
	p.Fill("#note-500", "being typed")
	p.Eval(`document.getElementById("note-500").setSelectionRange(2, 5), 0`, nil)

	const seed = 20261120
	rnd := rand.New(rand.NewPCG(seed, 0))
	order := upTo(1000)
	shuffle := func() { rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] }) }
	for _, step := range []struct {
		name   string
		change func()
	}{
		{"shuffled", shuffle},
		{"shuffled again", shuffle},
		{"two swapped", func() { order[1], order[998] = order[998], order[1] }},
		{"some moved", func() { order = slices.Concat(order[900:], order[:900]) }},
		{"the row with the focus moved alone", func() {
			order = slices.Insert(slices.DeleteFunc(order, func(n int) bool { return n == 500 }), 10, 500)
		}},
		{"turned round", func() { slices.Reverse(order) }},
		{"every third removed", func() {
			order = slices.DeleteFunc(order, func(n int) bool { return n%3 == 0 })
		}},
		{"new ones among them, shuffled", func() {
			for i := range 300 {
				order = append(order, 2000+i)
			}
			shuffle()
		}},
		{"sorted", func() { slices.Sort(order) }},
	} {
		t.Logf("%s (seed %d)", step.name, seed)
		step.change()
		check(t, fixture.Arrange(s.Visits.Ref("ann"), order))
		want := make([]string, len(order))
		known := 0
		for i, n := range order {
			want[i] = fmt.Sprintf("row-%d", n)
			if n <= 1000 {
				known++
			}
		}
		p.WaitFor(`(want => {
			const rows = document.querySelectorAll("#rows>tr");
			return rows.length === want.length && want.every((id, i) => rows[i].id === id);
		})(` + quote(want) + `)`)

		var got struct {
			Focus, Value, Left string
			From, To           int
			Texts              bool
		}
		p.Eval(`(e => ({focus: document.activeElement.id, value: e.value, left: document.getElementById("note-7").value,
			from: e.selectionStart, to: e.selectionEnd,
			texts: [...document.querySelectorAll("#rows>tr")].every(r => "row-" + r.cells[0].textContent.replace("Row ", "") === r.id &&
				r.cells.length === 2 && r.cells[1].firstElementChild.id === r.id.replace("row", "note")),
		}))(document.getElementById("note-500"))`, &got)
		if got.Focus != "note-500" || got.Value != "being typed" || got.Left != "typed and left" || got.From != 2 || got.To != 5 || !got.Texts {
			t.Errorf("%s: the page has %+v", step.name, got)
		}
		if n := marked(p, "#rows>tr"); n != known {
			t.Errorf("%s: %d rows are the same elements, want %d", step.name, n, known)
		}
		if n := marked(p, "#rows input"); n != known {
			t.Errorf("%s: %d fields are the same elements, want %d", step.name, n, known)
		}
	}
	p.Press("x")
	if got := p.Value("#note-500"); got != "bex typed" {
		t.Errorf("typing on gives %q", got)
	}
}
