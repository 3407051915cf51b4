package patch_test

import (
	"math/rand/v2"
	"testing"

	"github.com/sideband-go/sideband/patch"
)

// FuzzPairs is the property, from seeds.
func FuzzPairs(f *testing.F) {
	for seed := range uint64(5) {
		f.Add(seed, seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, hostile bool) {
		g := &gen{Rand: rand.New(rand.NewPCG(seed, 4))}
		pair := (*gen).pair
		if hostile {
			pair = (*gen).hostilePair
		}
		a, b := pair(g)
		ha, hb := a.html(), b.html()
		ops := between(t, ha, hb)
		if err := check(ha, hb, ops, gestures(g.Rand, a)); err != nil {
			t.Errorf("%v\nfrom %s\nto   %s\nops  %s", err, ha, hb, ops)
		}
	})
}

// FuzzBytes takes any bytes for HTML: nothing panics, and the same again is no change.
func FuzzBytes(f *testing.F) {
	for _, s := range []string{
		"", "<", "</", "<p", `<p id="`, `<p id="a">x</p>`, "<!--", "<!-- -->x", "<script>a</script", "<textarea id=a>",
		`<table id="t"><tr id="r"><td>x</table>`, `<svg id="s"><circle id="c"/></svg>`, "</p></p>", `<a id="a"><a id="a">`,
		"<template><p id=x></template>", "<pre id=p>\n\n</pre>", `<input autofocus id=a>`, "\x00\xff<b\x00 id=x>",
		`<select id="s"><option selected>a<option>b</select>`, `<form><input name="a" id="i"></form>`,
	} {
		f.Add([]byte(s), []byte(`<p id="a">y</p>`))
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var tree patch.Tree
		r, err := patch.Scan(a, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		tree.Commit(r)
		again, err := patch.Scan(a, nil, &tree)
		if err != nil {
			t.Fatal(err)
		}
		if ops, err := patch.Diff(nil, &tree, again, rootID); err != nil || len(ops) > 0 {
			t.Errorf("the same again: %s %v", ops, err)
		}
		if r, err = patch.Scan(b, nil, &tree); err != nil {
			t.Fatal(err)
		}
		if _, err := patch.Diff(nil, &tree, r, rootID); err != nil {
			t.Error(err)
		}
		r.AppendForced(nil, rootID, patch.Posted{Source: "a", Fields: map[string][]string{"a": {"x"}}})
		r.AppendBound(nil, &tree, rootID)
		patch.AppendMorph(nil, rootID, a)
	})
}
