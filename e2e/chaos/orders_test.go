package chaos_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
	"github.com/sideband-go/sideband/internal/viewtest/orders"
)

// ordersPath is where the page of orders is.
const ordersPath = "/orders"

// token is a text that nobody has typed before.
func (p *person) token() string {
	p.tokens++
	return fmt.Sprintf("%s-%d", strings.ReplaceAll(p.name, " ", "-"), p.tokens)
}

// useOrders does something in the form of orders.
func (p *person) useOrders(pg *page) error {
	switch n := p.random.IntN(100); {
	case n < 18:
		return p.write(pg, tab.First("#order-name"), p.token()+[]string{"", "", "", "!"}[p.random.IntN(4)])
	case n < 26:
		return p.write(pg, tab.First("#order-count"), []string{"7", "12", "1x", "", "-", "250"}[p.random.IntN(6)])
	case n < 31:
		return pg.Choose(tab.First("#order-country"), []string{"DE", "DE", "FR", "VA"}[p.random.IntN(4)])
	case n < 36:
		return p.chooseRegion(pg)
	case n < 45:
		return pg.Click(p.some("#order-gift, #order-speed input, #order-extras input"))
	case n < 50:
		return p.write(pg, tab.First("#order-note"), p.token()+"\nü")
	case n < 57:
		return p.addRow(pg)
	case n < 62:
		return p.remove(pg)
	case n < 69:
		return pg.Click(p.some(`#lines button[value^="move "]`))
	case n < 82:
		return p.write(pg, p.some("#lines input"), p.token())
	case n < 85:
		return pg.Click(tab.First("#poke"))
	case n < 88:
		return pg.Blur()
	case n < 96:
		if err := p.complete(pg, p.token()); err != nil {
			return err
		}
	}
	return p.submit(pg)
}

// some finds one of the elements that can be used.
func (p *person) some(selector string) tab.Finder {
	which := p.random.Float64()
	return func(d *htmxdom.Document) *html.Node {
		var usable []*html.Node
		for _, n := range d.Find(selector) {
			if d.Usable(n) {
				usable = append(usable, n)
			}
		}
		if len(usable) == 0 {
			return nil
		}
		return usable[int(which*float64(len(usable)))]
	}
}

// write types into a field, and leaves it or not.
func (p *person) write(pg *page, field tab.Finder, text string) error {
	busy := false
	pg.Read(func(v tab.View) { busy = v.Busy() })
	field = pg.notes(field, func(l *ledger, d *htmxdom.Document, n *html.Node) {
		l.write(attribute(n, "id"), text, numberIn(d), busy)
	})
	if p.random.IntN(2) == 0 {
		return pg.Fill(field, text)
	}
	if err := pg.Change(field, text); err != nil {
		return err
	}
	return pg.Blur()
}

// notes has a page's ledger note what is done with an element, just before it is.
func (pg *page) notes(find tab.Finder, note func(*ledger, *htmxdom.Document, *html.Node)) tab.Finder {
	return func(d *htmxdom.Document) *html.Node {
		n := find(d)
		if n == nil || !d.Usable(n) {
			return nil
		}
		pg.mu.Lock()
		defer pg.mu.Unlock()
		note(&pg.ledger, d, n)
		return n
	}
}

// chooseRegion chooses one of the regions that the page offers.
func (p *person) chooseRegion(pg *page) error {
	var values []string
	pg.Read(func(v tab.View) {
		if v.Document != nil {
			values = regionsIn(v.Document)
		}
	})
	if len(values) == 0 {
		return nil
	}
	return pg.Choose(tab.First("#order-region"), values[p.random.IntN(len(values))])
}

// regionsIn are the regions that a page offers.
func regionsIn(d *htmxdom.Document) (values []string) {
	for _, n := range d.Find("#order-region option") {
		if v := attribute(n, "value"); v != "" {
			values = append(values, v)
		}
	}
	return values
}

func (p *person) addRow(pg *page) error {
	if p.random.IntN(2) == 0 {
		return pg.Click(tab.WithText("#order button", "Add line"))
	}
	return pg.Click(p.some(`#lines button[value^="add "]`))
}

func (p *person) remove(pg *page) error {
	return pg.Click(pg.notes(p.some(`#lines button[value^="remove "]`), func(l *ledger, d *htmxdom.Document, n *html.Node) {
		l.remove(attribute(n, "value"), numberIn(d))
	}))
}

// complete fills the form in, as far as the page lets it.
func (p *person) complete(pg *page, name string) error {
	if err := p.write(pg, tab.First("#order-name"), name); err != nil {
		return err
	}
	if err := p.write(pg, tab.First("#order-count"), "3"); err != nil {
		return err
	}
	empty := func() tab.Finder {
		return func(d *htmxdom.Document) *html.Node {
			for _, n := range d.Find("#lines input") {
				if d.Usable(n) && d.Value(n) == "" {
					return n
				}
			}
			return nil
		}
	}
	for {
		err := p.write(pg, empty(), p.token())
		if errors.Is(err, tab.ErrNoElement) {
			break
		}
		if err != nil {
			return err
		}
	}
	offered := false
	pg.Read(func(v tab.View) { offered = v.Document != nil && len(regionsIn(v.Document)) > 0 })
	if !offered {
		return pg.Choose(tab.First("#order-country"), "DE")
	}
	return p.chooseRegion(pg)
}

// submit submits the form, once or more, by the button or by Enter, and maybe goes on typing at once.
func (p *person) submit(pg *page) error {
	note := func(l *ledger, d *htmxdom.Document, _ *html.Node) { l.submit(valueOf(d, "order-name"), numberIn(d)) }
	for range 1 + p.random.IntN(5)/3 {
		var err error
		if p.random.IntN(3) == 0 {
			err = pg.Enter(pg.notes(tab.First("#order-name"), note))
		} else {
			err = pg.Click(pg.notes(tab.WithText("#order button", "Order"), note))
		}
		if err != nil {
			return err
		}
	}
	if p.random.IntN(3) == 0 {
		return p.write(pg, tab.First("#order-name"), p.token())
	}
	return nil
}

// order fills the form in and submits it, on a page that is live and in a world that lets it. It must be taken.
func (p *person) order(ctx context.Context, pg *page, book *orders.Book) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	name := p.token() + "." // it is not busy
	var why string
	until := func(what string, done func(*htmxdom.Document) bool) error {
		err := pg.Wait(ctx, func(v tab.View) bool { return !v.Busy() && v.Document != nil && done(v.Document) })
		if err != nil {
			return fmt.Errorf("order %s: %s%s: %w\n%s", name, what, why, err, pg.describe())
		}
		return nil
	}
	offered := func(d *htmxdom.Document) bool { return slices.Equal(regionsIn(d), orders.Regions("DE")) }
	// What is too much for the form is taken out first.
	for range 100 {
		var button string
		if err := until("rest", func(d *htmxdom.Document) bool { button = surplus(d); return true }); err != nil {
			return err
		}
		if button == "" {
			break
		}
		find := func(d *htmxdom.Document) *html.Node {
			for _, n := range d.Find("#lines button") {
				if attribute(n, "value") == button {
					return n
				}
			}
			return nil
		}
		err := pg.Click(pg.notes(find, func(l *ledger, d *htmxdom.Document, _ *html.Node) { l.remove(button, numberIn(d)) }))
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", button, err, pg.describe())
		}
		if err := until("no row after "+button, func(d *htmxdom.Document) bool { return find(d) == nil }); err != nil {
			return err
		}
	}
	if err := pg.Choose(tab.First("#order-country"), "DE"); err != nil {
		return err
	}
	if err := until("no regions", offered); err != nil {
		return err
	}
	if err := p.write(pg, tab.First("#order-note"), p.token()); err != nil {
		return err
	}
	// A choice that is on its way while the page gets the whole view may be gone for a moment: it is made once more.
	for complete, try := false, 0; !complete && try < 3; try++ {
		if err := p.complete(pg, name); err != nil {
			return err
		}
		err := until("not at rest", func(d *htmxdom.Document) bool {
			complete = valueOf(d, "order-region") != ""
			return true
		})
		if err != nil {
			return err
		}
	}
	note := func(l *ledger, d *htmxdom.Document, _ *html.Node) { l.submit(valueOf(d, "order-name"), numberIn(d)) }
	for range 1 + p.random.IntN(2) {
		if err := pg.Click(pg.notes(tab.WithText("#order button", "Order"), note)); err != nil {
			return err
		}
	}
	if err := until("not cleared", func(d *htmxdom.Document) bool {
		why = fmt.Sprintf(": the name is %q, errors %q", valueOf(d, "order-name"), errorsIn(d))
		return valueOf(d, "order-name") == "" && len(book.Taken(name)) > 0
	}); err != nil {
		return err
	}
	if n := len(book.Taken(name)); n != 1 {
		return fmt.Errorf("the order %s was taken %d times\n%s", name, n, pg.describe())
	}
	return nil
}

// surplus is the value of a button that removes a row too many; "" if there is none.
func surplus(d *htmxdom.Document) string {
	if lines := d.Find(`#lines button[value^="remove lines "]`); len(lines) > 6 {
		return attribute(lines[0], "value")
	}
	for _, line := range d.Find("#lines li") {
		if parts := within(line, d.Find(`#lines button[value^="remove lines["]`)); len(parts) > 4 {
			return attribute(parts[0], "value")
		}
	}
	return ""
}

// within are those of the elements that are in another one.
func within(outer *html.Node, list []*html.Node) (inner []*html.Node) {
	for _, n := range list {
		for p := n.Parent; p != nil; p = p.Parent {
			if p == outer {
				inner = append(inner, n)
				break
			}
		}
	}
	return inner
}

func errorsIn(d *htmxdom.Document) (texts []string) {
	for _, n := range d.Find("#order .sb-errors span, #order [role=alert] li") {
		texts = append(texts, htmxdom.Text(n))
	}
	return texts
}

func attribute(n *html.Node, name string) string {
	v, _ := htmxdom.Attr(n, name)
	return v
}

func valueOf(d *htmxdom.Document, id string) string {
	if n := d.ByID(id); n != nil {
		return d.Value(n)
	}
	return ""
}

// numberIn is the number of the form that a page shows.
func numberIn(d *htmxdom.Document) string {
	if found := d.Find(`#order input[name="sb-form"]`); len(found) > 0 {
		return attribute(found[0], "value")
	}
	return ""
}

// kept checks that nothing is lost of what was typed into a page of orders.
func (p *person) kept(_ context.Context, pg *page) (err error) {
	clerk := p.network.world.clerk
	hasGone := false
	pg.Read(func(v tab.View) {
		if v.Document == nil || v.Document.ByID("order") == nil {
			return
		}
		pg.mu.Lock()
		defer pg.mu.Unlock()
		lost, gone := pg.ledger.lost(func(id string) (string, bool) {
			n := v.Document.ByID(id)
			if n == nil {
				return "", false
			}
			return v.Document.Value(n), true
		}, clerk.book)
		clerk.wentWith(gone)
		for _, g := range gone {
			hasGone = hasGone || !strings.Contains(g, "count")
		}
		if len(lost) > 0 {
			err = fmt.Errorf("what was typed is lost: %s", strings.Join(lost, "; "))
		}
	})
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, pg.describe())
	}
	if hasGone {
		p.t.Logf("GONE %s\n%s", p.name, pg.describe())
	}
	return err
}

// maybeOrder submits the form of a page of orders, if it is one, every other time.
func (p *person) maybeOrder(ctx context.Context, pg *page) error {
	is := false
	pg.Read(func(v tab.View) { is = v.Document != nil && v.Document.ByID("order") != nil })
	if !is || p.random.IntN(2) == 0 {
		return nil
	}
	return p.order(ctx, pg, p.network.world.clerk.book)
}
