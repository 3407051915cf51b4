package patch

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A field of a form that was submitted is put right when the answer comes, and somebody may type into it until then.
// No selector sees what a field shows. So a first message gives the field a condition that only the text that was
// posted meets; then :invalid tells, in the message that follows, whether the field still shows that.

// First returns the operations of a message that has to come before that of the others; empty if there is none.
func (r *Scanned) First() []byte { return r.first }

// maxPattern bounds the texts that are compared in the page.
const maxPattern = 1000

// renewSubmitted appends the operations that replace a field of a form that was submitted, unless something was typed into
// it since. It reports false, having done nothing, where that can't be found out. clean says that the field may be one
// that shows what its HTML says. isNew is as in morphed.
func (r *Scanned) renewSubmitted(dst []byte, t target, c *control, p *Posted, clean bool, isNew func(id []byte) bool) ([]byte, bool) {
	if !p.InSteps || !p.Form || t.id == "" || len(p.Fields[c.name]) != 1 {
		return dst, false
	}
	posted := newlines(p.Fields[c.name][0])
	condition, ok := c.only(posted)
	if !ok {
		return dst, false
	}
	typed, value := ":invalid", ""
	if c.tag == "textarea" {
		typed = ":focus:invalid" // a morph changes what it shows, unless it has the focus
	} else if clean {
		value = ` value="` + html.EscapeString(posted) + `"`
	}
	r.first = t.open(r.first, strings.TrimSuffix(typed, ":invalid"), "outerMorph")
	r.first = append(appendStart(r.first, c.html, conditions), value+condition+">"...)
	if c.tag == "textarea" {
		r.first = append(r.first, "</textarea>"...)
	}
	r.first = append(r.first, `</hx-partial>`...)

	dst = t.renew(dst, ":not("+typed+")", c.html, isNew)
	dst = t.open(dst, typed, "outerMorph")
	if c.tag == "textarea" {
		dst = morphed{}.append(dst, c.html)
	} else {
		dst = append(appendStart(dst, c.html, []string{"value", "autofocus"}), '>')
	}
	return append(dst, `</hx-partial>`...), true
}

// isRenewed reports whether an operation that follows puts a field right that was submitted, and whose old node is o,
// unless something was typed into it since: a morph of what is around it is not to do so before.
func (d *differ) isRenewed(c *control, o int32) bool {
	p := d.html.posted
	if p == nil || !p.InSteps || !p.Form || c.owned || c.id == "" || len(p.Fields[c.name]) != 1 {
		return false
	}
	if _, ok := c.only(newlines(p.Fields[c.name][0])); !ok {
		return false
	}
	form := d.formOf(o)
	if form < 0 || string(d.old.id(&d.old.nodes[form])) != p.Source {
		return false
	}
	wrong, _ := c.wrong(p.Fields, -1)
	return wrong
}

// conditions are the attributes that say what a field may hold, and those that a morph is not to change.
var conditions = []string{"required", "pattern", "min", "max", "step", "minlength", "maxlength", "value", "autofocus"}

// appendStart appends the start tag of an element, without its > and some attributes.
func appendStart(dst, element []byte, without []string) []byte {
	dst = append(append(dst, '<'), tagIn(element)...)
	eachAttr(element, func(a attr) {
		for _, name := range without {
			if is(element[a.name.start:a.name.end], name) {
				return
			}
		}
		dst = append(append(dst, ' '), element[a.name.start:a.end]...)
	})
	return dst
}

// only are the attributes that make a field valid with this text alone. ok is false where there are none.
func (c *control) only(posted string) (attrs string, ok bool) {
	quoted := `"` + html.EscapeString(posted) + `"`
	switch {
	case posted == "" || len(posted) > maxPattern && c.tag != "textarea", c.typ == "password": // which no page is to have
		return "", false
	case c.tag == "textarea":
		n := strconv.Itoa(len(utf16.Encode([]rune(posted))))
		return ` required minlength="` + n + `" maxlength="` + n + `"`, true
	case c.typ == "number":
		return ` required step="any" min=` + quoted + ` max=` + quoted, true
	case times[c.typ] != nil:
		return ` required min=` + quoted + ` max=` + quoted, true
	case c.isLine():
		return ` required pattern="` + html.EscapeString(syntax.Replace(posted)) + `"`, true
	}
	return "", false
}

// syntax escapes what has a meaning in regular expressions of JavaScript with the flag v.
var syntax = strings.NewReplacer(`^`, `\^`, `$`, `\$`, `\`, `\\`, `.`, `\.`, `*`, `\*`, `+`, `\+`, `?`, `\?`,
	`(`, `\(`, `)`, `\)`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`, `|`, `\|`, `/`, `\/`)
