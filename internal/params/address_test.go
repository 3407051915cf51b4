package params

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/fault"
)

type place struct {
	Shop string   `path:"shop"`
	ID   int      `path:"id"`
	Text string   `query:"q" validate:"max=5"`
	Page int      `query:"page" default:"1" validate:"min=1,max=100"`
	Sort string   `query:"sort" default:"name" validate:"oneof=name price"`
	Tags []string `query:"tag" validate:"max=2"`
	Only bool     `query:"only"`
}

var places = NewAddress(reflect.TypeFor[place](), "Page.Mount")

func read(t *testing.T, path map[string]string, query string) (place, error) {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	v, err := places.Read(Input{Path: func(name string) string { return path[name] }, Query: q})
	return v.Interface().(place), err
}

func TestAnAddressIsRead(t *testing.T) {
	path := map[string]string{"shop": "a b", "id": "7"}
	first := place{Shop: "a b", ID: 7, Page: 1, Sort: "name"}
	with := func(change func(p *place)) place { p := first; change(&p); return p }
	for query, want := range map[string]place{
		"":                         first,
		"page=":                    first,
		"page=2&unknown=x":         with(func(p *place) { p.Page = 2 }),
		"page=2&page=3":            with(func(p *place) { p.Page = 2 }),
		"q=caf%C3%A9":              with(func(p *place) { p.Text = "café" }),
		"tag=a&tag=b&only=true":    with(func(p *place) { p.Tags, p.Only = []string{"a", "b"}, true }),
		"page=0":                   first,
		"page=-1":                  first,
		"page=101":                 first,
		"page=abc":                 first,
		"page=1e1":                 first,
		"page=9999999999999999999": first,
		"sort=name;drop":           first,
		"sort=price":               with(func(p *place) { p.Sort = "price" }),
	} {
		if got, err := read(t, path, strings.ReplaceAll(query, ";", "%3B")); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("?%s: %+v %v, want %+v", query, got, err, want)
		}
	}
	for query, code := range map[string]int{"q=longer": 400, "only=perhaps": 400, "tag=a&tag=b&tag=c": 400} {
		if _, err := read(t, path, query); codeOf(err) != code {
			t.Errorf("?%s: %v, want %d", query, err, code)
		}
	}
	if _, err := read(t, map[string]string{"shop": "a", "id": "x"}, ""); codeOf(err) != 404 {
		t.Errorf("the id x: %v", err)
	}
}

func codeOf(err error) int {
	code, _ := fault.StatusOf(err)
	return code
}

func TestAnAddressIsWritten(t *testing.T) {
	q := place{Shop: "a/b c", ID: 7, Page: 1, Sort: "name"}
	for _, c := range []struct {
		pattern, want string
		change        func(q *place)
	}{
		{"/{shop}/{id}", "/a%2Fb%20c/7", func(*place) {}},
		{"/x/{shop:[a-z]{1,3}}/y/{id}", "/x/a%2Fb%20c/y/7?page=2", func(q *place) { q.Page = 2 }},
		{"/{id}", "/7?q=%26+%3D&sort=price&tag=x&tag=y&only=true", func(q *place) { q.Text, q.Sort, q.Tags, q.Only = "& =", "price", []string{"x", "y"}, true }},
		{"/{id}", "/7?page=0", func(q *place) { q.Page = 0 }},
	} {
		q := q
		c.change(&q)
		if got, err := places.Write(c.pattern, "/here", q); err != nil || got != c.want {
			t.Errorf("%s: %q %v, want %q", c.pattern, got, err, c.want)
		}
	}
	for pattern, q := range map[string]any{"/{other}": q, "/{shop}/*": q, "/{shop}/{id}": place{ID: 7}, "/": struct{}{}} {
		if got, err := places.Write(pattern, "/here", q); err == nil {
			t.Errorf("%s with %+v: %q", pattern, q, got)
		}
	}
	type list struct {
		Page int `query:"page"`
	}
	if got, err := NewAddress(reflect.TypeFor[list](), "").Write("/{anything}", "/here", list{2}); err != nil || got != "/here?page=2" {
		t.Errorf("a page without parameters in the path: %q %v", got, err)
	}
}

// What is written is read as it was.
func TestAWrittenAddressIsReadAgain(t *testing.T) {
	for _, want := range []place{
		{Shop: "ü/ä", ID: -3, Page: 1, Sort: "name"},
		{Shop: "?#%", ID: 1, Text: "a+b=c", Page: 100, Sort: "price", Tags: []string{"", "&"}, Only: true},
	} {
		text, err := places.Write("/{shop}/{id}", "", want)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(u.EscapedPath(), "/")
		shop, err := url.PathUnescape(parts[1])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := read(t, map[string]string{"shop": shop, "id": parts[2]}, u.RawQuery); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v %v, want %+v", text, got, err, want)
		}
	}
}

func TestAnAddressThatCannotBeReadPanicsAtTheStart(t *testing.T) {
	for name, typ := range map[string]reflect.Type{
		"a default that can't be read": reflect.TypeFor[struct {
			Page int `query:"page" default:"one"`
		}](),
		"a default that is not valid": reflect.TypeFor[struct {
			Page int `query:"page" default:"0" validate:"min=1"`
		}](),
		"a default in the path": reflect.TypeFor[struct {
			Page int `path:"page" default:"1"`
		}](),
		"a default of a list": reflect.TypeFor[struct {
			Tags []string `query:"tag" default:"a"`
		}](),
		"a rule that is not known": reflect.TypeFor[struct {
			Page int `query:"page" validate:"positive"`
		}](),
		"a rule that is not for a bool": reflect.TypeFor[struct {
			Only bool `query:"only" validate:"min=1"`
		}](),
		"a field without a tag": reflect.TypeFor[struct{ Page int }](),
	} {
		func() {
			defer func() {
				if said, _ := recover().(string); !strings.Contains(said, "Page.Mount") {
					t.Errorf("%s: %q", name, said)
				}
			}()
			NewAddress(typ, "Page.Mount")
		}()
	}
}
