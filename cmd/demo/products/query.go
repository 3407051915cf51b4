package products

import (
	"context"
	"fmt"
	"strings"

	"github.com/sideband-go/sideband/views"
)

// Query is what the address says.
type Query struct {
	Action   string `action:"index show"`
	ID       int64  `path:"id"` // of the product whose details are shown, 0 for none
	Search   string `query:"q" validate:"max=100"`
	Category string `query:"category" default:"all" validate:"oneof=all kitchen garden office travel toys"`
	Sort     string `query:"sort" default:"name" validate:"oneof=name -name category -category price -price"`
	Size     int    `query:"size" default:"20" validate:"oneof=20 50 100"`
	Page     int    `query:"page" default:"1" validate:"min=1,max=10000"`
	// Live says how the list follows changes: it is replaced, or the rows that are shown stay.
	Live string `query:"live" default:"replace" validate:"oneof=replace keep"`
}

// maxSearch bounds what is looked for, as the tag does.
const maxSearch = 100

// sizes are how many products a page may have.
var sizes = []int{20, 50, 100}

// details is the address of a product's details, over the same list; 0 is for the list alone.
func (q Query) details(id int64) Query {
	if q.ID, q.Action = id, Show; id == 0 {
		q.Action = Index
	}
	return q
}

func (q Query) page(n int) Query        { q.Page = n; return q }
func (q Query) size(n int) Query        { q.Size, q.Page = n, 1; return q }
func (q Query) category(c string) Query { q.Category, q.Page = c, 1; return q }

func (q Query) live(mode string) Query { q.Live = mode; return q }

// by sorts by a column, the other way round if it is sorted by that already.
func (q Query) by(column string) Query {
	q.Page = 1
	if q.Sort == column {
		column = "-" + column
	}
	q.Sort = column
	return q
}

// direction is the value of aria-sort for a column.
func (q Query) direction(column string) string {
	switch q.Sort {
	case column:
		return "ascending"
	case "-" + column:
		return "descending"
	}
	return "none"
}

// address writes the address. The page has two routes, of which the one that is shown is not always the one that is
// meant: the path is written here, the query by the kit.
func (q Query) address(ctx context.Context) string {
	_, query, hasQuery := strings.Cut(views.URL(ctx, q), "?")
	path := Path
	if q.Action == Show {
		path = fmt.Sprintf("%s/%d", Path, q.ID)
	}
	if hasQuery {
		path += "?" + query
	}
	return path
}
