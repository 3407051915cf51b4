package query

import (
	"context"
	"fmt"
	"slices"
)

// loaded is a page of rows as it was loaded. It does not change, and many views may share it.
type loaded[T any] struct {
	at    place // where it is: never before a cursor, nor last
	items []T
	ids   []string // nil without ID
	sums  []uint64
	more  bool
	total int // -1: not counted

	first, last string // cursors
}

// fetch loads the page at a place. One beyond the end is the last one.
func (q *Live[T]) fetch(ctx context.Context, at place) (*loaded[T], error) {
	total := -1
	if q.Count != nil {
		n, err := q.Count(ctx)
		if err != nil {
			return nil, fmt.Errorf("count: %w", err)
		}
		total = max(n, 0)
	}
	f := &fetch[T]{q: q, ctx: ctx, size: q.Page.Size, total: total}
	var p *loaded[T]
	var err error
	switch keyset := q.Cursor != nil; {
	case at.last && keyset:
		p, err = f.end()
	case at.last:
		p, err = f.lastNumber(0)
	case at.after != "":
		p, err = f.after(at)
	case at.before != "":
		p, err = f.before(at)
	default:
		p, err = f.number(max(at.number, 1))
	}
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	p.total = total
	q.describe(p)
	return p, nil
}

// fetch is one load under way.
type fetch[T any] struct {
	q           *Live[T]
	ctx         context.Context
	size, total int
}

func (f *fetch[T]) load(w Window) ([]T, error) {
	if err := f.ctx.Err(); err != nil {
		return nil, err
	}
	rows, err := f.q.Load(f.ctx, w)
	return rows[:min(len(rows), w.Limit)], err
}

// page makes a page of rows of which the last tells that there are more.
func (f *fetch[T]) page(at place, rows []T) *loaded[T] {
	p := &loaded[T]{at: at, items: rows, more: len(rows) > f.size}
	if p.more {
		p.items = slices.Clip(rows[:f.size])
	}
	return p
}

// number loads a page by its number.
func (f *fetch[T]) number(n int) (*loaded[T], error) {
	if last := (Page{Total: f.total, Size: f.size}).Last(); last > 0 {
		n = min(n, last)
	}
	rows, err := f.load(Window{Limit: f.size + 1, Offset: (n - 1) * f.size})
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0 && n > 1:
		return f.lastNumber(n)
	}
	return f.page(place{number: n}, rows), nil
}

// lastNumber loads the last page that has rows. Page beyond has none; 0 if none is known that has not.
func (f *fetch[T]) lastNumber(beyond int) (*loaded[T], error) {
	if last := (Page{Total: f.total, Size: f.size}).Last(); last > 0 && (beyond == 0 || last < beyond) {
		rows, err := f.load(Window{Limit: f.size + 1, Offset: (last - 1) * f.size})
		if err != nil || len(rows) > 0 || last == 1 {
			return f.page(place{number: last}, rows), err
		}
		beyond = last // rows were deleted after they were counted
	}
	// Pages up to low have rows, or low is 1.
	low := 1
	for n := 2; beyond == 0; n *= 2 {
		has, err := f.has(n)
		switch {
		case err != nil:
			return nil, err
		case !has || n > maxNumber:
			beyond = n
		default:
			low = n
		}
	}
	for low+1 < beyond {
		middle := low + (beyond-low)/2
		has, err := f.has(middle)
		if err != nil {
			return nil, err
		}
		if has {
			low = middle
		} else {
			beyond = middle
		}
	}
	rows, err := f.load(Window{Limit: f.size + 1, Offset: (low - 1) * f.size})
	return f.page(place{number: low}, rows), err
}

// has reports whether the page of a number has rows.
func (f *fetch[T]) has(n int) (bool, error) {
	rows, err := f.load(Window{Limit: 1, Offset: (n - 1) * f.size})
	return len(rows) > 0, err
}

// after loads the page that follows a row.
func (f *fetch[T]) after(at place) (*loaded[T], error) {
	rows, err := f.load(Window{Limit: f.size + 1, After: at.after})
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return f.end()
	}
	return f.page(place{number: at.number, after: at.after}, rows), nil
}

// before loads the page in front of a row. If that reaches the beginning, it is the first page.
func (f *fetch[T]) before(at place) (*loaded[T], error) {
	rows, err := f.load(Window{Limit: f.size + 1, Before: at.before})
	if err != nil {
		return nil, err
	}
	if len(rows) <= f.size {
		return f.number(1)
	}
	p := &loaded[T]{at: place{number: at.number, after: f.q.Cursor(rows[0])}, items: rows[1:], more: true}
	return p, nil
}

// end loads the last page by a cursor.
func (f *fetch[T]) end() (*loaded[T], error) {
	rows, err := f.load(Window{Limit: f.size + 1, Last: true})
	if err != nil {
		return nil, err
	}
	if len(rows) <= f.size {
		return f.page(place{number: 1}, rows), nil
	}
	number := (Page{Total: f.total, Size: f.size}).Last()
	return &loaded[T]{at: place{number: number, after: f.q.Cursor(rows[0])}, items: rows[1:]}, nil
}

// describe notes the ids, digests and cursors of a page's rows.
func (q *Live[T]) describe(p *loaded[T]) {
	p.sums = make([]uint64, len(p.items))
	for i := range p.items {
		p.sums[i] = digestOf(&p.items[i])
	}
	if q.ID != nil {
		p.ids = make([]string, len(p.items))
		for i, it := range p.items {
			p.ids[i] = q.ID(it)
		}
	}
	if n := len(p.items); n > 0 && q.Cursor != nil {
		p.first, p.last = q.Cursor(p.items[0]), q.Cursor(p.items[n-1])
	}
}

// values are rows that were asked for by their ids.
type values[T any] struct {
	asked map[string]bool
	found map[string]value[T]
}

type value[T any] struct {
	item T
	sum  uint64
}

// byIDs loads rows by their ids.
func (q *Live[T]) byIDs(ctx context.Context, ids []string) (values[T], error) {
	v := values[T]{asked: map[string]bool{}, found: map[string]value[T]{}}
	for part := range slices.Chunk(ids, maxIDs) {
		rows, err := q.ByID(ctx, part)
		if err != nil {
			return v, fmt.Errorf("load by id: %w", err)
		}
		for _, id := range part {
			v.asked[id] = true
		}
		for _, it := range rows {
			if id := q.ID(it); v.asked[id] {
				v.found[id] = value[T]{it, digestOf(&it)}
			}
		}
	}
	return v, nil
}
