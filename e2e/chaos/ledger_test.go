package chaos_test

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest/orders"
)

// ledger is what somebody has done on a page of orders since it was loaded.
type ledger struct {
	clerk   *clerk
	steps   int
	typed   map[string]entry // the last text of each field, by its id
	submits []submit
	removed map[string]string // rows that are to go, by the beginning of their fields' ids: the form's number then
}

// entry is a text that was typed.
type entry struct {
	text   string
	number string // of the form, as the page showed it
	step   int
}

// submit is a submit of the form.
type submit struct {
	name, number string
	step         int
}

func (l *ledger) write(id, text, number string) {
	l.steps++
	for row, n := range l.removed {
		if n == number && strings.HasPrefix(id, row) {
			l.clerk.drop(text) // it may go with its row
			return
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n > orders.MaxCount {
		text = strconv.Itoa(orders.MaxCount)
	}
	if l.typed == nil {
		l.typed = map[string]entry{}
	}
	l.typed[id] = entry{text, number, l.steps}
}

func (l *ledger) submit(name, number string) {
	l.steps++
	l.submits = append(l.submits, submit{name, number, l.steps})
}

// remove notes that a row is to go: button is what its button says.
func (l *ledger) remove(button, number string) {
	l.steps++
	_, what, _ := strings.Cut(button, " ")
	list, key, _ := strings.Cut(what, " ")
	row := "order-" + strings.NewReplacer(".", "-", "[", "-", "]", "").Replace(list) + "-" + key + "-"
	for id, e := range l.typed {
		if strings.HasPrefix(id, row) {
			l.clerk.drop(e.text)
			delete(l.typed, id)
		}
	}
	if l.removed == nil {
		l.removed = map[string]string{}
	}
	l.removed[row] = number
}

// lost lists what was typed and is neither shown nor ordered. What was typed while a submit was under
// way that was taken may have gone with it: that is counted.
func (l *ledger) lost(shown func(id string) (text string, ok bool), book *orders.Book) (lost []string, gone int) {
	for id, e := range l.typed {
		if text, ok := shown(id); ok && text == e.text || book.Has(e.text) {
			continue
		}
		wentWith := func(s submit) bool {
			return s.number == e.number && (s.step < e.step || id == "order-count") && len(book.Taken(s.name)) > 0
		}
		if slices.ContainsFunc(l.submits, wentWith) {
			gone++
			delete(l.typed, id)
			continue
		}
		text, ok := shown(id)
		lost = append(lost, fmt.Sprintf("%q was typed into %s, which is %q (%v) now", e.text, id, text, ok))
	}
	return lost, gone
}

// clerk holds what was ordered against what was posted.
type clerk struct {
	book *orders.Book

	mu      sync.Mutex
	posted  map[string][]url.Values // submits by name
	dropped map[string]bool         // texts in rows that were to go
	gone    int                     // texts that went with a submit
}

// note notes what is on its way to the server.
func (c *clerk) note(fields url.Values) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.posted == nil {
		c.posted = map[string][]url.Values{}
	}
	name := fields.Get("name")
	c.posted[name] = append(c.posted[name], fields)
}

// drop notes that the row that a text is in is to go.
func (c *clerk) drop(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dropped == nil {
		c.dropped = map[string]bool{}
	}
	c.dropped[text] = true
}

func (c *clerk) wentWith(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone += n
}

// check checks that each order was taken once, and as it was posted.
func (c *clerk) check(t testing.TB) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.book.All()
	by := map[string][]int{}
	again := 0
	for _, o := range all {
		name := o.Order.Name
		if slices.Contains(by[name], o.Process) {
			t.Errorf("one process has taken the order %s twice", name)
		}
		if len(by[name]) > 0 {
			again++ // a process does not know what the one before has taken
		}
		by[name] = append(by[name], o.Process)
		why := "it was not posted"
		for _, fields := range c.posted[name] {
			if why = c.differs(o.Order, fields); why == "" {
				break
			}
		}
		if why != "" {
			t.Errorf("the order %s was not taken as it was posted: %s\n%+v\n%v", name, why, o.Order, c.posted[name])
		}
	}
	t.Logf("%d orders were taken, %d of them once more by another process; %d submits were posted, %d texts went with a submit that was under way", len(all), again, len(c.posted), c.gone)
}

// differs says what of an order was not posted so.
func (c *clerk) differs(o orders.Order, fields url.Values) string {
	for _, c := range []struct{ field, ordered string }{
		{"count", strconv.Itoa(o.Count)},
		{"country", o.Country},
		{"region", o.Region},
		{"speed", o.Speed},
		{"note", o.Note},
	} {
		if posted := strings.ReplaceAll(fields.Get(c.field), "\r\n", "\n"); posted != c.ordered {
			return fmt.Sprintf("%s is %q, posted was %q", c.field, c.ordered, posted)
		}
	}
	if o.Gift != (fields.Get("gift") != "") {
		return "gift"
	}
	if !slices.Equal(o.Extras, fields["extras"]) {
		return "extras"
	}
	var items, parts []string
	for name, texts := range fields {
		switch {
		case strings.HasSuffix(name, "].item"):
			items = append(items, texts...)
		case strings.HasSuffix(name, "].text"):
			parts = append(parts, texts...)
		}
	}
	for _, l := range o.Lines {
		if !taken(&items, l.Item) {
			return fmt.Sprintf("the item %q", l.Item)
		}
		for _, p := range l.Parts {
			if !taken(&parts, p.Text) {
				return fmt.Sprintf("the part %q", p.Text)
			}
		}
	}
	for _, text := range slices.Concat(items, parts) {
		if text != "" && !c.dropped[text] {
			return fmt.Sprintf("%q was posted", text)
		}
	}
	return ""
}

// taken takes a text out of a list.
func taken(list *[]string, text string) bool {
	i := slices.Index(*list, text)
	if i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
	return i >= 0
}
