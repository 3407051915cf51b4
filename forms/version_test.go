package forms

import (
	"context"
	"testing"

	"github.com/a-h/templ"
)

// stranger is a value that no attribute has.
type stranger struct{}

// Case 134.
func TestAControlIsRenderedAgainForAllThatItIsMadeOf(t *testing.T) {
	f, g := &form{definition: &definition{name: "version"}, id: "version"}, &form{definition: &definition{name: "version"}, id: "version"}
	base := control{field: Field{Name: "a", ID: "version-a", Value: "v", form: f}, label: "A"}
	with := func(change func(c *control)) control {
		c := base
		change(&c)
		return c
	}
	bound := func(post string) context.Context {
		b := &Binding{id: f.id, change: templ.OrderedAttributes{templ.KV[string, any]("hx-post", post)}}
		return b.Context(context.Background())
	}
	attributes := func(value any) control {
		return with(func(c *control) { c.more = []templ.Attributer{nil, templ.Attributes{"data-x": value}} })
	}
	seen := map[uint64]string{}
	for _, it := range []struct {
		what string
		ctx  context.Context
		c    control
	}{
		{"the control", context.Background(), base},
		{"bound", bound("?a"), base},
		{"bound otherwise", bound("?b"), base},
		{"kind", context.Background(), with(func(c *control) { c.kind = areaControl })},
		{"label", context.Background(), with(func(c *control) { c.label = "B" })},
		{"name", context.Background(), with(func(c *control) { c.field.Name = "b" })},
		{"value", context.Background(), with(func(c *control) { c.field.Value = "w" })},
		{"label and name", context.Background(), with(func(c *control) { c.label, c.field.Name = "Aa", "" })},
		{"values", context.Background(), with(func(c *control) { c.field.Values = []string{"x"} })},
		{"other values", context.Background(), with(func(c *control) { c.field.Values = []string{"x", ""} })},
		{"checked", context.Background(), with(func(c *control) { c.field.Checked = true })},
		{"problem", context.Background(), with(func(c *control) { c.field.Problems = []Problem{{Rule: "min", Param: "1"}} })},
		{"parameter", context.Background(), with(func(c *control) { c.field.Problems = []Problem{{Rule: "min", Param: "2"}} })},
		{"text", context.Background(), with(func(c *control) { c.field.Problems = []Problem{{Text: "is taken"}} })},
		{"options", context.Background(), with(func(c *control) { c.options = []Option{{Value: "x"}} })},
		{"label of an option", context.Background(), with(func(c *control) { c.options = []Option{{Value: "x", Label: "X"}} })},
		{"disabled option", context.Background(), with(func(c *control) { c.options = []Option{{Value: "x", Disabled: true}} })},
		{"group", context.Background(), with(func(c *control) { c.options = []Option{{Value: "x", Options: []Option{{Value: "y"}}}} })},
		{"option after it", context.Background(), with(func(c *control) { c.options = []Option{{Value: "x"}, {Value: "y"}} })},
		{"attribute", context.Background(), attributes("")},
		{"text of it", context.Background(), attributes("true")},
		{"true", context.Background(), attributes(true)},
		{"false", context.Background(), attributes(false)},
		{"number", context.Background(), attributes(1)},
		{"form", context.Background(), with(func(c *control) { c.field.form = g })},
	} {
		v, ok := it.c.version(it.ctx)
		if !ok {
			t.Errorf("%s: no version", it.what)
		}
		if as, dup := seen[v]; dup {
			t.Errorf("%s: the version is that of %s", it.what, as)
		}
		if again, _ := it.c.version(it.ctx); again != v {
			t.Errorf("%s: the version changes by itself", it.what)
		}
		seen[v] = it.what
	}
	c := attributes(stranger{})
	if _, ok := c.version(context.Background()); ok {
		t.Error("an attribute that can't be compared has a version")
	}
}
