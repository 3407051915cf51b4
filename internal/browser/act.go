package browser

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// clickable finds where to click an element: it must be shown, enabled, and the
// topmost thing at its middle. From then on, until [missed] is asked, the page
// hears nothing of a mouse that presses or clicks something else.
const clickable = `e => {
	if (!e) return {ok: false, saw: "no such element"};
	if (early(e)) return early(e);
	e.scrollIntoView({block: "nearest", inline: "nearest", behavior: "instant"});
	const r = e.getBoundingClientRect();
	const x = r.x + r.width / 2, y = r.y + r.height / 2;
	if (!r.width || !r.height || getComputedStyle(e).visibility !== "visible") return {ok: false, saw: "an element that is not shown"};
	if (e.matches(":disabled")) return {ok: false, saw: "a disabled element"};
	const top = document.elementFromPoint(x, y);
	const label = e.closest("label");
	if (!top || !(e.contains(top) || top.contains(e) && top === label)) {
		return {ok: false, saw: "covered by " + (top ? top.cloneNode().outerHTML : "nothing in view")};
	}
	const key = Symbol.for("aim");
	if (!window[key]) {
		window[key] = {};
		for (const type of ["pointerdown", "mousedown", "pointerup", "mouseup", "click"]) addEventListener(type, event => {
			const aim = window[key];
			if (!aim.hits || !event.isTrusted) return;
			if (type === "pointerdown" || type === "click" && event.pointerType === "mouse") aim.missed ||= !aim.hits(event.target);
			if (aim.missed) {
				event.preventDefault();
				event.stopImmediatePropagation();
			}
		}, true);
	}
	Object.assign(window[key], {missed: false, hits: target => e.contains(target) || label && (target === label || target === label.control)});
	return {ok: true, x, y, saw: ""};
}`

// missed tells whether something else than what was aimed at came under the mouse. If not, the watch ends.
const missed = `(aim => {
	if (aim && !aim.missed) aim.hits = null;
	return !!aim?.missed;
})(window[Symbol.for("aim")])`

// Click waits until the first element that matches selector can be clicked and
// clicks its middle with the mouse.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.click("click "+selector, call("s => ("+clickable+")(document.querySelector(s))", selector))
}

// ClickText clicks the first shown element of a role (or with a tag name) that
// has exactly this text: ClickText("button", "Save"), ClickText("link", "Home"),
// ClickText("td", "7"). A button's text may be its value or its aria-label.
func (p *Page) ClickText(role, text string) {
	p.t.Helper()
	p.click(fmt.Sprintf("click %s %q", role, text), call(`(role, text) => {
		const roles = {
			button: "button,input[type=button],input[type=submit],input[type=reset],summary",
			link: "a[href]",
			checkbox: "input[type=checkbox]", radio: "input[type=radio]", option: "option",
		};
		const all = [...document.querySelectorAll([roles[role] ?? CSS.escape(role), "[role=" + CSS.escape(role) + "]"].join(","))];
		const name = e => e.getAttribute("aria-label") ?? (e.tagName === "INPUT" ? e.value : words(e));
		const named = all.filter(e => name(e) === text || words(e) === text);
		const shown = named.find(e => e.getClientRects().length);
		if (!named.length) return {ok: false, saw: all.length ? "only " + JSON.stringify(all.map(name)) : "none of that role"};
		return (`+clickable+`)(shown ?? named[0]);
	}`, role, text))
}

func (p *Page) click(what, script string) {
	p.t.Helper()
	p.press(what, script, func(at answer) []chromedp.Action[chromedp.Void] {
		return []chromedp.Action[chromedp.Void]{chromedp.MouseClickXY(at.X, at.Y)}
	})
}

// press moves the mouse to what a script finds and does actions there, and again if the page has put something else
// under the mouse meanwhile, as it may until they are done.
func (p *Page) press(what, script string, actions func(at answer) []chromedp.Action[chromedp.Void]) (at answer) {
	p.t.Helper()
	p.wait(what, func(ctx context.Context) (saw string, ok bool) {
		var err error
		if at, err = chromedp.Run(ctx, chromedp.Evaluate[answer](script)); err != nil {
			return err.Error(), false
		}
		if !at.OK {
			return at.Saw, false
		}
		moved := chromedp.MouseEvent(chromedp.MouseMoved, at.X, at.Y)
		if err := chromedp.Do(ctx, append([]chromedp.Action[chromedp.Void]{moved}, actions(at)...)...); err != nil {
			p.t.Fatalf("browser: %s: %v%s", what, err, p.log.tail())
		}
		if missed, err := chromedp.Run(ctx, chromedp.Evaluate[bool](missed)); err == nil && missed { // an error: the page is about to go
			_ = chromedp.Do(ctx, button(chromedp.MouseReleased, at.X, at.Y)) // the next attempt tells of what is wrong
			return "an element that moves", false
		}
		return "", true
	})
	return at
}

// ClickSlowly clicks like Click, and calls meanwhile between pressing the button of the mouse and
// letting it go.
func (p *Page) ClickSlowly(selector string, meanwhile func()) {
	p.t.Helper()
	what := "click slowly " + selector
	at := p.press(what, call("s => ("+clickable+")(document.querySelector(s))", selector), func(at answer) []chromedp.Action[chromedp.Void] {
		return []chromedp.Action[chromedp.Void]{button(chromedp.MousePressed, at.X, at.Y)}
	})
	meanwhile()
	p.run(what, button(chromedp.MouseReleased, at.X, at.Y))
}

// button presses the left button of the mouse, or lets it go.
func button(event input.DispatchMouseEventType, x, y float64) chromedp.Action[chromedp.Void] {
	return chromedp.MouseEvent(event, x, y, chromedp.ButtonLeft, chromedp.ClickCount(1))
}

// Drag presses the mouse on the first element that matches from, moves it in steps to the middle of the first one that
// matches to, calls before, which may wait until the page has followed, and lets it go there.
func (p *Page) Drag(from, to string, before func()) {
	p.t.Helper()
	what := "drag " + from + " to " + to
	at := "s => (" + clickable + ")(document.querySelector(s))"
	p.waitJS(what, call(at, to)) // what scrolls to one may move the other
	a := p.press(what, call(at, from), func(at answer) []chromedp.Action[chromedp.Void] {
		return []chromedp.Action[chromedp.Void]{button(chromedp.MousePressed, at.X, at.Y)}
	})
	b := p.waitJS(what, call("s => { const r = document.querySelector(s).getBoundingClientRect(); return {ok: true, x: r.x + r.width / 2, y: r.y + r.height / 2, saw: ''} }", to))
	var steps []chromedp.Action[chromedp.Void]
	for i := 1.0; i <= dragSteps; i++ {
		part := i / dragSteps
		steps = append(steps, chromedp.MouseEvent(chromedp.MouseMoved, a.X+(b.X-a.X)*part, a.Y+(b.Y-a.Y)*part, chromedp.ButtonLeft))
	}
	p.run(what, steps...)
	before()
	p.run(what, button(chromedp.MouseReleased, b.X, b.Y))
}

// dragSteps is how many steps a drag has.
const dragSteps = 12

// Fill replaces what a text control holds by typing text, key by key. Controls
// that are not typed into (dates, colours, sliders) are set, with their input
// and change events. A change event of a typed control comes when the focus
// leaves it, see Press("Tab").
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	what := "fill " + selector
	got := p.waitJS(what, call(`(s, text) => {
		const e = document.querySelector(s);
		if (!e) return {ok: false, saw: "no such element"};
		if (early(e)) return early(e);
		if (e.matches(":disabled,:read-only")) return {ok: false, saw: "not editable"};
		if (["date", "datetime-local", "time", "month", "week", "color", "range"].includes(e.type)) {
			e.focus();
			e.value = text;
			e.dispatchEvent(new Event("input", {bubbles: true}));
			e.dispatchEvent(new Event("change", {bubbles: true}));
			return {ok: true, saw: "set"};
		}
		e.focus();
		if (document.activeElement !== e) return {ok: false, saw: "an element that takes no focus"};
		if (e.select) e.select(); else getSelection().selectAllChildren(e);
		return {ok: true, saw: (e.value ?? e.textContent) === "" ? "empty" : "full"};
	}`, selector, text))
	if got.Saw == "set" {
		return
	}
	if text == "" && got.Saw == "full" {
		text = kb.Delete
	}
	p.run(what, chromedp.KeyEvent(text))
}

// keys are the names that Press knows, as in KeyboardEvent.key.
var keys = map[string]string{
	"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape, "Backspace": kb.Backspace, "Delete": kb.Delete,
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown, "Space": " ",
}

var modifiers = map[string]chromedp.Modifier{
	"Alt": kb.ModifierAlt, "Control": kb.ModifierCtrl, "Meta": kb.ModifierMeta, "Shift": kb.ModifierShift,
}

// Press presses one key on whatever has the focus: "Enter", "a", "Control+a",
// "Shift+Tab".
func (p *Page) Press(key string) {
	p.t.Helper()
	parts := strings.Split(key, "+")
	if strings.HasSuffix(key, "++") || key == "+" {
		parts = append(parts[:len(parts)-2], "+")
	}
	var mods []chromedp.Modifier
	for _, name := range parts[:len(parts)-1] {
		m, ok := modifiers[name]
		if !ok {
			p.t.Fatalf("browser: press %s: no modifier %q", key, name)
		}
		mods = append(mods, m)
	}
	last := parts[len(parts)-1]
	text, named := keys[last]
	if !named {
		if text = last; len([]rune(text)) != 1 {
			p.t.Fatalf("browser: press %s: no key %q", key, last)
		}
	}
	p.waitJS("press "+key, call(`() => document.activeElement && early(document.activeElement) || {ok: true, saw: ""}`))
	if key == "Enter" {
		p.run("press "+key, chromedp.Func(pressEnter))
		return
	}
	p.run("press "+key, chromedp.KeyEvent(text, chromedp.KeyModifiers(mods...)))
}

// pressEnter presses the key in one step, as keyboards do: between two, a link that Enter follows would
// move the focus to a field, and the second would submit its form.
func pressEnter(ctx context.Context, t *chromedp.Target) error {
	steps := kb.Encode('\r') // down, character, up
	steps[0].Text = steps[1].Text
	for _, step := range []int{0, 2} {
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *steps[step]); err != nil {
			return err
		}
	}
	return nil
}

// Select chooses the option of a select element that has this value or, if
// none has, this text.
func (p *Page) Select(selector, option string) {
	p.t.Helper()
	p.waitJS(fmt.Sprintf("select %q in %s", option, selector), call(`(s, want) => {
		const e = document.querySelector(s);
		if (!e) return {ok: false, saw: "no such element"};
		if (early(e)) return early(e);
		if (e.matches(":disabled")) return {ok: false, saw: "a disabled element"};
		const options = [...e.options];
		const o = options.find(o => o.value === want) ?? options.find(o => words(o) === want);
		if (!o) return {ok: false, saw: "only " + JSON.stringify(options.map(o => o.value))};
		e.focus();
		o.selected = true;
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
		return {ok: true, saw: ""};
	}`, selector, option))
}

// Check makes a checkbox or radio button checked or not, by a click if it is
// not so yet.
func (p *Page) Check(selector string, checked bool) {
	p.t.Helper()
	state := fmt.Sprint(checked)
	if p.read("checkedness", selector, "e => e.checked") == state {
		return
	}
	p.Click(selector)
	if got := p.read("checkedness", selector, "e => e.checked"); got != state {
		p.t.Fatalf("browser: check %s: still %s after a click", selector, got)
	}
}

// Upload puts files into a file input, as the file chooser does.
func (p *Page) Upload(selector string, paths ...string) {
	p.t.Helper()
	p.waitJS("upload to "+selector, call(`s => {
		const e = document.querySelector(s);
		return e ? early(e) || {ok: true, saw: ""} : {ok: false, saw: "no such element"};
	}`, selector))
	p.run("upload to "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		r, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: call("s => document.querySelector(s)", selector)})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: r.Result.ObjectID})
		return err
	}))
}

// Compose writes a text that an input method has not settled yet into whatever has the focus; [Page.Insert] settles it.
func (p *Page) Compose(text string) {
	p.t.Helper()
	end := int64(len([]rune(text)))
	p.run("compose "+text, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.ImeSetComposition, input.ImeSetCompositionParams{Text: text, SelectionStart: end, SelectionEnd: end})
		return err
	}))
}

// Insert writes a text at once, as an input method does in the end.
func (p *Page) Insert(text string) {
	p.t.Helper()
	p.run("insert "+text, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}
