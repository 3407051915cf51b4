package htmxdom

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// exchange is htmx's request context: the source of a request, and how its response is swapped.
type exchange struct {
	source    *html.Node
	target    *html.Node
	retarget  string // a selector, instead of target
	swap      string
	selectSel string
	selectOOB string
	push      string
	replace   string
	text      string
	title     string
}

// task is one swap of a message.
type task struct {
	main   bool
	frag   *html.Node
	target *html.Node
	spec   *swapSpec
}

// Apply applies an unnamed message of a connection to the page. Its source is the connection's element;
// without one it is applied as if that had hx-swap="none". Apply returns an error if htmx throws: for
// a selector that does not parse (nothing is applied), or for a swap that fails (the others are done,
// but the title is not set).
func (d *Document) Apply(message string) error {
	x := &exchange{source: d.source(), target: d.source(), swap: "none"}
	if eventSource := d.eventSourceElement(); eventSource != nil {
		x = d.exchange(eventSource)
	}
	if !strings.Contains(x.swap, "swapEmpty") {
		x.swap += " swapEmpty:false"
	}
	x.text = message
	return d.swap(x)
}

// eventSourceElement returns the first element that opens a connection.
func (d *Document) eventSourceElement() *html.Node {
	return first(withAttr(d.root, d.config.prefixes("hx-sse:connect")...))
}

// source returns the source of messages in a page without a connection's element.
func (d *Document) source() *html.Node {
	if body := d.Body(); body != nil {
		return body
	}
	return d.root
}

// swap is htmx.swap.
func (d *Document) swap(x *exchange) (err error) {
	defer d.forget()
	defer d.dropLostFocus()
	tasks, err := d.tasks(x)
	if err != nil {
		return fmt.Errorf("htmxdom: %w", err)
	}
	d.enterHistory(x)
	var failed []error
	later := d.startTasks(tasks, &failed)
	d.timers.run()
	// View transitions come last, one after another, and ignore errors.
	var ignored []error
	for _, t := range later {
		d.insertContent(t, false, &ignored)
		d.timers.run()
		if len(ignored) > 0 {
			break
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("htmxdom: %w", errors.Join(failed...))
	}
	if x.title != "" && x.swap != "none" {
		d.setTitle(x.title)
	}
	return nil
}

// tasks parses the message and finds all targets, before anything is swapped.
func (d *Document) tasks(x *exchange) (tasks []*task, err error) {
	defer catch(&err)
	frag, title := d.makeFragment(x.text)
	x.title = title
	oob := d.oobTasks(frag, x)
	partials := d.partialTasks(frag, x)
	prevent := len(partials) > 0 || len(oob) > 0 && !d.config.allowEmptySwapAfterOOB
	if main := d.mainTask(frag, x, prevent); main != nil {
		tasks = append(tasks, main)
	}
	return append(append(tasks, oob...), partials...), nil
}

func (d *Document) startTasks(tasks []*task, failed *[]error) (later []*task) {
	for _, t := range tasks {
		if truthy(t.spec.options["transition"]) {
			later = append(later, t)
			continue
		}
		d.insertContent(t, true, failed)
	}
	return later
}

// partialTasks removes the <hx-partial> elements from the fragment.
func (d *Document) partialTasks(frag *html.Node, x *exchange) []*task {
	var tasks []*task
	for _, t := range mustQuery(frag, "template[hx]") {
		if attrOr(t, "type", "") == "partial" {
			tasks = append(tasks, d.partial(t, x)...)
		}
		d.remove(t)
	}
	return tasks
}

func (d *Document) partial(t *html.Node, x *exchange) []*task {
	target := d.hxAttrOr(t, "hx-target", "")
	if target == "" && idOf(t) != "" {
		target = "#" + escapeID(idOf(t))
	}
	if target == "" {
		return nil
	}
	spec := d.specOf(d.hxAttrOr(t, "hx-swap", ""), x)
	var tasks []*task
	for _, target := range d.findAll(x.source, target) {
		tasks = append(tasks, &task{frag: d.clone(d.contents[t]), target: target, spec: spec})
	}
	if len(tasks) == 0 {
		tasks = append(tasks, &task{frag: fragment(), spec: spec})
	}
	return tasks
}

// specOf parses hx-swap, and removes the title if it says ignoreTitle.
func (d *Document) specOf(swap string, x *exchange) *swapSpec {
	spec := d.parseSwapSpec(cmp.Or(swap, d.config.defaultSwap))
	if truthy(spec.options["ignoreTitle"]) {
		x.title = ""
	}
	return spec
}

// mainTask returns the swap of the rest of the fragment, or nil.
func (d *Document) mainTask(frag *html.Node, x *exchange, prevent bool) *task {
	spec := d.specOf(x.swap, x)
	swapEmpty := !prevent
	if v, ok := spec.options["swapEmpty"]; ok && v != nil {
		swapEmpty = truthy(v)
	}
	around := frag
	if b := first(elementsIn(frag, "body")); b != nil {
		around = b
	}
	if spec.style != "delete" && firstElement(around) == nil && strings.TrimFunc(textContent(frag), isSpace) == "" && !swapEmpty {
		return nil
	}
	if x.selectSel != "" {
		selected := fragment()
		d.insertAll(selected, mustQuery(frag, x.selectSel), nil)
		frag = selected
	}
	target := x.target
	sel := x.retarget
	if s, ok := spec.options["target"].(string); ok && s != "" {
		sel = s
	}
	if sel != "" {
		target = first(d.findAll(x.source, sel))
	}
	return &task{main: true, frag: frag, target: target, spec: spec}
}

// catch turns an exception into an error.
func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case exception:
		*err = r
	default:
		panic(r)
	}
}
