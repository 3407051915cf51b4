// Package products is a list of many products, of which the address says what is shown: a search, a category, an order, a
// page, the details of one product. Whatever is clicked changes the address, and Back leads to where it was.
package products

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Where the list is, and the details of a product.
const (
	Path        = "/products"
	DetailsPath = "/products/{id:[1-9][0-9]{0,15}}"
)

// What the two routes are called.
const (
	Index = "index"
	Show  = "show"
)

// What the page knows.
var (
	Shown   = state.NewKey[Query]("shown")
	Listed  = query.NewKey[Product]("listed")
	Details = state.NewKey[Product]("details")
	Left    = state.NewKey[left]("left")
)

// keep is the mode in which rows that are shown stay.
const keep = "keep"

// left is the product whose details were closed last, and how many were before: its link has the focus then.
type left struct {
	ID    int64
	Times int
}

// Goods is where products are.
type Goods interface {
	// List returns products that a query asks for, in its order.
	List(ctx context.Context, q Query, limit, offset int) ([]Product, error)
	// Count returns how many there are.
	Count(ctx context.Context, q Query) (int, error)
	// ByID returns those of the products that exist.
	ByID(ctx context.Context, ids []string) ([]Product, error)
	// Get returns a product, or [ErrNoProduct].
	Get(ctx context.Context, id int64) (Product, error)
	// Reprice changes a price by so many percent and returns the product, or [ErrNoProduct].
	Reprice(ctx context.Context, id int64, percent int) (Product, error)
	// Insert adds a product, or returns [ErrTooMany].
	Insert(ctx context.Context, name, category string, cents int64) (Product, error)
	// Delete removes a product, if it exists.
	Delete(ctx context.Context, id int64) error
}

// Page is the list, with or without the details of a product over it.
type Page struct {
	Goods   Goods
	Changed pubsub.Topic[int64] // the id of a product whose price has changed, that has come or gone
}

// New makes the page.
func New(goods Goods, bus *pubsub.Bus) Page {
	return Page{goods, pubsub.NewTopic[int64](bus, "products")}
}

// Mount follows the product whose details are shown. What is shown is for HandleParams, which comes next.
func (p Page) Mount(s *views.Socket, _ Query) error {
	state.Assign(s, Shown.To(Query{}), Details.To(Product{}), Left.To(left{}))
	return pubsub.Subscribe(s, p.Changed, Page.changed)
}

// HandleParams shows what the address says. The list is only asked for if it is another one.
func (p Page) HandleParams(s *views.Socket, q Query) error {
	before := Shown.Get(s)
	Shown.Set(s, q)
	if before.details(q.ID) != q {
		p.list(s, q)
		if at := Listed.Get(s); !at.Loading {
			if err := p.listed(s, at); err != nil {
				return err
			}
		}
	}
	title := "Products"
	if q.Action == Show {
		product, err := p.Goods.Get(s, q.ID)
		if errors.Is(err, ErrNoProduct) {
			return views.ErrNotFound
		}
		if err != nil {
			return err
		}
		title = product.Name
		Details.Set(s, product)
	} else if before.Action == Show {
		Left.Update(s, func(l left) left { return left{before.ID, l.Times + 1} })
	}
	s.SetTitle(title)
	return nil
}

// patience is how long the page waits for a list, so that it comes with the address.
const patience = 200 * time.Millisecond

// list keeps the list of a query live. All who look at the same one share what is loaded.
func (p Page) list(s *views.Socket, q Query) {
	live := query.Live[Product]{
		Load: func(ctx context.Context, w query.Window) ([]Product, error) {
			return p.Goods.List(ctx, q, w.Limit, w.Offset)
		},
		Count:   func(ctx context.Context) (int, error) { return p.Goods.Count(ctx, q) },
		ID:      Product.key,
		Page:    query.Page{Number: q.Page, Size: q.Size},
		Refetch: []pubsub.AnyTopic{p.Changed},
		Shared:  views.URL(s, q.details(0).page(1)),
		Wait:    patience,
		After:   p.listed,
	}
	if q.Live == keep {
		live.ByID = p.Goods.ByID
	}
	Listed.Keep(s, live)
}

// listed puts the address right if the list is another page than it says: it is beyond the end.
func (Page) listed(s *views.Socket, r query.Result[Product]) error {
	q := Shown.Get(s)
	if !r.Ready || r.Page.Number == q.Page {
		return nil
	}
	q = q.page(r.Page.Number)
	Shown.Set(s, q) // the list is that of its address already
	return s.Patch(q.address(s), views.Replace)
}

// Search looks for a text while the user types. Back leads to what was there before the search, not
// to each part of the text.
func (p Page) Search(s *views.Socket, text string) error {
	if letters := []rune(text); len(letters) > maxSearch {
		text = string(letters[:maxSearch])
	}
	q := Shown.Get(s)
	if text == q.Search { // the field is left, or asked for what the view knows
		return nil
	}
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
	return p.publish(s, product.ID)
}

// changed shows a price that has changed. The list follows by itself.
func (p Page) changed(s *views.Socket, id int64) error {
	if Details.Get(s).ID != id {
		return nil
	}
	product, err := p.Goods.Get(s, id)
	if errors.Is(err, ErrNoProduct) {
		return nil // it stays as it was
	}
	if err == nil {
		Details.Set(s, product)
	}
	return err
}

// Add adds a product that is first in the order of names.
func (p Page) Add(s *views.Socket, _ views.NoParams) error {
	category := Shown.Get(s).Category
	if category == all {
		category = categories[0].name
	}
	product, err := p.Goods.Insert(s, "A new product", category, 1995)
	if errors.Is(err, ErrTooMany) {
		s.Flash(views.FlashError, "There are too many products: delete some.")
		return nil
	}
	if err != nil {
		return err
	}
	return p.publish(s, product.ID)
}

// Delete removes a product.
func (p Page) Delete(s *views.Socket, id int64) error {
	if err := p.Goods.Delete(s, id); err != nil {
		return err
	}
	return p.publish(s, id)
}

// publish tells all who list products. A page without a connection, as one without JavaScript, gets its list with the
// answer.
func (p Page) publish(s *views.Socket, id int64) error {
	if !s.Connected() {
		Listed.Refetch(s)
	}
	return p.Changed.Publish(s, id)
}

// ShowNew shows the page of the list as it is by now.
func (Page) ShowNew(s *views.Socket, _ views.NoParams) error {
	Listed.Refetch(s)
	return nil
}

// summary says which products are shown.
func summary(r query.Result[Product]) string {
	shown, found := r.Len(), r.Page.Total
	first := (r.Page.Number-1)*r.Page.Size + 1
	switch {
	case !r.Ready:
		return "The products can't be shown now."
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
