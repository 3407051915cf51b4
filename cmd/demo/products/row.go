package products

import (
	"context"
	"fmt"
)

// row is a product in the list, with the address of its details.
type row struct {
	Product
	Link    string
	Deleted bool // it is still shown
	Times   int  // how often its details were closed last, 0 if another's were
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
	closed := Left.Get(ctx)
	var list []row
	for _, r := range Listed.Get(ctx).Rows() {
		line := row{Product: r.Item, Link: q.details(r.Item.ID).address(ctx), Deleted: r.Deleted}
		if r.Item.ID == closed.ID {
			line.Times = closed.Times
		}
		list = append(list, line)
	}
	return list
}
