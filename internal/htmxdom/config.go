package htmxdom

import "strings"

// Config is what the model knows of htmx.config.
type Config struct {
	// Prefix is a second prefix for htmx's attributes, beside hx-.
	Prefix string
	// DefaultSwap is the swap style where none is given; empty means innerHTML.
	DefaultSwap string
	// MorphIgnore lists beginnings of attribute names that a morph leaves alone.
	// Nil means data-htmx-powered and open, as the kit's shell configures it.
	MorphIgnore []string
	// MorphSkip selects elements that a morph does not touch; empty means
	// [hx-morph-skip].
	MorphSkip string
	// MorphSkipChildren selects elements whose children a morph does not touch;
	// empty means [data-skip], as the kit's shell configures it.
	MorphSkipChildren string
	// MorphScanLimit is how many siblings a morph looks at; 0 means 10.
	MorphScanLimit int
	// NoSwap lists the response codes that swap nothing; nil means 204 and 304.
	NoSwap []string
	// SettleDelay is in milliseconds; nil means 1.
	SettleDelay *float64
	// ImplicitInheritance and AllowEmptySwapAfterOOB are false in htmx.
	ImplicitInheritance    bool
	AllowEmptySwapAfterOOB bool
}

func (d *Document) configure() error {
	c := Config{
		DefaultSwap:       "innerHTML",
		MorphIgnore:       []string{"data-htmx-powered", "open"},
		MorphSkip:         "[hx-morph-skip]",
		MorphSkipChildren: "[data-skip]",
		MorphScanLimit:    10,
		NoSwap:            []string{"204", "304"},
	}
	defer func() { d.config = c }()
	metas, err := queryAll(d.root, `meta[name="htmx-config"]`)
	if err != nil || len(metas) == 0 {
		return err
	}
	// A page that configures htmx itself starts from htmx's own defaults.
	c.Prefix = "data-hx-"
	c.MorphIgnore = []string{"data-htmx-powered"}
	c.MorphSkipChildren = "[hx-morph-skip-children]"
	set, err := parseHCON(attrOr(metas[0], "content", ""))
	if err != nil {
		return err
	}
	texts := map[string]*string{
		"prefix": &c.Prefix, "defaultSwap": &c.DefaultSwap,
		"morphSkip": &c.MorphSkip, "morphSkipChildren": &c.MorphSkipChildren,
	}
	for name, p := range texts {
		if v, ok := set[name]; ok {
			*p, _ = v.(string)
		}
	}
	if v, ok := set["morphIgnore"]; ok {
		c.MorphIgnore = list(v)
	}
	if v, ok := set["noSwap"]; ok {
		c.NoSwap = list(v)
	}
	if v, ok := set["morphScanLimit"].(float64); ok {
		c.MorphScanLimit = int(v)
	}
	if v, ok := set["defaultSettleDelay"].(float64); ok {
		c.SettleDelay = &v
	}
	if v, ok := set["implicitInheritance"].(bool); ok {
		c.ImplicitInheritance = v
	}
	if v, ok := set["allowEmptySwapAfterOOB"].(bool); ok {
		c.AllowEmptySwapAfterOOB = v
	}
	return nil
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

func (c Config) ignores(attr string) bool {
	for _, p := range c.MorphIgnore {
		if strings.HasPrefix(attr, p) {
			return true
		}
	}
	return false
}

// prefixes are a name of htmx's under each prefix in force.
func (c Config) prefixes(name string) []string {
	if c.Prefix == "" {
		return []string{name}
	}
	return []string{name, strings.ReplaceAll(name, "hx-", c.Prefix)}
}
