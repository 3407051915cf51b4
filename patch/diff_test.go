package patch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/patch"
)

// between returns the operations from a to b.
func between(t testing.TB, a, b string) string {
	t.Helper()
	var tree patch.Tree
	r, err := patch.Scan([]byte(a), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree.Commit(r)
	if r, err = patch.Scan([]byte(b), nil, &tree); err != nil {
		t.Fatal(err)
	}
	ops, err := patch.Diff(nil, &tree, r, rootID)
	if err != nil {
		t.Fatal(err)
	}
	return string(ops)
}

func TestOperations(t *testing.T) {
	row := func(class, label string) string {
		return `<tr id="row-7"` + class + `><td>7</td><td><a>` + label + `</a></td><td><b>x</b></td></tr>`
	}
	table := func(rows string) string {
		return `<table><tbody id="rows">` + rows + `</tbody></table>`
	}
	rows := func(ids string) string {
		var b strings.Builder
		for id := range strings.FieldsSeq(ids) {
			b.WriteString(`<tr id="` + id + `"><td>` + id + `</td></tr>`)
		}
		return table(b.String())
	}
	filled := func(table string) string {
		return `<hx-partial id="rows" hx-swap="outerSync">` + strings.TrimSuffix(strings.TrimPrefix(table, "<table>"), "</table>") + `</hx-partial>`
	}
	const nine = "n1 n2 n3 n4 n5 n6 n7 n8 n9"
	var items string
	for id := range strings.FieldsSeq(nine) {
		items += `<i id="` + id + `">` + id + `</i>`
	}
	var long string
	for i := range 32 {
		long += fmt.Sprintf("l%d ", i)
	}
	for _, c := range []struct{ name, a, b, want string }{
		{"nothing", `<p id="a">x</p>`, `<p id="a">x</p>`, ``},
		{"text", `<h1 id="count">Count: 0</h1>`, `<h1 id="count">Count: 1</h1>`, `<hx-partial id="count" hx-swap="textContent">Count: 1</hx-partial>`},
		{"text to nothing", `<p id="a">x</p>`, `<p id="a"></p>`, `<hx-partial id="a" hx-swap="textContent"></hx-partial>`},
		{"text from nothing", `<p id="a"></p>`, `<p id="a">x</p>`, `<hx-partial id="a" hx-swap="textContent">x</hx-partial>`},
		{"white space alone", `<p id="a">x</p>`, `<p id="a"> </p>`, `<hx-partial id="a" hx-swap="outerMorph"><p id="a"> </p></hx-partial>`},
		{"white space to nothing", `<p id="a"> </p>`, `<p id="a"></p>`, `<hx-partial id="a" hx-swap="textContent"></hx-partial>`},
		{"white space to children", `<ul id="a"> </ul>`, `<ul id="a"> <li id="b">b</li> </ul>`, `<hx-partial id="a" hx-swap="afterbegin"><li id="b">b</li></hx-partial>`},
		{"children to white space", `<ul id="a"><li id="b">b</li></ul>`, `<ul id="a"> </ul>`, `<hx-partial id="a" hx-swap="textContent"></hx-partial>`},
		{"a line end after pre", `<pre id="a">x</pre>`, "<pre id=\"a\">\r\ny</pre>", `<hx-partial id="a" hx-swap="textContent">y</hx-partial>`},
		{"NUL", `<p id="a">x</p>`, "<p id=\"a\">\x00y</p>", "<hx-partial id=\"a\" hx-swap=\"outerMorph\"><p id=\"a\">\x00y</p></hx-partial>"},
		{"a text without an id", `<p id="a"><b>1</b><b>2</b></p>`, `<p id="a"><b>1</b><b>3</b></p>`, `<hx-partial id="a" hx-swap="outerMorph"><p id="a"><b>1</b><b>3</b></p></hx-partial>`},
		{"a text with an id, deep", table(row("", `<b id="label-7">old</b>`)), table(row("", `<b id="label-7">new</b>`)), `<hx-partial id="label-7" hx-swap="textContent">new</hx-partial>`},
		{"attributes", table(row("", "l")), table(row(` class="danger"`, "l")), `<hx-partial id="row-7" hx-swap="outerMorph"><tr id="row-7" class="danger" sb-skip></tr></hx-partial>`},
		{"attributes of a small element", `<input id="a" value="1">`, `<input id="a" value="2">`, `<hx-partial id="a" hx-swap="outerMorph"><input id="a" value="2"></hx-partial>` + wait("a")},
		{"a value that goes away", `<input id="a" value="1">`, `<input id="a" class="c">`, `<hx-partial hx-target='#a:focus' hx-swap="outerMorph"><input id="a" class="c"></hx-partial><hx-partial hx-target='#a:not(:focus)' hx-swap="outerHTML"><input id="a" class="c"></hx-partial>` + wait("a")},
		{"attributes of a field that shows what it did", `<input id="a" value="1">`, `<input id="a" value="1" class="c">`, `<hx-partial id="a" hx-swap="outerMorph"><input id="a" value="1" class="c"></hx-partial>`},
		{"attributes of a text area", `<textarea id="a">a long text</textarea>`, `<textarea id="a" class="c">a long text</textarea>`, `<hx-partial id="a" hx-swap="outerMorph"><textarea id="a" class="c">a long text</textarea></hx-partial>`},
		{"a box", `<input id="a" type="checkbox"><p id="p">1</p>`, `<input id="a" type="checkbox" checked><p id="p">2</p>`, `<hx-partial id="p" hx-swap="textContent">2</hx-partial><hx-partial id="a" hx-swap="outerHTML"><input id="a" type="checkbox" checked></hx-partial>`},
		{"a box without id", `<p id="p"><input name="a" type="checkbox" value="1"></p>`, `<p id="p"><input name="a" type="checkbox" value="1" checked></p>`, `<hx-partial hx-target='#p input[name="a"][type="checkbox"][value="1"]:not([id]):not(#p [id] *)' hx-swap="outerHTML"><input name="a" type="checkbox" value="1" checked></hx-partial><hx-partial id="p" hx-swap="outerMorph"><p id="p"><input name="a" type="checkbox" value="1" checked></p></hx-partial>`},
		{"options", `<select id="a"><option>1</option></select>`, `<select id="a"><option>0</option><option>1</option></select>`, `<hx-partial id="a" hx-swap="outerHTML"><select id="a"><option>0</option><option>1</option></select></hx-partial>`},
		{"the text of an option without id", `<p id="p"><select name="a"><option>1</option></select></p>`, `<p id="p"><select name="a"><option>2</option></select></p>`, `<hx-partial hx-target='#p select[name="a"]:not([id]):not(#p [id] *)' hx-swap="outerHTML"><select name="a"><option>2</option></select></hx-partial><hx-partial id="p" hx-swap="outerMorph"><p id="p"><select name="a"><option>2</option></select></p></hx-partial>`},
		{"what is open", `<details id="a"><p id="p">1</p></details>`, `<details id="a" open><p id="p">2</p></details>`, `<hx-partial id="sb-park" hx-swap="beforeend"><i id="p" hx-preserve></i></hx-partial><hx-partial id="p" hx-swap="textContent">2</hx-partial><hx-partial id="a" hx-swap="outerHTML"><details id="a" open><p id="p" hx-preserve></p></details></hx-partial>`},
		{"an attribute that begins with open", `<x-a id="a" opened="1">1</x-a>`, `<x-a id="a" opened="2">1</x-a>`, `<hx-partial id="a" hx-swap="outerHTML"><x-a id="a" opened="2">1</x-a></hx-partial>`},
		{"content", `<p id="a">x</p>`, `<p id="a"><b>x</b></p>`, `<hx-partial id="a" hx-swap="outerMorph"><p id="a"><b>x</b></p></hx-partial>`},
		{"append", rows("a b"), rows("a b c d"), `<hx-partial id="b" hx-swap="afterend"><tr id="c"><td>c</td></tr><tr id="d"><td>d</td></tr></hx-partial>`},
		{"prepend", rows("b"), rows("a b"), `<hx-partial id="b" hx-swap="beforebegin"><tr id="a"><td>a</td></tr></hx-partial>`},
		{"fill", rows(""), rows("a"), `<hx-partial id="rows" hx-swap="afterbegin"><tr id="a"><td>a</td></tr></hx-partial>`},
		{"fill with many", rows(""), rows(nine), filled(rows(nine))},
		{"replace all by many", rows("a b"), rows(nine), filled(rows(nine))},
		{"autofocus on what is filled is not for old elements", `<ul id="u" autofocus></ul>`, `<ul id="u" autofocus>` + items + `</ul>`, `<hx-partial id="u" hx-swap="outerSync"><ul id="u" >` + items + `</ul></hx-partial>`},
		{"replace all beside other content", `<div id="p"><i id="a">a</i>x</div>`, `<div id="p">` + items + `x</div>`, `<hx-partial id="a" hx-swap="delete"></hx-partial><hx-partial id="p" hx-swap="afterbegin">` + items + `</hx-partial>`},
		{"replace all, one comes from elsewhere", `<b id="x1">1</b><ul id="u"><i id="a">a</i></ul>`, `<ul id="u"><b id="x1">1</b>` + items + `</ul>`, `<hx-partial id="sb-park" hx-swap="beforeend"><i id="x1" hx-preserve></i></hx-partial><hx-partial id="u" hx-swap="outerSync"><ul id="u"><b id="x1" hx-preserve></b>` + items + `</ul></hx-partial>`},
		{"remove", rows("a b c d"), rows("a d"), `<hx-partial hx-target="#b,#c" hx-swap="delete"></hx-partial>`},
		{"remove one", rows("a b"), rows("a"), `<hx-partial id="b" hx-swap="delete"></hx-partial>`},
		{"clear", rows("a b c"), rows(""), `<hx-partial id="rows" hx-swap="textContent"></hx-partial>`},
		{"swap", rows("a b c d e"), rows("a d c b e"), `<hx-partial id="sb-park" hx-swap="beforeend"><i id="sb-hold"></i></hx-partial><hx-partial id="rows" hx-swap="innerMorph"><tr id="a"></tr><tr id="d"></tr><tr id="c"></tr><tr id="b"></tr><tr id="e"></tr></hx-partial><hx-partial id="sb-park" hx-swap="textContent"></hx-partial>`},
		{"swap in a long list", rows(long + "a b"), rows(long + "b a"), `<hx-partial id="l31" hx-swap="afterend"><tr id="b" hx-preserve></tr></hx-partial>`},
		{"swap, with a new one and one less", rows("a b c"), rows("b d a"), `<hx-partial id="sb-park" hx-swap="beforeend"><i id="sb-hold"></i></hx-partial><hx-partial id="rows" hx-swap="innerMorph"><tr id="b"></tr><tr id="d"><td>d</td></tr><tr id="a"></tr></hx-partial><hx-partial id="sb-park" hx-swap="textContent"></hx-partial>`},
		{"swap beside other content", `<div id="p">x<i id="a">a</i><i id="b">b</i></div>`, `<div id="p">x<i id="b">b</i><i id="a">a</i></div>`, `<hx-partial id="a" hx-swap="beforebegin"><i id="b" hx-preserve></i></hx-partial>`},
		{"swap of void elements", `<p id="p"><input id="a"><input id="b"></p>`, `<p id="p"><input id="b"><input id="a"></p>`, `<hx-partial id="sb-park" hx-swap="beforeend"><i id="sb-hold"></i></hx-partial><hx-partial id="p" hx-swap="innerMorph"><input id="b"><input id="a"></hx-partial><hx-partial id="sb-park" hx-swap="textContent"></hx-partial>`},
		{"a custom element that paints itself", `<div id="a" class="a"> <x-el></x-el>x</div>`, `<div id="a" class="b"> <x-el></x-el>y</div>`, `<hx-partial id="a" hx-swap="outerMorph"><div id="a" class="b"> <x-el sb-skip></x-el>y</div></hx-partial>`},
		{"a custom element with an id", `<x-el id="a" class="a"></x-el>`, `<x-el id="a" class="b"></x-el>`, `<hx-partial id="a" hx-swap="outerMorph"><x-el id="a" class="b" sb-skip></x-el></hx-partial>`},
		{"a custom element that the view empties", `<div id="a">x<x-el>1</x-el></div>`, `<div id="a">y<x-el></x-el></div>`, `<hx-partial id="a" hx-swap="outerMorph"><div id="a">y<x-el></x-el></div></hx-partial>`},
		{"a custom element with an id that the view empties", `<x-el id="a">1</x-el>`, `<x-el id="a"></x-el>`, `<hx-partial id="a" hx-swap="textContent"></hx-partial>`},
		{"a usable id that needs escapes", `<i id="a:1">a</i><i id="2.b">b</i><i id="-">c</i><i id="-3ö">d</i>`, `<i id="a:1">x</i>`, `<hx-partial id="a:1" hx-swap="textContent">x</hx-partial><hx-partial hx-target="#\32 \.b,#\-,#-\33 ö" hx-swap="delete"></hx-partial>`},
		{"svg", `<svg><circle id="c" r="1"></circle></svg>`, `<svg><circle id="c" r="2"></circle></svg>`, `<hx-partial id="c" hx-swap="outerMorph strip:true"><svg><circle id="c" r="2"></circle></svg></hx-partial>`},
		{"odd ids are no targets", `<p id="x,body">1</p>`, `<p id="x,body">2</p>`, `<hx-partial id="sb-view" hx-swap="innerMorph"><p id="x,body">2</p></hx-partial>`},
		{"autofocus is not for old elements", `<div id="a"><input autofocus><b>1</b><b>2</b></div>`, `<div id="a"><input autofocus><b>1</b><i>2</i></div>`, `<hx-partial id="a" hx-swap="outerMorph"><div id="a"><input ><b>1</b><i>2</i></div></hx-partial>`},
		{
			"an element that changes its parent", `<div id="p"><i id="x">1</i></div><div id="q"></div>`, `<div id="p"></div><div id="q"><i id="x">1</i></div>`,
			`<hx-partial id="sb-park" hx-swap="beforeend"><i id="x" hx-preserve></i></hx-partial><hx-partial id="p" hx-swap="textContent"></hx-partial><hx-partial id="q" hx-swap="afterbegin"><i id="x" hx-preserve></i></hx-partial>`,
		},
		{"list without id", `<ul><li id="a">a</li></ul>`, `<ul><li id="a">a</li><li id="b">b</li></ul>`, `<hx-partial id="a" hx-swap="afterend"><li id="b">b</li></hx-partial>`},
		{
			"what the parser rearranges is sent whole", `<div id="d"><p><div id="x">1</div></p></div>`, `<div id="d"><p><div id="x">2</div></p></div>`,
			`<hx-partial id="d" hx-swap="outerMorph"><div id="d"><p><div id="x">2</div></p></div></hx-partial>`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := between(t, c.a, c.b); got != c.want {
				t.Errorf("from %s\nto   %s\ngot  %s\nwant %s", c.a, c.b, got, c.want)
			}
		})
	}
}

// wait is the operation that waits for the field with the id to be left, if it has the focus.
func wait(id string) string {
	return `<hx-partial hx-target=':has(#` + id + `:focus)>#sb-left'><i hx-post="?left=` + id + `" hx-sync="main:queue all" hx-trigger='blur from:#` + id + `'></i></hx-partial>`
}
