package htmxdom

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"golang.org/x/net/html"
)

// Problem is a control whose value its attributes do not allow.
type Problem struct {
	Control *html.Node
	Why     string // "is required and empty", and so on
}

// Validates reports whether a browser checks a form's controls before a button submits the
// form; nil is no button.
func Validates(form, button *html.Node) bool {
	return !hasAttr(form, "novalidate") && (button == nil || !hasAttr(button, "formnovalidate"))
}

// Invalid returns the controls of a form with which a browser does not submit it, in
// document order. A pattern that Go cannot compile allows everything, and so does a custom
// validity, which scripts set.
func (d *Document) Invalid(form *html.Node) (all []Problem) {
	for _, n := range d.controlsOf(form) {
		if why := d.invalid(n); why != "" {
			all = append(all, Problem{n, why})
		}
	}
	return all
}

// invalid says why a control is not valid, "" for nothing.
func (d *Document) invalid(n *html.Node) string {
	if !validated(n) {
		return ""
	}
	if d.missing(n) {
		return "is required and empty"
	}
	v := d.Value(n)
	if v == "" || isHTML(n, "select") {
		return ""
	}
	if short, ok := number(attrOr(n, "minlength", "")); ok && hasLength(n) && d.control(n).typed && float64(len(utf16.Encode([]rune(v)))) < short {
		return "is shorter than " + attrOr(n, "minlength", "")
	}
	if long, ok := number(attrOr(n, "maxlength", "")); ok && hasLength(n) && d.control(n).typed && float64(len(utf16.Encode([]rune(v)))) > long {
		return "is longer than " + attrOr(n, "maxlength", "")
	}
	if isHTML(n, "textarea") {
		return ""
	}
	kind := inputType(n)
	switch {
	case kind == "email" && !isEmail(n, v):
		return "is no e-mail address"
	case kind == "url" && !isURL(v):
		return "is no web address"
	case hasAttr(n, "pattern") && hasLength(n) && !fits(n, v):
		return "does not fit the pattern " + attrOr(n, "pattern", "")
	}
	return outOfRange(n, kind, v)
}

// validated reports whether a control is one that browsers check.
func validated(n *html.Node) bool {
	switch {
	case disabled(n) || within(n, "datalist"):
		return false
	case isHTML(n, "select"):
		return true
	case isHTML(n, "textarea"):
		return !hasAttr(n, "readonly")
	case isHTML(n, "input"):
		return !hasAttr(n, "readonly") && inputType(n) != "hidden" && !isButton(n)
	}
	return false
}

// missing reports whether a control is required and has no value.
func (d *Document) missing(n *html.Node) bool {
	required := hasAttr(n, "required")
	if isHTML(n, "select") {
		return required && !slices.ContainsFunc(options(n), func(o *html.Node) bool {
			return d.control(o).selected && o != placeholder(n)
		})
	}
	if !isHTML(n, "input") {
		return required && d.Value(n) == ""
	}
	switch inputType(n) {
	case "checkbox":
		return required && !d.Checked(n)
	case "radio":
		return d.groupMissing(n)
	case "color", "range":
		return false
	}
	return required && d.Value(n) == ""
}

// groupMissing reports whether a radio button's group has a required one and none that is checked.
func (d *Document) groupMissing(n *html.Node) bool {
	name := attrOr(n, "name", "")
	if name == "" {
		return false
	}
	required := false
	for m := range rootOf(n).Descendants() {
		if isRadio(m) && attrOr(m, "name", "") == name && d.formOwner(m) == d.formOwner(n) {
			if d.Checked(m) {
				return false
			}
			required = required || hasAttr(m, "required")
		}
	}
	return required
}

// placeholder is the option that stands for no choice in a select element that shows one.
func placeholder(sel *html.Node) *html.Node {
	if hasAttr(sel, "multiple") || isListBox(sel) {
		return nil
	}
	if all := options(sel); len(all) > 0 && optionValue(all[0]) == "" && all[0].Parent == sel {
		return all[0]
	}
	return nil
}

// hasLength reports whether a control takes minlength, and an input pattern.
func hasLength(n *html.Node) bool {
	if isHTML(n, "textarea") {
		return true
	}
	switch inputType(n) {
	case "text", "search", "url", "tel", "email", "password":
		return true
	}
	return false
}

var email = regexp.MustCompile("^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$")

func isEmail(n *html.Node, v string) bool {
	all := []string{v}
	if hasAttr(n, "multiple") {
		all = strings.Split(v, ",")
	}
	return !slices.ContainsFunc(all, func(a string) bool { return !email.MatchString(strings.TrimFunc(a, isHTMLSpace)) })
}

func isURL(v string) bool {
	u, err := url.Parse(v)
	return err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "" || !slices.Contains([]string{"http", "https", "ftp", "ws", "wss"}, u.Scheme))
}

func fits(n *html.Node, v string) bool {
	p, err := regexp.Compile("^(?:" + attrOr(n, "pattern", "") + ")$")
	return err != nil || p.MatchString(v)
}

// scale is how the values of an input's type are counted: step times factor apart, from base.
type scale struct{ factor, step, base float64 }

var scales = map[string]scale{
	"number": {1, 1, 0}, "range": {1, 1, 0}, "month": {1, 1, 0},
	"date": {86400000, 1, 0}, "week": {604800000, 1, -259200000},
	"time": {1000, 60, 0}, "datetime-local": {1000, 60, 0},
}

// outOfRange says what min, max and step have against a value.
func outOfRange(n *html.Node, kind, v string) string {
	s, counts := scales[kind]
	at, ok := ordinal(kind, v)
	if !counts || !ok {
		return ""
	}
	least, hasMin := ordinal(kind, attrOr(n, "min", ""))
	most, hasMax := ordinal(kind, attrOr(n, "max", ""))
	switch {
	case hasMin && at < least:
		return "is below " + attrOr(n, "min", "")
	case hasMax && at > most:
		return "is above " + attrOr(n, "max", "")
	case strings.EqualFold(attrOr(n, "step", ""), "any"):
		return ""
	}
	if step, ok := number(attrOr(n, "step", "")); ok && step > 0 {
		s.step = step
	}
	if hasMin {
		s.base = least
	} else if first, ok := ordinal(kind, attrOr(n, "value", "")); ok {
		s.base = first
	}
	if steps := (at - s.base) / (s.step * s.factor); math.Abs(steps-math.Round(steps)) > 1e-7 {
		return "is between two steps"
	}
	return ""
}

// ordinal is the number that a value of an input's type stands for.
func ordinal(kind, v string) (float64, bool) {
	ms := func(layouts ...string) (float64, bool) {
		for _, l := range layouts {
			if t, err := time.Parse(l, v); err == nil {
				return float64(t.UnixMilli()), true
			}
		}
		return 0, false
	}
	switch kind {
	case "number", "range":
		return number(v)
	case "date":
		return ms("2006-01-02")
	case "time":
		return ms("15:04", "15:04:05")
	case "datetime-local":
		return ms("2006-01-02T15:04", "2006-01-02T15:04:05")
	case "month":
		t, err := time.Parse("2006-01", v)
		return float64(12*t.Year() + int(t.Month())), err == nil
	case "week":
		m := week.FindStringSubmatch(v)
		if m == nil {
			return 0, false
		}
		year, _ := number(m[1])
		weeks, _ := number(m[2])
		// The fourth of January is always in the first week.
		first := time.Date(int(year), 1, 4, 0, 0, 0, 0, time.UTC)
		monday := first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
		return float64(monday.AddDate(0, 0, 7*int(weeks-1)).UnixMilli()), true
	}
	return 0, false
}
