package query_test

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/sideband-go/sideband/query"
)

func keyset(_ *world, q *query.Live[item]) { q.Cursor = item.key }

func uncounted(_ *world, q *query.Live[item]) { q.Count = nil }

// Case 339. All targets lead where they say, by numbers and by cursors, and what is beyond the end is the last page.
func TestTurning(t *testing.T) {
	for name, c := range map[string]struct {
		live func(w *world, q *query.Live[item])
		last string // what the last page says after Last
	}{
		"by number":              {nil, "page 3 of 3, 2 of 8"},
		"by number, not counted": {uncounted, "page 3 of 0, 2 of -1"},
		"by cursor":              {keyset, "page 3 of 3, 3 of 8"},
		"by cursor, not counted": {func(w *world, q *query.Live[item]) { keyset(w, q); uncounted(w, q) }, "page 0 of 0, 3 of -1"},
		"shared":                 {func(_ *world, q *query.Live[item]) { q.Shared = "all" }, "page 3 of 3, 2 of 8"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 8, c.live)
				p := w.open("/")
				turn := func(button string, want ...int) {
					t.Helper()
					p.Button(button).Click()
					p.Await()
					rows(t, p, named(want...)...)
				}
				said := func(want string) {
					t.Helper()
					if got := p.Find("#says").Text(); !strings.HasPrefix(got, want) {
						t.Errorf("says %q, which does not begin with %q", got, want)
					}
				}
				rows(t, p, named(1, 2, 3)...)
				turn("Prev", 1, 2, 3)
				turn("Next", 4, 5, 6)
				said("page 2")
				turn("Next", 7, 8)
				said("page 3")
				turn("Next", 7, 8) // the end
				said("page 3")
				turn("Prev", 4, 5, 6)
				said("page 2")
				turn("Prev", 1, 2, 3)
				said("page 1")
				last := []int{7, 8}
				if strings.HasPrefix(name, "by cursor") {
					last = []int{6, 7, 8}
				}
				turn("Last", last...)
				said(c.last)
				turn("Next", last...)
				turn("First", 1, 2, 3)
				said("page 1")
				turn("Page 2", 4, 5, 6)
				said("page 2")
				turn("Page 99", 7, 8)
				said("page 3")
				// It stays live where it is.
				w.table.rename(8, "renamed")
				w.publish()
				p.Await()
				rows(t, p, "row 7", "renamed")
			})
		})
	}
}

// A page by a cursor stays where it is when rows come before it, and goes on from there.
func TestCursorsHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 9, keyset)
		p := w.open("/")
		p.Button("Next").Click()
		p.Await()
		rows(t, p, named(4, 5, 6)...)
		w.table.insert(0, "row 0")
		w.publish()
		p.Await()
		rows(t, p, named(4, 5, 6)...)
		p.Button("Prev").Click()
		p.Await()
		rows(t, p, named(0, 1, 2)...) // the first page, whole: row 3 has moved
		w.table.remove(0)
		p.Button("Next").Click()
		p.Await()
		rows(t, p, named(3, 4, 5)...)
		p.Button("Next").Click()
		p.Await()
		w.table.remove(6, 7, 8, 9)
		w.publish()
		p.Await()
		rows(t, p, named(3, 4, 5)...) // nothing follows any more: the last page
	})
}

// Targets and pages that are made up do no harm: they are the nearest that there is.
func TestForgedTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 8, nil)
		p := w.open("/?page=-7")
		p.Expect("#says", "page 1 of 3, 3 of 8, more")
		for _, c := range []struct{ target, says string }{
			{"0", "page 1"}, {"-5", "page 1"}, {strconv.Itoa(math.MaxInt), "page 3"}, {strconv.Itoa(math.MinInt), "page 1"}, {"3", "page 3"},
		} {
			p.Forge("?event=Turn&value="+c.target, nil)
			p.Await()
			if said := p.Find("#says").Text(); !strings.HasPrefix(said, c.says+" ") {
				t.Errorf("target %s: %s", c.target, said)
			}
		}
	})
}

// Cases 340, 341. What a page's links say is read as the page that they lead to, whatever an address says.
func TestLinksAreReadAgain(t *testing.T) {
	for _, live := range []func(w *world, q *query.Live[item]){nil, keyset} {
		synctest.Test(t, func(t *testing.T) {
			var at query.Page
			w := newWorld(t, 8, func(w *world, q *query.Live[item]) {
				if live != nil {
					live(w, q)
				}
				at.Size = 3
				q.Page = at
			})
			shown := func(p query.Page) query.Page {
				at = p
				page := w.open("/")
				defer page.Close()
				return items.Get(page.Context()).Page
			}
			first := shown(query.Page{})
			if _, ok := first.Link(query.Prev); ok || first.Number != 1 {
				t.Errorf("%+v has a page before", first)
			}
			for _, c := range []struct {
				targets []query.Target
				number  int
				more    bool
			}{
				{[]query.Target{query.Next}, 2, true},
				{[]query.Target{query.Next, query.Next}, 3, false},
				{[]query.Target{2, query.Prev}, 1, true},
				{[]query.Target{3, query.Prev}, 2, true},
				{[]query.Target{query.Last}, 3, false},
				{[]query.Target{query.Last, query.First}, 1, true},
				{[]query.Target{2}, 2, true},
			} {
				p := first
				for _, to := range c.targets {
					v, ok := p.Link(to)
					if !ok {
						t.Fatalf("%+v has no link to %d", p, to)
					}
					values, err := url.ParseQuery(v.Encode())
					if err != nil {
						t.Fatal(err)
					}
					p = shown(query.PageFrom(values, 3))
				}
				if p.Number != c.number || p.More != c.more || p.Total != 8 {
					t.Errorf("%v lead to %+v", c.targets, p)
				}
			}
			last := shown(query.Page{Number: 3})
			if _, ok := last.Link(query.Next); ok {
				t.Errorf("%+v has a page after it", last)
			}
			if v, ok := last.Link(4); ok {
				t.Errorf("page 4 of 3 has the link %v", v)
			}
		})
	}
}

func TestPagesFromAddresses(t *testing.T) {
	for address, want := range map[string]query.Page{
		"":                                   {Number: 1, Size: 20},
		"page=3":                             {Number: 3, Size: 20},
		"page=0":                             {Number: 1, Size: 20},
		"page=-3":                            {Number: 1, Size: 20},
		"page=abc":                           {Number: 1, Size: 20},
		"page=1e3":                           {Number: 1, Size: 20},
		"page=%00":                           {Number: 1, Size: 20},
		"page=99999999999999999999":          {Number: 1_000_000, Size: 20},
		"page=-99999999999999999999":         {Number: 1, Size: 20},
		"page=2&page=7":                      {Number: 2, Size: 20},
		"size=50":                            {Number: 1, Size: 50},
		"size=1000000":                       {Number: 1, Size: 20},
		"size=-1":                            {Number: 1, Size: 20},
		"after=x&page=2":                     {Number: 2, Size: 20, After: "x"},
		"after=x":                            {Number: 0, Size: 20, After: "x"},
		"after=x&before=y":                   {Number: 0, Size: 20, After: "x"},
		"before=y&page=4":                    {Number: 4, Size: 20, Before: "y"},
		"count=true&total=7&more=1":          {Number: 1, Size: 20},
		"after=" + strings.Repeat("x", 1001): {Number: 1, Size: 20},
	} {
		values, err := url.ParseQuery(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := query.PageFrom(values, 20, 50); got != want {
			t.Errorf("%.40s: %+v and not %+v", address, got, want)
		}
	}
	if got := query.PageFrom(nil); got != (query.Page{Number: 1, Size: 25}) {
		t.Errorf("%+v", got)
	}
	if got := query.PageFrom(nil, 5000); got.Size != 1000 {
		t.Errorf("%+v", got)
	}
}

// Case 341. Whatever an address says, the page is in bounds.
func TestAnyAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := url.Values{}
		for _, name := range []string{"page", "after", "before", "size", "count"} {
			if rapid.Bool().Draw(t, name+" is there") {
				values.Set(name, rapid.OneOf(rapid.String(), rapid.Map(rapid.Int64(), func(n int64) string { return fmt.Sprint(n) })).Draw(t, name))
			}
		}
		p := query.PageFrom(values, 10, 20)
		if p.Number < 0 || p.Number > 1_000_000 || p.Size != 10 && p.Size != 20 || p.Number == 0 && p.After+p.Before == "" || p.After != "" && p.Before != "" || p.Total != 0 || p.More {
			t.Fatalf("%v: %+v", values, p)
		}
	})
}

// Whatever the table holds and wherever it is, walking over its pages by any way shows each row once.
func TestWalkingOverPages(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, size := rapid.IntRange(0, 30).Draw(rt, "rows"), rapid.IntRange(1, 7).Draw(rt, "size")
		counted, byCursor := rapid.Bool().Draw(rt, "counted"), rapid.Bool().Draw(rt, "by cursor")
		start := rapid.IntRange(1, 12).Draw(rt, "start")
		d := newTable(n)
		q := query.Live[item]{Load: d.load, ID: item.key, Page: query.Page{Size: size}}
		if counted {
			q.Count = d.count
		}
		if byCursor {
			q.Cursor = item.key
		}
		walk := query.NewWalk(q)
		at, err := walk.Open(t.Context(), start)
		if err != nil {
			rt.Fatal(err)
		}
		last := max(1, (n+size-1)/size)
		if want := min(start, last); at.Page.Number != want {
			rt.Fatalf("page %d of %d begins at %d", start, last, at.Page.Number)
		}
		for at.Page.Has(query.Prev) {
			if at, err = walk.Turn(t.Context(), query.Prev); err != nil {
				rt.Fatal(err)
			}
		}
		if at.Page.Number != 1 {
			rt.Fatalf("the first page is %+v", at.Page)
		}
		var seen []item
		for pages := 0; ; pages++ {
			seen = append(seen, at.Items...)
			if !at.Page.More {
				break
			}
			if pages > n {
				rt.Fatal("it never ends")
			}
			if at, err = walk.Turn(t.Context(), query.Next); err != nil {
				rt.Fatal(err)
			}
		}
		if fmt.Sprint(seen) != fmt.Sprint(d.rows) {
			rt.Fatalf("saw %v of %v", seen, d.rows)
		}
		before := at.Page
		if at, err = walk.Turn(t.Context(), query.Last); err != nil || at.Page.More || len(at.Items) == 0 && n > 0 {
			rt.Fatalf("the last page is %+v (%v), walked to %+v", at.Page, err, before)
		}
	})
}
