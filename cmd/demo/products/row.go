package products

import (
	"context"
	"fmt"
)

// row is a product in the list, with the address of its details.
type row struct {
	Product
	Link  string
	Times int // how often its details were closed last, 0 if another's were
}

func (r row) key() int64 { return r.ID }

// linkID is the id of the link to the details. It is a new one after they were closed, since a new element is
// what takes the focus.
func (r row) linkID() string {
	if r.Times == 0 {
		return fmt.Sprintf("details-%d", r.ID)
	}
	return fmt.Sprintf("details-%d-%d", r.ID, r.Times)
}

// rows are the products that are listed.
func rows(ctx context.Context, q Query) []row {
	products, closed := Listed.Get(ctx), Left.Get(ctx)
	list := make([]row, len(products))
	for i, p := range products {
		list[i] = row{Product: p, Link: q.details(p.ID).address(ctx)}
		if p.ID == closed.ID {
			list[i].Times = closed.Times
		}
	}
	return list
}
