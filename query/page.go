package query

import (
	"net/url"
	"slices"
	"strconv"
)

// Page says which part of a query's rows is shown, or is to be shown.
type Page struct {
	// Number counts pages from 1. It is 0 if it is not known: after Turn to the Last page by a cursor, without Count.
	Number int
	// Size is the most rows of a page: at most 1,000. Default: 25.
	Size int
	// After and Before are cursors, of Live.Cursor: the page begins after the row of one, or ends before the row of the
	// other. The page that is shown has After. From an address they are what a person has chosen.
	After, Before string
	// More says that there are rows after the page.
	More bool
	// Total is how many rows there are in all; -1 if they are not counted.
	Total int

	first, last string // cursors of the rows that are shown
	keyset      bool
}

// Target is a page to turn to: a number from 1, or one of the constants. What is no page counts as the nearest one.
type Target int

// Targets beside numbers.
const (
	First Target = -4
	Last  Target = -3
	Next  Target = -2
	Prev  Target = -1
)

// Last returns the number of the last page; 0 if the rows are not counted.
func (p Page) Last() int {
	switch {
	case p.Total < 0:
		return 0
	case p.Size <= 0:
		return 1
	}
	return min(max(1, (p.Total+p.Size-1)/p.Size), maxNumber)
}

// Has reports whether there is such a page, as far as is known.
func (p Page) Has(t Target) bool {
	switch t {
	case First:
		return true
	case Last:
		return p.Total >= 0
	case Next:
		return p.More
	case Prev:
		return p.Number > 1 || p.After != ""
	}
	return t >= 1 && (p.Total < 0 || int(t) <= p.Last())
}

// Link returns the parameters of an address that PageFrom reads as the page, and whether there is such a page. The
// first page has none.
func (p Page) Link(t Target) (url.Values, bool) {
	v := url.Values{}
	if !p.Has(t) {
		return v, false
	}
	number := func(n int) {
		if n > 1 {
			v.Set("page", strconv.Itoa(n))
		}
	}
	switch {
	case t == First:
	case t == Last:
		number(p.Last())
	case t == Next && p.keyset:
		v.Set("after", p.last)
		if p.Number > 0 {
			number(p.Number + 1)
		}
	case t == Prev && p.keyset && p.first != "":
		v.Set("before", p.first)
		number(p.Number - 1)
	case t == Next:
		number(p.Number + 1)
	case t == Prev:
		number(p.Number - 1)
	default:
		number(int(t))
	}
	return v, true
}

// PageFrom reads the page from the parameters page, after, before and size of an address. Whatever is no number, or out
// of bounds, counts as the nearest that is in bounds; a cursor longer than 1,000 bytes as none. The size is the first of
// sizes, unless the address names another one of them; without sizes it is the default. An address has no say in whether
// rows are counted.
func PageFrom(params url.Values, sizes ...int) Page {
	p := Page{Number: numberFrom(params.Get("page")), After: cursorFrom(params.Get("after")), Before: cursorFrom(params.Get("before"))}
	if len(sizes) > 0 {
		p.Size = sizes[0]
		if n, err := strconv.Atoi(params.Get("size")); err == nil && slices.Contains(sizes, n) {
			p.Size = n
		}
	}
	if p.After != "" {
		p.Before = ""
	}
	if p.After+p.Before != "" && !params.Has("page") {
		p.Number = 0
	}
	p.Size = sizeOf(p.Size)
	return p
}

func numberFrom(text string) int {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil && n == 0 { // it is none; of one that is too large, n is the largest
		return 1
	}
	return int(min(max(n, 1), maxNumber))
}

func cursorFrom(text string) string {
	if len(text) > maxCursor {
		return ""
	}
	return text
}

// Window is what Load is to return.
type Window struct {
	// Limit is the most rows: one more than the page has, which tells whether there are more. What is beyond it is
	// dropped.
	Limit int
	// Offset is how many rows to leave out at the beginning.
	Offset int
	// After, if it is not empty, asks for the rows that follow the one of this cursor.
	After string
	// Before, if it is not empty, asks for the last Limit rows in front of the one of this cursor, in the usual order.
	Before string
	// Last asks for the last Limit rows of all, in the usual order.
	Last bool
}

// place is where a page is: the zero place is none. With a cursor, number is only shown.
type place struct {
	number        int
	after, before string
	last          bool
}

// placeOf returns where a page is to begin.
func placeOf(p Page, keyset bool) place {
	if !keyset || p.After == "" && p.Before == "" {
		return place{number: min(max(p.Number, 1), maxNumber)}
	}
	return place{number: min(max(p.Number, 0), maxNumber), after: p.After, before: p.Before}
}

// turned returns where a target is, from the page that is shown.
func (p Page) turned(t Target, keyset bool) place {
	switch {
	case t == Last:
		return place{last: true}
	case t == Next && keyset && p.last != "":
		if !p.More {
			return place{number: p.Number, after: p.After}
		}
		if p.Number == 0 {
			return place{after: p.last}
		}
		return place{number: p.Number + 1, after: p.last}
	case t == Prev && keyset && p.first != "" && (p.Number == 0 || p.Number > 2):
		return place{number: max(p.Number-1, 0), before: p.first}
	case t == Prev && keyset && p.first != "":
		return place{number: 1}
	case t == Next && p.More:
		return place{number: min(p.Number+1, maxNumber)}
	case t == Next:
		return place{number: max(p.Number, 1)}
	case t == Prev:
		return place{number: max(p.Number-1, 1)}
	}
	return place{number: min(max(int(t), 1), maxNumber)}
}
