package htmxdom

import (
	"slices"

	"golang.org/x/net/html"
)

// insertContent is htmx's method of that name. It performs one task; after a delay that the task asks for,
// a timer continues it.
func (d *Document) insertContent(t *task, transitions bool, failed *[]error) {
	d.guard(failed, func() {
		target, frag := t.target, t.frag
		style := t.spec.style
		if target == nil || style == "none" {
			return
		}
		if e := firstElement(frag); e != nil && isHTML(e, "body") {
			keep := target == d.Body() && len(style) >= 5 && style[:5] == "outer"
			if keep && style == "outerHTML" {
				style = "outerSync"
			}
			t.spec.stripUnlessSet(!keep)
		}
		if e := firstElement(frag); t.spec.strips() && e != nil {
			inner := e
			if c := d.contents[e]; c != nil {
				inner = c
			}
			frag = fragment()
			d.insertAll(frag, children(inner), nil)
		}
		d.addClass(target, "htmx-swapping")
		do := func() { d.swapNow(target, frag, style, t.spec, transitions, failed) }
		if wait := t.spec.options["swap"]; transitions && truthy(wait) {
			d.timers.after(interval(wait), func() { d.guard(failed, do) })
			return
		}
		do()
	})
}

// guard runs an asynchronous function of htmx and collects what it throws.
func (d *Document) guard(failed *[]error, do func()) {
	var err error
	func() {
		defer catch(&err)
		do()
	}()
	if err != nil {
		*failed = append(*failed, err)
	}
}

// swapNow swaps and then settles.
func (d *Document) swapNow(target, frag *html.Node, style string, spec *swapSpec, transitions bool, failed *[]error) {
	parent := target.Parent
	if style == "delete" {
		if parent != nil {
			d.cleanup(target, false)
			d.remove(target)
		}
		return
	}
	var focused *html.Node
	var hadCaret bool
	var settle []func()
	if style == "innerHTML" || style == "outerHTML" && parent != nil {
		if d.focus != nil && idOf(d.focus) != "" {
			focused, hadCaret = d.focus, typeable(d.focus)
		}
		if transitions && d.settleDelay(spec) > 0 {
			settle = d.startTransitions(frag, target)
		}
	}
	pantry := d.preserve(frag)
	target, newContent := d.place(target, parent, frag, style)
	d.restore(pantry)
	if focused != nil && d.focus != focused {
		if n := d.ByID(idOf(focused)); n != nil {
			d.restoreFocus(n, hadCaret)
		}
	}
	for _, n := range newContent {
		d.addClass(n, "htmx-added")
	}
	finish := func() {
		for _, n := range newContent {
			d.removeClass(n, "htmx-added")
			d.process(n)
			d.autofocus(n)
		}
	}
	if len(settle) == 0 {
		finish()
		return
	}
	d.addClass(target, "htmx-settling")
	d.timers.after(d.settleDelay(spec), func() {
		d.guard(failed, func() {
			for _, s := range settle {
				s()
			}
			d.removeClass(target, "htmx-settling")
			finish()
		})
	})
}

// place swaps by the style. It returns the target that htmx continues with, and the new nodes. parent is
// the target's parent before preserved elements were moved away.
func (d *Document) place(target, parent, frag *html.Node, style string) (after *html.Node, newContent []*html.Node) {
	after, newContent = target, children(frag)
	defer func() { d.removeClass(after, "htmx-swapping") }()
	switch style {
	case "innerHTML":
		d.cleanupChildren(target)
		d.replaceChildren(target, children(frag))
	case "textContent":
		for _, n := range withAttr(target, "data-htmx-powered") {
			if n != target {
				d.cleanup(n, false)
			}
		}
		d.setText(target, textContent(frag))
	case "outerHTML":
		if parent != nil {
			d.insertBeside(target, children(frag))
			d.cleanup(target, false)
			d.removeChild(parent, target)
			after = parent
			if i := slices.IndexFunc(newContent, isElement); i >= 0 {
				after = newContent[i]
			}
		}
	case "outerSync":
		e := firstElement(frag)
		if e == nil {
			panic(exception{"outerSync without an element"})
		}
		d.copyAttributes(target, e)
		d.cleanupChildren(target)
		d.replaceChildren(target, children(e))
		newContent = []*html.Node{target}
	case "innerMorph":
		d.morph(target, frag, true)
		newContent = children(target)
	case "outerMorph":
		d.morph(target, frag, false)
		newContent = append(newContent, target)
	case "beforebegin":
		if parent != nil {
			d.insertBeside(target, children(frag))
		}
	case "afterbegin":
		d.insertAll(target, children(frag), target.FirstChild)
	case "beforeend":
		d.insertAll(target, children(frag), nil)
	case "afterend":
		if parent == nil {
			break
		}
		if next := target.NextSibling; next != nil {
			d.insertBeside(next, children(frag))
		} else {
			d.insertAll(parent, children(frag), nil)
		}
	default:
		panic(exception{"unknown swap style: " + style})
	}
	return after, newContent
}

// insertBeside inserts nodes before a node, as before.before(...nodes) does.
func (d *Document) insertBeside(before *html.Node, nodes []*html.Node) {
	if before.Parent != nil {
		d.insertAll(before.Parent, nodes, before)
	}
}

func (d *Document) removeChild(parent, n *html.Node) {
	if n.Parent != parent {
		panic(exception{"remove a node that is no child"})
	}
	d.remove(n)
}

func (d *Document) cleanupChildren(n *html.Node) {
	for c := range n.ChildNodes() {
		if isElement(c) {
			d.cleanup(c, false)
		}
	}
}

func (d *Document) settleDelay(spec *swapSpec) float64 {
	if v, ok := spec.options["settle"]; ok && v != nil {
		return interval(v)
	}
	return d.config.settleDelay
}

// startTransitions gives new elements the class, style and size of the old ones with the same id. The
// returned functions restore their own.
func (d *Document) startTransitions(frag, root *html.Node) []func() {
	existing := make(map[string]*html.Node)
	for _, n := range withAttr(root, "id") {
		if n != root {
			existing[idOf(n)] = n
		}
	}
	var settle []func()
	for _, n := range withAttr(frag, "id") {
		old := existing[idOf(n)]
		if old == nil || tagName(old) != tagName(n) {
			continue
		}
		own := &html.Node{Type: n.Type, Data: n.Data, Namespace: n.Namespace, Attr: slices.Clone(n.Attr)}
		for _, name := range []string{"class", "style", "width", "height"} {
			if v, ok := Attr(old, name); ok {
				d.SetAttr(n, name, v)
			} else {
				d.RemoveAttr(n, name)
			}
		}
		settle = append(settle, func() { d.copyAttributes(n, own) })
	}
	return settle
}
