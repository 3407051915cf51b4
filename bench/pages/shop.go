package main

import (
	"fmt"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// shop is a list like that of the demo's products, whose query costs nothing.
type shop struct{}

type shopQuery struct {
	Page int `query:"page" default:"1" validate:"min=1,max=100000"`
	Note int `query:"note"`
}

func (q shopQuery) page(n int) shopQuery          { q.Page = n; return q }
func (q shopQuery) around() (first, last int)     { return max(1, q.Page-1), min(pagesOfShop, q.Page+1) }
func (a article) key() int                        { return a.ID }
func (shop) Mount(*views.Socket, shopQuery) error { return nil }

const pagesOfShop = 100_000

type article struct {
	ID          int
	Name, Price string
}

var (
	shopShown    = state.NewKey[shopQuery]("shown")
	shopArticles = state.NewKey[[]article]("articles")
)

// HandleParams shows a page of twenty articles. An address with another note shows the same.
func (shop) HandleParams(s *views.Socket, q shopQuery) error { //nolint:unparam // the kit asks for this shape
	if q.Page == shopShown.Get(s).Page {
		return nil
	}
	list := make([]article, 20)
	for i := range list {
		id := (q.Page-1)*len(list) + i + 1
		list[i] = article{id, fmt.Sprintf("Amber walnut watering can %d", id), fmt.Sprintf("%d.%02d", 5+id%240, id%100)}
	}
	q.Note = 0
	state.Assign(s, shopShown.To(q), shopArticles.To(list))
	return nil
}
