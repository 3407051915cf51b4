package patch_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/patch"
)

// benchRows is how many rows the benchmarks' table has.
const benchRows = 1000

type benchRow struct {
	id              int
	label, selected string
}

func (r benchRow) html() string {
	return fmt.Sprintf(`<tr id="row-%d"%s><td>%d</td><td><a href="#" hx-post="?event=Select&amp;value=%d">%s</a></td>`+
		`<td><button aria-label="Remove row %d" hx-post="?event=Remove&amp;value=%d">×</button></td></tr>`,
		r.id, r.selected, r.id, r.id, r.label, r.id, r.id)
}

func someRows() []benchRow {
	rows := make([]benchRow, benchRows)
	for i := range rows {
		rows[i] = benchRow{id: i + 1, label: "pretty red table"}
	}
	return rows
}

const (
	tableHead = `<h1>Table</h1><table><tbody id="rows">`
	tableTail = `</tbody></table>`
)

func tableHTML(rows []benchRow) []byte {
	var b strings.Builder
	b.WriteString(tableHead)
	for _, r := range rows {
		b.WriteString(r.html())
	}
	b.WriteString(tableTail)
	return []byte(b.String())
}

// rendering is HTML with the marks of what was left out.
type rendering struct {
	html  []byte
	marks []patch.Mark
}

// partial leaves out the rows that are equal to one of old.
func partial(rows, old []benchRow) rendering {
	const first = 2 // in the tree, after the root and the <tbody>
	place := map[benchRow]int32{}
	for i, r := range old {
		place[r] = int32(first + i)
	}
	var r rendering
	b := bytes.NewBufferString(tableHead)
	for _, row := range rows {
		at, known := place[row]
		if !known {
			r.marks = append(r.marks, patch.Mark{Off: b.Len(), Kind: patch.Begin})
			b.WriteString(row.html())
			r.marks = append(r.marks, patch.Mark{Off: b.Len(), Kind: patch.End})
			continue
		}
		if n := len(r.marks); n > 0 {
			if last := &r.marks[n-1]; last.Kind == patch.Skip && last.From+last.Count == at {
				last.Count++
				continue
			}
		}
		r.marks = append(r.marks, patch.Mark{Off: b.Len(), Kind: patch.Skip, From: at, Count: 1})
	}
	b.WriteString(tableTail)
	r.html = b.Bytes()
	return r
}

// BenchmarkScan reads a table of which a tree knows nothing yet.
func BenchmarkScan(b *testing.B) {
	html := tableHTML(someRows())
	b.SetBytes(int64(len(html)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := patch.Scan(html, nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		r.Release()
	}
}

// BenchmarkTable goes back and forth between two states of a table: from scanning a
// rendering to having it as what is shown. Rendered whole everything is read, rendered in
// part only the rows that changed.
func BenchmarkTable(b *testing.B) {
	changed := func(change func(rows []benchRow)) []benchRow {
		rows := someRows()
		change(rows)
		return rows
	}
	every := func(n int, f func(r *benchRow)) []benchRow {
		return changed(func(rows []benchRow) {
			for i := 0; i < len(rows); i += n {
				f(&rows[i])
			}
		})
	}
	selected := func(i int) []benchRow {
		return changed(func(rows []benchRow) { rows[i].selected = ` class="danger"` })
	}
	for _, op := range []struct {
		name string
		a, b []benchRow
	}{
		{"nothing", someRows(), someRows()},
		{"label", someRows(), every(benchRows, func(r *benchRow) { r.label = "large blue chair" })},
		{"select", selected(400), selected(401)},
		{"swap", someRows(), changed(func(rows []benchRow) { rows[1], rows[998] = rows[998], rows[1] })},
		{"remove and put back", someRows(), append(someRows()[:400], someRows()[401:]...)},
		{"every 10th", someRows(), every(10, func(r *benchRow) { r.label += " !!!" })},
		{"clear and create", someRows(), nil},
	} {
		start := tableHTML(op.a)
		b.Run(op.name+"/whole", func(b *testing.B) {
			backAndForth(b, start, rendering{html: tableHTML(op.b)}, rendering{html: start})
		})
		b.Run(op.name+"/partial", func(b *testing.B) {
			backAndForth(b, start, partial(op.b, op.a), partial(op.a, op.b))
		})
	}
}

// backAndForth measures both ways together. The tree begins with start, whole.
func backAndForth(b *testing.B, start []byte, ways ...rendering) {
	b.Helper()
	var tree patch.Tree
	show := func(r rendering, into []byte) (ops []byte) {
		scanned, err := patch.Scan(r.html, r.marks, &tree)
		if err != nil {
			b.Fatal(err)
		}
		defer scanned.Release()
		if ops, err = patch.Diff(into, &tree, scanned, "root"); err != nil {
			b.Fatal(err)
		}
		tree.Commit(scanned)
		return ops
	}
	scanned, err := patch.Scan(start, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	tree.Commit(scanned)
	scanned.Release()
	b.ReportAllocs()
	var ops []byte
	for b.Loop() {
		for _, r := range ways {
			ops = show(r, ops[:0])
		}
	}
	b.ReportMetric(float64(len(ops)), "bytes-sent")
}
