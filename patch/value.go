package patch

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// wrong reports whether the control shows, or may show, something else than it is to show, going
// by the fields that were posted. at is as in places. known is false if those do not tell what it shows.
func (c *control) wrong(fields url.Values, at int) (wrong, known bool) {
	shown := fields[c.name]
	switch {
	case c.isBox():
		ticked := 0
		for _, v := range shown {
			if v == c.posted() {
				ticked++
			}
		}
		if 0 < ticked && ticked < at {
			return true, false // one of those that are like it
		}
		return ticked > 0 != c.checked, true
	case isPlainInput([]byte(c.typ)):
		return false, true
	case c.tag == "select" && c.multiple:
		var want []string
		for _, o := range c.options {
			if o.selected && !o.disabled {
				want = append(want, o.value)
			}
		}
		return !slices.Equal(slices.Sorted(slices.Values(shown)), slices.Sorted(slices.Values(want))), true
	case at < 0 && len(shown) == 1:
		at = 0
	case at < 0 || at >= len(shown):
		return false, false // it was not posted, or nobody knows which of them it was
	}
	if c.tag == "select" {
		want, ok := c.selected()
		return ok && want != shown[at], ok
	}
	want, ok := c.shows()
	if !ok {
		return false, c.value == shown[at]
	}
	return !c.alike(want, newlines(shown[at])), true
}

// posted is what a box posts when it is ticked.
func (c *control) posted() string {
	if !c.hasValue {
		return "on"
	}
	return c.value
}

// posts reports whether the control posts a value whatever it shows.
func (c *control) posts() bool {
	return c.name != "" && !c.disabled && (c.isField() || c.tag == "select" && !c.multiple || c.typ == "hidden")
}

// selected is the value that a single select begins with.
func (c *control) selected() (string, bool) {
	for _, o := range slices.Backward(c.options) {
		if o.selected {
			return o.value, !o.disabled // a disabled one is shown, and posts nothing
		}
	}
	for _, o := range c.options {
		if !o.disabled {
			return o.value, true
		}
	}
	return "", false
}

func newlines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

var noLines = strings.NewReplacer("\r", "", "\n", "")

// shows is what the browser makes of a field's value. ok is false where the browser has one of its own.
func (c *control) shows() (value string, ok bool) {
	if c.tag == "textarea" {
		return newlines(c.value), true
	}
	v := c.value
	switch c.typ {
	case "email":
		if !c.multiple {
			return strings.Trim(noLines.Replace(v), " \t\n\f\r"), true
		}
		parts := strings.Split(noLines.Replace(v), ",")
		for i, p := range parts {
			parts[i] = strings.Trim(p, " \t\n\f\r")
		}
		return strings.Join(parts, ","), true
	case "url":
		return strings.Trim(noLines.Replace(v), " \t\n\f\r"), true
	case "number":
		return orNothing(v, floating.MatchString(v) && finite(v)), true
	case "range":
		return c.rangeValue()
	case "color":
		if !colour.MatchString(v) {
			v = "#000000"
		}
		return strings.ToLower(v), c.hasValue
	case "date", "month", "week", "time", "datetime-local":
		return c.timeValue()
	case "password": // without a value, nothing is said of it
		return v, c.hasValue
	}
	return noLines.Replace(v), true
}

// alike reports whether what is posted is what a field is to show: browsers may write a time
// of theirs in several ways.
func (c *control) alike(want, posted string) bool {
	if c.typ == "datetime-local" || c.typ == "time" {
		short := func(s string) string {
			if head, frac, ok := strings.Cut(s, "."); ok {
				if frac = strings.TrimRight(frac, "0"); frac == "" {
					s = head
				} else {
					s = head + "." + frac
				}
			}
			if strings.Count(s, ":") == 2 {
				s = strings.TrimSuffix(s, ":00")
			}
			return s
		}
		return short(want) == short(posted)
	}
	return want == posted
}

func orNothing(v string, valid bool) string {
	if valid {
		return v
	}
	return ""
}

var (
	floating = regexp.MustCompile(`^-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?$`)
	colour   = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
)

func finite(v string) bool {
	_, err := strconv.ParseFloat(v, 64)
	return err == nil
}

// times are the forms of dates and times. The last days of months are left to the browser's calendar.
var times = map[string]*regexp.Regexp{
	"date":           regexp.MustCompile(`^\d{4,}-` + month + `-` + day + `$`),
	"month":          regexp.MustCompile(`^\d{4,}-` + month + `$`),
	"week":           regexp.MustCompile(`^\d{4,}-W(0[1-9]|[1-4]\d|5[0-2])$`),
	"time":           regexp.MustCompile(`^` + clock + `$`),
	"datetime-local": regexp.MustCompile(`^\d{4,}-` + month + `-` + day + `[T ]` + clock + `$`),
}

const (
	month = `(0[1-9]|1[0-2])`
	day   = `(0[1-9]|1\d|2[0-8])`
	clock = `([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?`
)

// timeValue is what a field for a date or a time makes of its value. ok is false where it takes a calendar
// to know.
func (c *control) timeValue() (value string, ok bool) {
	switch {
	case times[c.typ].MatchString(c.value):
		return strings.Replace(c.value, " ", "T", 1), true
	case c.value == "" || !strings.ContainsAny(c.value, "0123456789"):
		return "", true
	}
	return "", false
}

// rangeValue is where a slider stands: within its bounds, on one of its steps. ok is false
// where the browser's arithmetic counts, or its own value.
func (c *control) rangeValue() (value string, ok bool) {
	number := func(s string, usual float64) float64 {
		if f, err := strconv.ParseFloat(s, 64); err == nil && floating.MatchString(s) {
			return f
		}
		return usual
	}
	if !c.hasValue || !floating.MatchString(c.value) {
		return "", false
	}
	low := number(c.min, 0)
	high := max(number(c.max, 100), low)
	v := min(max(number(c.value, low), low), high)
	if c.step != "any" {
		step := number(c.step, 1)
		if step <= 0 {
			step = 1
		}
		if steps := (v - low) / step; steps != math.Trunc(steps) {
			return "", false
		}
	}
	return strconv.FormatFloat(v, 'g', -1, 64), true
}
