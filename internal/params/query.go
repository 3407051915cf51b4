package params

import (
	"net/url"
	"slices"
	"strings"
)

// Values are parameters by name: a Query, or url.Values.
type Values interface {
	// Get returns the first value of a name; "" if there is none.
	Get(name string) string
	// Has reports whether there is a value of the name.
	Has(name string) bool
}

// all returns the values of a name.
func all(from Values, name string) (list []string) {
	switch from := from.(type) {
	case url.Values:
		return from[name]
	case *Query:
		for _, p := range *from {
			if p.name == name {
				list = append(list, p.value)
			}
		}
	}
	return list
}

// Query is the query of an address, in its order. It is one piece of memory, unlike url.Values, which
// are a map.
type Query []parameter

type parameter struct{ name, value string }

// maxParameters is how many parameters ParseQuery reads, as url.ParseQuery does.
const maxParameters = 10_000

// ParseQuery reads a query as [url.URL.Query] does: it leaves out what can't be read.
func ParseQuery(text string) Query {
	if text == "" {
		return nil
	}
	n := strings.Count(text, "&") + 1
	if n > maxParameters {
		return nil
	}
	q := make(Query, 0, n)
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if pair == "" || strings.Contains(pair, ";") {
			continue
		}
		name, wrongName := url.QueryUnescape(name)
		value, wrongValue := url.QueryUnescape(value)
		if wrongName == nil && wrongValue == nil {
			q = append(q, parameter{name, value})
		}
	}
	return q
}

// Get is part of Values.
func (q Query) Get(name string) string {
	if i := q.index(name); i >= 0 {
		return q[i].value
	}
	return ""
}

// Has is part of Values.
func (q Query) Has(name string) bool { return q.index(name) >= 0 }

// Del removes the values of a name.
func (q *Query) Del(name string) {
	*q = slices.DeleteFunc(*q, func(p parameter) bool { return p.name == name })
}

func (q Query) index(name string) int {
	return slices.IndexFunc(q, func(p parameter) bool { return p.name == name })
}
