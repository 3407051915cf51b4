// Package products is a list of many products, of which the address says what is shown: a search, a category, an order, a
// page, the details of one product. Whatever is clicked changes the address, and Back leads to where it was.
package products

import (
	"context"
	"errors"
	"fmt"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Where the list is, and the details of a product.
const (
	Path        = "/products"
	DetailsPath = "/products/{id:[1-9][0-9]{0,15}}"
)

// What the page knows.
var (
	Shown   = state.NewKey[Query]("shown")
	Listed  = state.NewKey[[]Product]("listed")
	Found   = state.NewKey[int]("found")
	Details = state.NewKey[Product]("details")
	Left    = state.NewKey[left]("left")
)

// left is the product whose details were closed last, and how many were before: its link has the focus then.
type left struct {
	ID    int64
	Times int
}

// Goods is where products are.
type Goods interface {
	// List returns a page of the products that a query asks for, the last one if it is beyond the end, and how many there
	// are in all.
	List(ctx context.Context, q Query) (list []Product, found int, err error)
	// Get returns a product, or [ErrNoProduct].
	Get(ctx context.Context, id int64) (Product, error)
	// Reprice changes a price by so many percent and returns the product, or [ErrNoProduct].
	Reprice(ctx context.Context, id int64, percent int) (Product, error)
}

// Page is the list, with or without the details of a product over it.
type Page struct {
	Goods  Goods
	Priced pubsub.Topic[Product]
}

// New makes the page.
func New(goods Goods, bus *pubsub.Bus) Page {
	return Page{goods, pubsub.NewTopic[Product](bus, "prices")}
}

// Mount follows the prices. What is shown is for HandleParams, which comes next.
func (p Page) Mount(s *views.Socket, _ Query) error {
	state.Assign(s, Shown.To(Query{}), Details.To(Product{}), Left.To(left{}))
	return pubsub.Subscribe(s, p.Priced, Page.priced)
}

// HandleParams shows what the address says. The list is only asked for if it is another one.
func (p Page) HandleParams(s *views.Socket, q Query) error {
	before := Shown.Get(s)
	if before.details(q.ID) != q {
		list, found, err := p.Goods.List(s, q)
		if err != nil {
			return err
		}
		state.Assign(s, Listed.To(list), Found.To(found))
		if last := q.pages(found); q.Page > last { // the list is that of its address already
			Shown.Set(s, q.page(last).details(before.ID))
			return s.Patch(q.page(last).address(s), views.Replace)
		}
	}
	title := "Products"
	if q.ID != 0 {
		product, err := p.Goods.Get(s, q.ID)
		if errors.Is(err, ErrNoProduct) {
			return views.ErrNotFound
		}
		if err != nil {
			return err
		}
		title = product.Name
		Details.Set(s, product)
	} else if before.ID != 0 {
		Left.Update(s, func(l left) left { return left{before.ID, l.Times + 1} })
	}
	Shown.Set(s, q)
	s.SetTitle(title)
	return nil
}

// Search looks for a text while the user types. Back leads to what was there before the search, not
// to each part of the text.
func (p Page) Search(s *views.Socket, text string) error {
	if letters := []rune(text); len(letters) > maxSearch {
		text = string(letters[:maxSearch])
	}
	q := Shown.Get(s)
	how := views.Push
	if q.Search != "" && text != "" {
		how = views.Replace
	}
	q.Search, q.Page = text, 1
	return s.Patch(q.address(s), how)
}

// Dismiss closes the details.
func (Page) Dismiss(s *views.Socket, _ views.NoParams) error {
	return s.Patch(Shown.Get(s).details(0).address(s))
}

// Cheaper and Dearer change the price of the product whose details are shown, for all who see it.
func (p Page) Cheaper(s *views.Socket, _ views.NoParams) error { return p.reprice(s, -10) }

// Dearer is the other way round.
func (p Page) Dearer(s *views.Socket, _ views.NoParams) error { return p.reprice(s, 10) }

func (p Page) reprice(s *views.Socket, percent int) error {
	product, err := p.Goods.Reprice(s, Shown.Get(s).ID, percent)
	if errors.Is(err, ErrNoProduct) {
		return views.ErrNotFound
	}
	if err != nil {
		return err
	}
	return p.Priced.Publish(s, product)
}

// priced shows a price that has changed. Products stay where they are in the list until that is asked for again.
func (Page) priced(s *views.Socket, product Product) error {
	if Details.Get(s).ID == product.ID {
		Details.Set(s, product)
	}
	for i, p := range Listed.Get(s) {
		if p.ID == product.ID {
			Listed.Update(s, func(list []Product) []Product {
				list = append([]Product(nil), list...)
				list[i] = product
				return list
			})
		}
	}
	return nil
}

// summary says which products are shown.
func summary(q Query, shown, found int) string {
	first := (q.Page-1)*q.Size + 1
	switch {
	case found == 0:
		return "No product is like that."
	case found == 1:
		return "1 product"
	case shown == found:
		return fmt.Sprintf("%d products", found)
	}
	return fmt.Sprintf("%d to %d of %d products", first, first+shown-1, found)
}

// gap is in the place of pages that have no link.
const gap = 0

// links are the pages that have links: the first, the last, and those around the one that is shown.
func links(shown, last int) (list []int) {
	for n := 1; n <= last; n++ {
		switch near := n >= shown-1 && n <= shown+1; {
		case n == 1 || n == last || near:
			list = append(list, n)
		case list[len(list)-1] != gap:
			list = append(list, gap)
		}
	}
	return list
}
