package query_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/query"
)

// Whatever changes, in whatever order and however long loads take: in the end each page shows what the table holds.
func TestInTheEndAPageShowsTheTable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steady := rapid.Bool().Draw(rt, "rows stay")
		byCursor := rapid.Bool().Draw(rt, "by cursor")
		together := rapid.Bool().Draw(rt, "shared")
		inStream := rapid.Bool().Draw(rt, "in a stream")
		atMost := rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(rt, "at most")
		var why string
		synctest.Test(t, func(t *testing.T) { why = drive(rt, t, steady, byCursor, together, inStream, atMost) })
		if why != "" {
			rt.Fatal(why)
		}
	})
}

func drive(rt *rapid.T, t *testing.T, steady, byCursor, together, inStream bool, atMost time.Duration) (why string) {
	w := newWorld(t, rapid.IntRange(0, 8).Draw(rt, "rows"), func(w *world, q *query.Live[item]) {
		q.AtMost = atMost
		if steady {
			keep(w, q)
		}
		if byCursor {
			keyset(w, q)
		}
		if together {
			shared(w, q)
		}
		if inStream {
			q.Stream = stream
		}
	})
	pages := []*livetest.Page{w.open("/"), w.open("/?page=2")}
	hidden := map[*livetest.Page]bool{}
	next := 100
	var hold chan struct{}
	release := func() {
		w.table.change(func(d *table) { d.hold = nil })
		if hold != nil {
			close(hold)
			hold = nil
		}
	}
	defer release()
	said := ""
	do := func(format string, args ...any) { said += fmt.Sprintf(format, args...) + "; " }
	for range rapid.IntRange(1, 25).Draw(rt, "steps") {
		p := rapid.SampledFrom(pages).Draw(rt, "page")
		id := rapid.IntRange(1, 12).Draw(rt, "id")
		switch rapid.IntRange(0, 10).Draw(rt, "step") {
		case 0, 1:
			do("insert %d", next)
			w.table.insert(next, fmt.Sprint("row ", next))
			next++
			w.publish()
		case 2:
			do("insert %d", id)
			w.table.remove(id)
			w.table.insert(id, fmt.Sprint("row ", id))
			w.publish()
		case 3:
			do("remove %d", id)
			w.table.remove(id)
			w.publish()
		case 4:
			do("rename %d", id)
			w.table.rename(id, fmt.Sprint("name ", next))
			next++
			w.publish()
		case 5:
			if hold == nil {
				do("hold")
				hold = make(chan struct{})
				w.table.change(func(d *table) { d.hold = hold })
			}
		case 6:
			do("release")
			release()
		case 7:
			if !hidden[p] {
				button := rapid.SampledFrom([]string{"First", "Last", "Next", "Prev", "Page 2", "Keep 1", "Refetch"}).Draw(rt, "button")
				do("%s", button)
				p.Button(button).Click()
			}
		case 8:
			if hidden[p] = !hidden[p]; hidden[p] {
				do("hide")
				p.Hide()
			} else {
				do("show")
				p.Show()
			}
		case 9:
			do("sleep")
			time.Sleep(time.Second)
		case 10:
			if !byCursor {
				do("reverse")
				w.table.change(func(d *table) { d.turned = !d.turned })
				w.publish()
			}
		}
		if rapid.Bool().Draw(rt, "wait") {
			synctest.Wait()
		}
	}
	release()
	for _, p := range pages {
		if hidden[p] {
			p.Show()
		}
	}
	time.Sleep(time.Minute)
	synctest.Wait()
	for i, p := range pages {
		if why := compare(p, w, steady, inStream); why != "" {
			return fmt.Sprintf("page %d after %s\n%s", i, said, why)
		}
	}
	return ""
}

// compare says in what a page differs from the table, "" if it does not.
func compare(p *livetest.Page, w *world, steady, inStream bool) string {
	r := items.Get(p.Context())
	selector := "#items li"
	if inStream {
		selector = "#stream li"
	}
	var got []string
	for found, i := p.Find(selector), 0; i < found.Count(); i++ {
		got = append(got, found.Nth(i).Text())
	}
	all := w.table.all()
	has := func(name string) bool { return slices.ContainsFunc(all, func(it item) bool { return it.Name == name }) }
	if r.Loading || r.Err != nil || r.Page.Total != len(all) || r.Len() != len(got) {
		return fmt.Sprintf("%s, but shows %q of %v", says(r), got, all)
	}
	from := (r.Page.Number - 1) * 3
	if r.Page.After != "" {
		from = len(all) - len(slices.DeleteFunc(slices.Clone(all), func(it item) bool { return it.key() <= r.Page.After }))
	}
	from = min(from, len(all))
	page := all[from:min(from+3, len(all))]
	if steady {
		fresh := 0
		for _, it := range page {
			if !slices.Contains(got, it.Name) {
				fresh++
			}
		}
		for _, name := range got {
			if rest, gone := strings.CutSuffix(name, " (deleted)"); gone == has(rest) {
				return fmt.Sprintf("%q is shown wrongly: %v", name, all)
			}
		}
		if len(page) > 0 && fresh != r.New {
			return fmt.Sprintf("%d are new, but it says %s: %q of %v", fresh, says(r), got, all)
		}
		if len(got) == 0 && len(all) > 0 {
			return fmt.Sprintf("shows nothing of %v", all)
		}
		return ""
	}
	var want []string
	for _, it := range page {
		want = append(want, it.Name)
	}
	if !slices.Equal(got, want) || r.Page.More != (from+3 < len(all)) || len(page) == 0 && len(all) > 0 {
		return fmt.Sprintf("%s and shows %q, not %q of %v", says(r), got, want, all)
	}
	return ""
}
