package htmxdom

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

var styleSelector = regexp.MustCompile(`^([^\s\x{b}\x{a0}\x{feff}]+):([^\n\r\x{2028}\x{2029}]+)`)

// oobTasks removes the elements from the fragment that are swapped out of band: those that
// hx-select-oob selects, and those with hx-swap-oob.
func (d *Document) oobTasks(frag *html.Node, x *exchange) []*task {
	var tasks []*task
	if x.selectOOB != "" {
		for spec := range strings.SplitSeq(x.selectOOB, ",") {
			selector, value, ok := strings.Cut(spec, ":")
			if !ok {
				value = "true"
			}
			for _, n := range mustQuery(frag, selector) {
				tasks = append(tasks, d.oobTask(n, value, x)...)
			}
		}
	}
	for _, n := range withAttr(frag, d.config.prefixes("hx-swap-oob")...) {
		name := d.hxAttrName(n, "hx-swap-oob")
		value := attrOr(n, name, "")
		d.RemoveAttr(n, name)
		tasks = append(tasks, d.oobTask(n, value, x)...)
	}
	return tasks
}

func (d *Document) oobTask(n *html.Node, value string, x *exchange) []*task {
	selector := ""
	if id := idOf(n); id != "" {
		selector = "#" + escapeID(id)
	}
	if m := styleSelector.FindStringSubmatch(value); m != nil {
		value, selector = m[1], m[2]
	}
	if value == "true" || value == "" {
		value = "outerHTML"
	}
	spec := d.parseSwapSpec(value)
	if s, ok := spec.options["target"].(string); ok && s != "" {
		selector = s
	}
	spec.stripUnlessSet(!strings.HasPrefix(spec.style, "outer"))
	if selector == "" {
		return nil
	}
	var tasks []*task
	for _, target := range d.findAll(x.source, selector) {
		frag := fragment()
		frag.AppendChild(d.clone(n))
		tasks = append(tasks, &task{frag: frag, target: target, spec: spec})
	}
	d.remove(n)
	return tasks
}
