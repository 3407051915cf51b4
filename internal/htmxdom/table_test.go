package htmxdom_test

import (
	"slices"
	"testing"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

// row is a case with what must come of it. Empty fields are not looked at; the
// body stands for <body>…</body>.
type row struct {
	name    string
	body    string
	setup   []htmxdom.Gesture
	message string
	want    string // BodyHTML without the body tags
	kept    []string
	focus   string
	values  map[string]string
	title   string
	throws  bool
}

var table = []row{
	{
		name:    "text of a node",
		body:    `<p id="count">Count: <b>4</b></p>`,
		message: `<hx-partial id="count" hx-swap="textContent">Count: 5</hx-partial>`,
		want:    `<p id="count">Count: 5</p>`,
		kept:    []string{"count"},
	},
	{
		name:    "text of a leaf by a path",
		body:    `<table><tbody><tr id="row-7"><td>7</td><td><a>old</a></td></tr></tbody></table>`,
		message: `<hx-partial hx-target="#row-7>td:nth-child(2)>a" hx-swap="textContent">new &amp; <b>bare</b></hx-partial>`,
		want:    `<table><tbody><tr id="row-7"><td>7</td><td><a>new &amp; bare</a></td></tr></tbody></table>`,
	},
	{
		name:    "a path that fits nothing changes nothing",
		body:    `<p id="a"><i>x</i></p><p id="b">y</p>`,
		message: `<hx-partial hx-target="#a b" hx-swap="textContent">z</hx-partial><hx-partial id="b" hx-swap="textContent">Y</hx-partial>`,
		want:    `<p id="a"><i>x</i></p><p id="b">Y</p>`,
	},
	{
		name:    "empty text removes all children",
		body:    `<ul id="rows"><li id="a"></li><li id="b"></li></ul>`,
		message: `<hx-partial id="rows" hx-swap="textContent"></hx-partial>`,
		want:    `<ul id="rows"></ul>`,
	},
	{
		name:    "a table row morphs in place",
		body:    `<table><tbody id="t"><tr id="r1" class="x"><td id="c">1</td></tr></tbody></table>`,
		message: `<hx-partial id="r1" hx-swap="outerMorph"><tr id="r1" title="y"><td id="c">2</td><td>3</td></tr></hx-partial>`,
		want:    `<table><tbody id="t"><tr id="r1" title="y"><td id="c">2</td><td>3</td></tr></tbody></table>`,
		kept:    []string{"c", "r1", "t"},
	},
	{
		name:    "attributes only, by data-skip",
		body:    `<table><tbody><tr id="row-7"><td hx-get="/x" id="c">kept</td></tr></tbody></table>`,
		message: `<hx-partial id="row-7" hx-swap="outerMorph"><tr id="row-7" class="danger" data-skip></tr></hx-partial>`,
		want:    `<table><tbody><tr class="danger" id="row-7"><td hx-get="/x" id="c">kept</td></tr></tbody></table>`,
		kept:    []string{"c", "row-7"},
	},
	{
		name:    "a move stub and new rows after a neighbour",
		body:    `<table><tbody><tr id="a"></tr><tr id="b"></tr><tr id="c"><td><input id="in"></td></tr></tbody></table>`,
		setup:   []htmxdom.Gesture{htmxdom.TypeInto("in", "typed")},
		message: `<hx-partial id="a" hx-swap="afterend"><tr id="c" hx-preserve></tr><tr id="n"><td>new</td></tr></hx-partial>`,
		want:    `<table><tbody><tr id="a"></tr><tr id="c"><td><input id="in"></td></tr><tr id="n"><td>new</td></tr><tr id="b"></tr></tbody></table>`,
		kept:    []string{"a", "b", "c", "in"},
		focus:   "in",
		values:  map[string]string{"in": "typed"},
	},
	{
		name:    "targets are found before any swap",
		body:    `<ul id="l"><li id="a">a</li><li id="b">b</li></ul>`,
		message: `<hx-partial id="a" hx-swap="afterend"><li id="b2" class="n"></li></hx-partial><hx-partial hx-target="#l .n" hx-swap="delete"></hx-partial><hx-partial hx-target="#l>:nth-child(2)" hx-swap="textContent">B</hx-partial>`,
		want:    `<ul id="l"><li id="a">a</li><li class="n" id="b2"></li><li id="b">B</li></ul>`,
	},
	{
		name:    "many deletes in one selector list",
		body:    `<ul><li id="row-1"></li><li id="row-2"></li><li id="row-3"></li></ul>`,
		message: `<hx-partial hx-target="#row-1,#row-3" hx-swap="delete"></hx-partial>`,
		want:    `<ul><li id="row-2"></li></ul>`,
		kept:    []string{"row-2"},
	},
	{
		name:    "before, first, last",
		body:    `<ul id="l"><li id="a"></li></ul>`,
		message: `<hx-partial id="l" hx-swap="beforebegin"><p>0</p></hx-partial><hx-partial id="l" hx-swap="afterbegin"><li>1</li></hx-partial><hx-partial id="l" hx-swap="beforeend"><li>2</li></hx-partial>`,
		want:    `<p>0</p><ul id="l"><li>1</li><li id="a"></li><li>2</li></ul>`,
	},
	{
		name:    "everything morphs inside the view",
		body:    `<main id="sb-view"><h1>Old</h1><p id="p">one</p><input id="in" value="1"></main>`,
		setup:   []htmxdom.Gesture{htmxdom.TypeInto("in", "typed")},
		message: `<hx-partial id="sb-view" hx-swap="innerMorph"><h1>New</h1><section><input id="in" value="2"></section><p id="p">two</p></hx-partial>`,
		want:    `<main id="sb-view"><h1>New</h1><section><input id="in" value="2"></section><p id="p">two</p></main>`,
		kept:    []string{"in", "p", "sb-view"},
		focus:   "in",
		values:  map[string]string{"in": "typed"},
	},
	{
		name:    "an SVG element morphs with a wrapper that is stripped",
		body:    `<svg><circle id="dot" r="1"></circle></svg>`,
		message: `<hx-partial id="dot" hx-swap="outerMorph strip:true"><svg><circle id="dot" r="2"></circle></svg></hx-partial>`,
		want:    `<svg><circle id="dot" r="2"></circle></svg>`,
		kept:    []string{"dot"},
	},
	{
		name:    "without the wrapper it would be HTML, which does not match",
		body:    `<svg><circle id="dot" r="1"></circle></svg>`,
		message: `<hx-partial id="dot" hx-swap="outerMorph"><circle id="dot" r="2"></circle></hx-partial>`,
		want:    `<svg><html:circle id="dot" r="2"></html:circle></svg>`,
		kept:    []string{},
	},
	{
		name:    "an SVG group made anew around a kept element becomes HTML",
		body:    `<svg id="s"><circle id="dot"></circle></svg>`,
		message: `<hx-partial id="s" hx-swap="outerMorph"><svg id="s"><g><circle id="dot"></circle></g></svg></hx-partial>`,
		want:    `<svg id="s"><html:g><circle id="dot"></circle></html:g></svg>`,
		kept:    []string{"dot", "s"},
	},
	{
		name:    "a replaced control keeps the focus and shows the new value",
		body:    `<form id="f"><input id="step" value="1"></form>`,
		setup:   []htmxdom.Gesture{htmxdom.TypeInto("step", "9")},
		message: `<hx-partial id="step" hx-swap="outerHTML"><input id="step" value="1"></hx-partial>`,
		want:    `<form id="f"><input id="step" value="1"></form>`,
		kept:    []string{"f"},
		focus:   "step",
		values:  map[string]string{"step": "1"},
	},
	{
		name:    "a focused control that becomes one without a caret loses the focus",
		body:    `<input id="step" value="1">`,
		setup:   []htmxdom.Gesture{htmxdom.FocusOn("step")},
		message: `<hx-partial id="step" hx-swap="outerHTML"><input id="step" type="number" value="1"></hx-partial>`,
		focus:   "-",
	},
	{
		name:    "a morph does not show what the user changed in unchanged HTML",
		body:    `<div id="d"><input id="in" value="1"><input id="box" type="checkbox"><select id="s"><option value="1">a</option><option value="2">b</option></select><textarea id="t">x</textarea></div>`,
		setup:   []htmxdom.Gesture{htmxdom.TypeInto("in", "9"), htmxdom.CheckBox("box", true), htmxdom.Choose("s", "2"), htmxdom.TypeInto("t", "y"), htmxdom.FocusOn("box")},
		message: `<hx-partial id="d" hx-swap="outerMorph"><div id="d" title="new"><input id="in" value="1"><input id="box" type="checkbox"><select id="s"><option value="1" selected>a</option><option value="2">b</option></select><textarea id="t">x</textarea></div></hx-partial>`,
		values:  map[string]string{"in": "9", "box": "true", "s": "1", "t": "y"},
		kept:    []string{"box", "d", "in", "s", "t"},
		focus:   "box",
	},
	{
		name:    "a morph shows changed values of unfocused text controls",
		body:    `<div id="d"><input id="in" value="1"><textarea id="t">x</textarea><button id="b"></button></div>`,
		setup:   []htmxdom.Gesture{htmxdom.TypeInto("in", "9"), htmxdom.TypeInto("t", "y"), htmxdom.FocusOn("b")},
		message: `<hx-partial id="d" hx-swap="outerMorph"><div id="d"><input id="in" value="2"><textarea id="t">z</textarea><button id="b"></button></div></hx-partial>`,
		values:  map[string]string{"in": "2", "t": "z"},
		focus:   "b",
	},
	{
		name:    "a morph spares the focused text control",
		body:    `<div id="d"><input id="in" value="1"></div>`,
		setup:   []htmxdom.Gesture{htmxdom.TypeInto("in", "9")},
		message: `<hx-partial id="d" hx-swap="outerMorph"><div id="d"><input id="in" value="2"></div></hx-partial>`,
		values:  map[string]string{"in": "9"},
		focus:   "in",
	},
	{
		name:    "a value once set by a morph stays when the attribute goes",
		body:    `<div id="d"><input id="in" value="1"></div>`,
		message: `<hx-partial id="in" hx-swap="outerMorph"><input id="in" value="2"></hx-partial><hx-partial id="in" hx-swap="outerMorph"><input id="in"></hx-partial>`,
		values:  map[string]string{"in": "2"},
	},
	{
		name: "checked radio buttons that a morph swaps back and forth end with none checked",
		body: `<div id="d"><input id="a" type="radio" name="n"><input id="b" type="radio" name="n" checked></div>`,
		message: `<hx-partial id="d" hx-swap="outerMorph"><div id="d"><input id="a" type="radio" name="n" checked><input id="b" type="radio" name="n"></div></hx-partial>` +
			`<hx-partial id="d" hx-swap="outerMorph"><div id="d"><input id="a" type="radio" name="n"><input id="b" type="radio" name="n" checked></div></hx-partial>`,
		values: map[string]string{"a": "false", "b": "false"},
	},
	{
		name:    "details that the user opened stay open",
		body:    `<details id="d"><summary>s</summary>old</details>`,
		setup:   []htmxdom.Gesture{htmxdom.OpenDetails("d", true)},
		message: `<hx-partial id="d" hx-swap="outerMorph"><details id="d" class="x"><summary>s</summary>new</details></hx-partial>`,
		want:    `<details class="x" id="d" open=""><summary>s</summary>new</details>`,
	},
	{
		name:    "a focused button that is disabled loses the focus",
		body:    `<button id="b">x</button>`,
		setup:   []htmxdom.Gesture{htmxdom.FocusOn("b")},
		message: `<hx-partial id="b" hx-swap="outerMorph"><button id="b" disabled>x</button></hx-partial>`,
		want:    `<button disabled="" id="b">x</button>`,
		focus:   "-",
	},
	{
		name:    "autofocus takes the focus even on an element that was there",
		body:    `<div id="d"><input id="a" autofocus><input id="b"></div>`,
		setup:   []htmxdom.Gesture{htmxdom.FocusOn("b")},
		message: `<hx-partial id="d" hx-swap="outerMorph"><div id="d" class="x"><input id="a" autofocus><input id="b"></div></hx-partial>`,
		kept:    []string{"a", "b", "d"},
		focus:   "a",
	},
	{
		name:    "a stub that does not come into the page loses its element",
		body:    `<p id="a">a</p><p id="b">b</p>`,
		message: `<hx-partial id="a" hx-swap="textContent"><p id="b" hx-preserve></p></hx-partial>`,
		want:    `<p id="a"></p>`,
	},
	{
		name:    "an out-of-band element beside partials",
		body:    `<p id="a">a</p><ul id="l"></ul>`,
		message: `<p id="a" hx-swap-oob="true">A</p><ul id="l" hx-swap-oob="beforeend"><li>1</li></ul>`,
		want:    `<p id="a">A</p><ul id="l"><li>1</li></ul>`,
	},
	{
		name:    "a title, though not one of SVG",
		body:    `<p id="a"></p>`,
		message: `<hx-partial id="a"><svg><title>shape</title></svg></hx-partial><title>New &amp; shiny</title>`,
		want:    `<p id="a"><svg><title>shape</title></svg></p>`,
		title:   "New & shiny",
	},
	{
		name:    "a bad selector loses the whole message",
		body:    `<p id="a">old</p>`,
		message: `<title>New</title><hx-partial id="a" hx-swap="textContent">new</hx-partial><hx-partial hx-target="#1bad" hx-swap="textContent">x</hx-partial>`,
		want:    `<p id="a">old</p>`,
		title:   "Page",
		throws:  true,
	},
	{
		name:    "after a swap that takes the body away others fail",
		body:    `<p id="a">old</p>`,
		message: `<hx-partial hx-target="body" hx-swap="outerHTML"><p id="b"></p></hx-partial><hx-partial id="a" hx-swap="textContent">new</hx-partial>`,
		kept:    []string{},
		throws:  true,
	},
	{
		name:    "an unknown swap style fails alone but loses the title",
		body:    `<p id="a">old</p><p id="b">old</p>`,
		message: `<title>New</title><hx-partial id="a" hx-swap="nonsense">x</hx-partial><hx-partial id="b" hx-swap="textContent">new</hx-partial>`,
		want:    `<p id="a">old</p><p id="b">new</p></body><div hidden=""></div>`,
		title:   "Page",
		throws:  true,
	},
	{
		name:    "odd ids reach their element",
		body:    `<p id="x,y">1</p><p id="a b">2</p><p id="1bad">3</p><p id="q&quot;'">4</p><p id="-">5</p><p id="a:b">6</p>`,
		message: `<hx-partial id="x,y" hx-swap="textContent">A</hx-partial><hx-partial id="a b" hx-swap="textContent">B</hx-partial><hx-partial id="1bad" hx-swap="textContent">C</hx-partial><hx-partial id="q&quot;'" hx-swap="textContent">D</hx-partial><hx-partial id="-" hx-swap="textContent">E</hx-partial><hx-partial id="a:b" hx-swap="textContent">F</hx-partial>`,
		want:    `<p id="x,y">A</p><p id="a b">B</p><p id="1bad">C</p><p id="q&quot;'">D</p><p id="-">E</p><p id="a:b">F</p>`,
	},
	{
		name:    "an id that ends in a comma and a word of htmx's hits what the word means",
		body:    `<p id="x,body">1</p>`,
		message: `<hx-partial id="x,body" hx-swap="beforeend"><i>!</i></hx-partial>`,
		want:    `<p id="x,body">1</p><i>!</i>`,
	},
	{
		name:    "text between partials is dropped, since the stream swaps nothing itself",
		body:    `<p id="a">a</p>`,
		message: "stray <b>text</b>\n<hx-partial id=\"a\" hx-swap=\"textContent\">A</hx-partial>",
		want:    `<p id="a">A</p>`,
	},
	{
		name:    "new elements that look like old ones are taken up by htmx",
		body:    `<div id="d"><button hx-post="/a">1</button></div>`,
		message: `<hx-partial id="d" hx-swap="beforeend"><button hx-post="/b">2</button></hx-partial><hx-partial id="d" hx-swap="outerMorph"><div id="d"><button hx-post="/b">2</button></div></hx-partial>`,
		want:    `<div id="d"><button hx-post="/b">2</button></div>`,
	},
	{
		name: "settling undoes what a later swap of the same message did to looks",
		body: `<div id="d"><p id="a" class="x"></p></div>`,
		message: `<hx-partial id="d" hx-swap="innerHTML"><p id="a" class="y"></p></hx-partial>` +
			`<hx-partial id="d" hx-swap="outerMorph"><div id="d"><p id="a" class="z"></p></div></hx-partial>`,
		want: `<div id="d"><p class="y" id="a"></p></div>`,
	},
	{
		name:    "elements in a template are content, not children",
		body:    `<template id="t"><p id="in">old</p></template>`,
		message: `<hx-partial id="in" hx-swap="textContent">x</hx-partial><hx-partial id="t" hx-swap="outerMorph"><template id="t"><p id="in">new</p></template></hx-partial>`,
		want:    `<template id="t"><p id="in">new</p></template>`,
	},
}

func (r row) page() string { return "<!doctype html><title>Page</title><body>" + r.body + "</body>" }

func (r row) testCase() chromium.Case {
	return chromium.Case{Page: r.page(), Setup: r.setup, Messages: []string{r.message}}
}

func TestOperations(t *testing.T) {
	for _, r := range table {
		t.Run(r.name, func(t *testing.T) {
			got, err := chromium.Model(r.testCase())
			if err != nil {
				t.Fatal(err)
			}
			if threw := got.Errors[0] != ""; threw != r.throws {
				t.Errorf("threw %q", got.Errors[0])
			}
			want := "<body>" + r.want
			if r.want != "" && got.HTML != want && got.HTML != want+"</body>" {
				t.Errorf("the page is\n%s\nwant\n%s", got.HTML, want)
			}
			if r.kept != nil && !slices.Equal(got.Kept, r.kept) {
				t.Errorf("kept nodes %q, want %q", got.Kept, r.kept)
			}
			if r.focus == "-" {
				r.focus = ""
			} else if r.focus == "" {
				r.focus = got.Focus
			}
			if got.Focus != r.focus {
				t.Errorf("the focus is on %q, want %q", got.Focus, r.focus)
			}
			for id, v := range r.values {
				if got.Values[id] != v {
					t.Errorf("#%s shows %q, want %q", id, got.Values[id], v)
				}
			}
			if r.title != "" && got.Title != r.title {
				t.Errorf("the title is %q, want %q", got.Title, r.title)
			}
		})
	}
}

// What the table says must be true of the real htmx too.
func TestOperationsInChromium(t *testing.T) {
	var cases []chromium.Case
	for _, r := range table {
		cases = append(cases, r.testCase())
	}
	for i, got := range chromium.Run(t, cases) {
		want, err := chromium.Model(cases[i])
		if err != nil {
			t.Fatal(err)
		}
		if diff := want.Diff(got); diff != "" {
			t.Errorf("%s: model and Chromium differ in %s", table[i].name, diff)
		}
	}
}
