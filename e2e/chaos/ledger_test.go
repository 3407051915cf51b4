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
	clerk    *clerk
	steps    int
	typed    map[string]entry // the last text of each field, by its id
	submits  []submit
	span     int               // times that something was typed into a page at rest
	restored map[int]bool      // those after which the page was asked for its form before it was at rest again
	pending  map[string]bool   // fields that were typed into since the page was at rest, by id
	removed  map[string]string // rows that are to go, by the beginning of their fields' ids: the form's number then
}

// entry is a text that was typed.
type entry struct {
	text   string
	number string // of the form, as the page showed it
	step   int
	// hurried says that the page was not at rest, and the field had been typed into since it was, or is a text area: what
	// an earlier event brings may take its place.
	hurried bool
	span    int
}

// submit is a submit of the form.
type submit struct {
	name, number string
	step         int
}

func (l *ledger) write(id, text, number string, busy bool) {
	l.steps++
	if !busy || l.pending == nil {
		l.span++
		l.pending = map[string]bool{}
	}
	hurried := busy && (l.pending[id] || id == "order-note")
	l.pending[id] = true
	for row, n := range l.removed {
		if n == number && strings.HasPrefix(id, row) {
			l.clerk.drop(text) // it may go with its row
			return
		}
	}
	if l.typed == nil {
		l.typed = map[string]entry{}
	}
	l.typed[id] = entry{text, number, l.steps, hurried, l.span}
}

func (l *ledger) submit(name, number string) {
	l.steps++
	l.submits = append(l.submits, submit{name, number, l.steps})
}

// restore notes that the page is asked for its form, before it gets the whole view. What is typed between the two
// may be lost.
func (l *ledger) restore() {
	if l.restored == nil {
		l.restored = map[int]bool{}
	}
	l.restored[l.span] = true
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

// lost lists what was typed and is neither shown nor ordered. What was typed in a hurry, or while a submit was under
// way that was taken, may be gone, and so may all that was typed into a form of which an event came late: that is
// counted.
func (l *ledger) lost(shown func(id string) (text string, ok bool), book *orders.Book) (lost, gone []string) {
	for id, e := range l.typed {
		if text, ok := shown(id); ok && (text == e.text || text == corrected(e.text)) || book.Has(e.text) {
			continue
		}
		wentWith := func(s submit) bool {
			return s.number == e.number && (s.step < e.step || id == "order-count") && len(book.Taken(s.name)) > 0
		}
		if e.hurried || l.restored[e.span] || l.clerk.isLate(e.number) || slices.ContainsFunc(l.submits, wentWith) {
			gone = append(gone, fmt.Sprintf("%q of %s", e.text, id))
			delete(l.typed, id)
			continue
		}
		text, ok := shown(id)
		lost = append(lost, fmt.Sprintf("%q was typed into %s, which is %q (%v) now", e.text, id, text, ok))
	}
	return lost, gone
}

// corrected is what the page makes of a count once its field is left.
func corrected(count string) string {
	if n, err := strconv.Atoi(count); err == nil && n > orders.MaxCount {
		return strconv.Itoa(orders.MaxCount)
	}
	return count
}

// clerk holds what was ordered against what was posted.
type clerk struct {
	book *orders.Book

	mu      sync.Mutex
	posted  map[string][]url.Values // submits by name
	late    map[string]bool         // numbers of forms of which something came late
	dropped map[string]bool         // texts in rows that were to go
	gone    []string                // texts that may be gone, and are
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

// noteLate notes that something of a form comes to the server after what its page has sent since.
func (c *clerk) noteLate(number string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.late == nil {
		c.late = map[string]bool{}
	}
	c.late[number] = true
}

func (c *clerk) isLate(number string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.late[number]
}

func (c *clerk) wentWith(texts []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = append(c.gone, texts...)
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
	t.Logf("%d orders were taken, %d of them once more by another process; %d submits were posted, %d texts are gone that may be: %q", len(all), again, len(c.posted), len(c.gone), c.gone)
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
