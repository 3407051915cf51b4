package chaos_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
)

// productsPath is where the list of products is, and below it each product.
const productsPath = "/products"

// useProducts walks through the list by links that change the address, and changes what all others see.
func (p *person) useProducts(pg *page) error {
	switch n := p.random.IntN(100); {
	case n < 20:
		return pg.Click(p.some("#pages a, #sizes a"))
	case n < 30:
		return pg.Click(p.some(`[id^="category-"]`))
	case n < 40:
		return pg.Click(p.some(`[id^="sort-"]`))
	case n < 45:
		return pg.Click(p.some(`[id^="live-"]`))
	case n < 60:
		return pg.Click(p.some("#products a, #close"))
	case n < 70:
		return pg.Click(p.some("#details button"))
	case n < 78:
		return pg.Fill(tab.First("#search-text"), []string{"", "", "a", "lamp", "no such thing"}[p.random.IntN(5)])
	case n < 82:
		return pg.Click(tab.First("#new")) // what is deleted is gone for who looks at it, too
	case n < 84:
		return pg.Click(tab.First("#add"))
	case n < 94:
		_ = pg.Back() // there may be nothing to go back to
		return nil
	}
	_ = pg.Forward()
	return nil
}

// market knows when products may be changing under all who look at them.
type market struct {
	mu    sync.Mutex
	deals int // events that are under way
	last  time.Time
}

// echo is how long after an event others may learn what it has changed.
const echo = 5 * time.Second

// deal notes an event that may change products, until it calls what it gets.
func (m *market) deal() (over func()) {
	m.note(1)
	return func() { m.note(-1) }
}

func (m *market) note(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deals += n
	m.last = time.Now()
}

// isOpen reports whether products may have changed less than echo ago.
func (m *market) isOpen() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.deals > 0 || time.Since(m.last) < echo
}

// rest waits until it is closed.
func (m *market) rest(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, recovery)
	defer cancel()
	for m.isOpen() {
		if !wait(ctx, 100*time.Millisecond) {
			return false
		}
	}
	return true
}

// agrees waits until a page of products shows what its address says.
func (*person) agrees(ctx context.Context, pg *page) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := pg.Blur(); err != nil { // what has the focus is left alone
		return err
	}
	var differs error
	err := pg.Wait(ctx, func(v tab.View) bool {
		differs = disagreement(v)
		return differs == nil && !v.Busy()
	})
	if err != nil {
		trail := pg.describe()
		pg.mu.Lock()
		defer pg.mu.Unlock()
		return fmt.Errorf("%w: %w\n%s\n  moves:\n  %s", err, differs, trail, strings.Join(pg.moves, "\n  "))
	}
	return nil
}

// disagreement is in what a page of products shows something else than its address says.
func disagreement(v tab.View) error {
	u, err := url.Parse(v.URL)
	if err != nil || v.Document == nil || v.Document.ByID("modes") == nil && v.Document.ByID("nothing") == nil {
		return err
	}
	q := u.Query()
	said := func(name, otherwise string) string {
		if q.Has(name) {
			return q.Get(name)
		}
		return otherwise
	}
	want := map[string]string{
		`[id^="category-"][aria-current]`: "category-" + said("category", "all"),
		`[id^="live-"][aria-current]`:     "live-" + said("live", "replace"),
		"#details":                        "",
	}
	if v.Document.ByID("pages") != nil {
		want[`#pages [aria-current]`] = "page-" + said("page", "1")
		want[`#sizes [aria-current]`] = "size-" + said("size", "20")
	}
	if strings.HasPrefix(u.Path, productsPath+"/") {
		want["#details"] = "details"
	}
	for selector, id := range want {
		var shown string
		for _, n := range v.Document.Find(selector) {
			s, _ := htmxdom.Attr(n, "id")
			shown += s
		}
		if shown != id {
			return fmt.Errorf("the address is %s, and %s is %q", v.URL, selector, shown)
		}
	}
	return nil
}
