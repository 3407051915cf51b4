package htmxdom

import (
	"regexp"
	"strings"
)

// swapSpec is a parsed hx-swap attribute.
type swapSpec struct {
	style   string
	options map[string]any
	// strip says whether the outermost element is removed; nil: not decided yet.
	strip *bool
}

var (
	option = regexp.MustCompile(`^[^\s\x{b}\x{a0}\x{feff}]*:`)
	leader = regexp.MustCompile(`^([^\s\x{b}\x{a0}\x{feff}]+)` + space + `*(.*)$`)
)

func (d *Document) parseSwapSpec(s string) *swapSpec {
	s = strings.TrimFunc(s, isSpace)
	style := d.config.defaultSwap
	if s != "" && !option.MatchString(s) {
		m := leader.FindStringSubmatch(s)
		if m == nil {
			panic(exception{"no swap style in " + s})
		}
		style, s = m[1], m[2]
	}
	options, err := parseHCON(s)
	if err != nil {
		panic(exception{err.Error()})
	}
	spec := &swapSpec{style: normalStyle(style), options: options}
	if v, ok := options["style"].(string); ok {
		spec.style = v
	}
	if v, ok := options["strip"]; ok && v != nil {
		spec.strip = new(truthy(v))
	}
	return spec
}

// stripUnlessSet sets strip unless it is set.
func (s *swapSpec) stripUnlessSet(strip bool) {
	if s.strip == nil {
		s.strip = &strip
	}
}

func (s *swapSpec) strips() bool { return s.strip != nil && *s.strip }

func normalStyle(style string) string {
	switch style {
	case "before":
		return "beforebegin"
	case "after":
		return "afterend"
	case "prepend":
		return "afterbegin"
	case "append":
		return "beforeend"
	}
	return style
}
