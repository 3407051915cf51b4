// Package orders has a page with a form that has everything: texts, numbers, choices of which one decides
// another, boxes, and rows in rows.
package orders

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Order is what the form holds.
type Order struct {
	Name    string   `form:"name" validate:"required,max=60"`
	Count   int      `form:"count,omitempty" validate:"gte=1,lte=100"`
	Country string   `form:"country" validate:"required"`
	Region  string   `form:"region" validate:"required"`
	Gift    bool     `form:"gift"`
	Speed   string   `form:"speed" validate:"oneof=slow fast"`
	Extras  []string `form:"extras"`
	Note    string   `form:"note" validate:"max=200"`
	Lines   []Line   `form:"lines" validate:"max=6,dive"`
}

// Line is a row of the form.
type Line struct {
	Item  string `form:"item" validate:"required"`
	Parts []Part `form:"parts" validate:"max=4,dive"`
}

// Part is a row in a row.
type Part struct {
	Text string `form:"text" validate:"required"`
}

// MaxCount is what the page makes of a greater count.
const MaxCount = 100

var (
	// Form is the page's form.
	Form = forms.New[Order]("order")

	pokes = state.NewKey[int]("pokes")
	saved = state.NewKey[[]string]("saved")
)

// Book has what was ordered. It outlives processes. Its zero value is empty, and its methods may be called
// from any goroutine.
type Book struct {
	mu    sync.Mutex
	taken []Taken
	busy  map[string]bool // names that were refused once
}

// Taken is an order with the process that took it.
type Taken struct {
	Process int
	Order   Order
}

// Taken returns the orders that have a name.
func (b *Book) Taken(name string) (list []Taken) {
	for _, t := range b.All() {
		if t.Order.Name == name {
			list = append(list, t)
		}
	}
	return list
}

// All returns all orders.
func (b *Book) All() []Taken {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.taken)
}

// Has reports whether a text is in an order.
func (b *Book) Has(text string) bool {
	return slices.ContainsFunc(b.All(), func(t Taken) bool {
		o := t.Order
		return o.Name == text || o.Note == text || slices.ContainsFunc(o.Lines, func(l Line) bool {
			return l.Item == text || slices.ContainsFunc(l.Parts, func(p Part) bool { return p.Text == text })
		})
	})
}

// Busy is the end of the names that the book refuses the first time.
const Busy = "7"

func (b *Book) take(process int, o Order) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if strings.HasSuffix(o.Name, Busy) && !b.busy[o.Name] {
		if b.busy == nil {
			b.busy = map[string]bool{}
		}
		b.busy[o.Name] = true
		return views.Error(422, "The book is busy. Try again.")
	}
	o.Extras, o.Lines = slices.Clone(o.Extras), slices.Clone(o.Lines)
	for i := range o.Lines {
		o.Lines[i].Parts = slices.Clone(o.Lines[i].Parts)
	}
	b.taken = append(b.taken, Taken{process, o})
	return nil
}

// Page is the page. Book is not nil.
type Page struct {
	Book    *Book
	Process int
}

// Begin is what the form holds at first, and after a submit.
func Begin() Order { return Order{Country: "DE", Speed: "slow", Lines: make([]Line, 1)} }

// Mount begins with an empty form.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Orders")
	Form.Set(s, Begin())
	state.Assign(s, pokes.To(0), saved.To(nil))
	return nil
}

// Change empties a region that is none of the country's, and corrects the count.
func (Page) Change(_ *views.Socket, f *forms.Form[Order]) error {
	if !slices.Contains(regions[f.Data.Country], f.Data.Region) {
		f.Data.Region = ""
	}
	f.Data.Count = min(f.Data.Count, MaxCount)
	if strings.HasSuffix(f.Data.Name, "!") {
		f.AddError(&f.Data.Name, "is loud")
	}
	return nil
}

// Save takes the order, and empties the form.
func (p Page) Save(s *views.Socket, f *forms.Submission[Order]) error {
	switch {
	case strings.HasSuffix(f.Data.Name, "!"):
		f.AddError(&f.Data.Name, "is loud")
		return nil
	case !slices.Contains(regions[f.Data.Country], f.Data.Region):
		f.AddError(&f.Data.Region, fmt.Sprintf("is not in %s", f.Data.Country))
		return nil
	}
	if err := p.Book.take(p.Process, f.Data); err != nil {
		return err
	}
	saved.Set(s, append(slices.Clone(saved.Get(s)), f.Data.Name))
	f.Reset(Begin())
	return nil
}

// Poke changes something that is shown in the form and is no part of it.
func (Page) Poke(s *views.Socket, _ views.NoParams) error {
	pokes.Update(s, func(n int) int { return n + 1 })
	return nil
}

// regions are those of a country.
var regions = map[string][]string{"DE": {"BE", "HH"}, "FR": {"IDF"}}

// Regions are those of a country that the form has, and none.
func Regions(country string) []string { return slices.Clone(regions[country]) }

func regionOptions(country string) []forms.Option {
	list := []forms.Option{{Value: "", Label: "Choose"}}
	for _, r := range regions[country] {
		list = append(list, forms.Option{Value: r, Label: r})
	}
	return list
}

var (
	countries = []forms.Option{{Value: "DE", Label: "Germany"}, {Value: "FR", Label: "France"}, {Value: "VA", Label: "Vatican"}}
	speeds    = []forms.Option{{Value: "slow", Label: "Slow"}, {Value: "fast", Label: "Fast"}}
	extras    = []forms.Option{{Value: "box", Label: "Box"}, {Value: "bow", Label: "Bow"}, {Value: "card", Label: "Card"}}
)
