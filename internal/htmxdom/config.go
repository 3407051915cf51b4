package htmxdom

import "strings"

// settings are the parts of htmx.config that the model knows.
type settings struct {
	prefix                 string // a second prefix for htmx's attributes, beside hx-
	defaultSwap            string
	morphIgnore            []string // prefixes of attribute names
	morphSkip              string
	morphSkipChildren      string
	morphScanLimit         int
	noSwap                 []string // response codes
	settleDelay            float64  // in milliseconds
	timeout                float64  // of requests, in milliseconds
	implicitInheritance    bool
	allowEmptySwapAfterOOB bool
}

// configure reads the page's htmx-config over htmx's own defaults. A page without one gets the
// configuration of the kit's shell.
func (d *Document) configure() error {
	c := settings{
		defaultSwap:       "innerHTML",
		morphIgnore:       []string{"data-htmx-powered", "open", "data-js-"},
		morphSkip:         "[hx-morph-skip],#sb-park:has(#sb-hold)~* [id]",
		morphSkipChildren: "[sb-skip],[sb-ignore]",
		morphScanLimit:    10,
		noSwap:            []string{"204", "304"},
		settleDelay:       1,
		timeout:           15000,
	}
	defer func() { d.config = c }()
	metas, err := queryAll(d.root, `meta[name="htmx-config"]`)
	if err != nil || len(metas) == 0 {
		return err
	}
	// A page that configures htmx itself starts from htmx's own defaults.
	c.prefix = "data-hx-"
	c.morphIgnore = []string{"data-htmx-powered"}
	c.morphSkip, c.morphSkipChildren = "[hx-morph-skip]", "[hx-morph-skip-children]"
	c.timeout = 60000
	set, err := parseHCON(attrOr(metas[0], "content", ""))
	if err != nil {
		return err
	}
	texts := map[string]*string{
		"prefix": &c.prefix, "defaultSwap": &c.defaultSwap,
		"morphSkip": &c.morphSkip, "morphSkipChildren": &c.morphSkipChildren,
	}
	for name, p := range texts {
		if v, ok := set[name]; ok {
			*p, _ = v.(string)
		}
	}
	if v, ok := set["morphIgnore"]; ok {
		c.morphIgnore = list(v)
	}
	if v, ok := set["noSwap"]; ok {
		c.noSwap = list(v)
	}
	if v, ok := set["morphScanLimit"].(float64); ok {
		c.morphScanLimit = int(v)
	}
	setIf(&c.settleDelay, set["defaultSettleDelay"])
	setIf(&c.timeout, set["defaultTimeout"])
	setIf(&c.implicitInheritance, set["implicitInheritance"])
	setIf(&c.allowEmptySwapAfterOOB, set["allowEmptySwapAfterOOB"])
	return nil
}

// setIf sets what p points to, if v is of its type.
func setIf[T any](p *T, v any) {
	if v, ok := v.(T); ok {
		*p = v
	}
}

// list reads a JSON list of texts and numbers.
func list(v any) []string {
	values, _ := v.([]any)
	out := make([]string, 0, len(values))
	for _, v := range values {
		out = append(out, text(v))
	}
	return out
}

func (c settings) ignores(attr string) bool {
	for _, p := range c.morphIgnore {
		if strings.HasPrefix(attr, p) {
			return true
		}
	}
	return false
}

// prefixes returns an attribute's name with each prefix in force.
func (c settings) prefixes(name string) []string {
	if c.prefix == "" {
		return []string{name}
	}
	return []string{name, strings.ReplaceAll(name, "hx-", c.prefix)}
}
