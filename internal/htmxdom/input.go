package htmxdom

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// mode is the mode of an input's value property in the HTML standard.
type mode int

const (
	modeValue     mode = iota // a text that the attribute initialises
	modeDefault               // the attribute
	modeDefaultOn             // the attribute, or "on"
	modeFile
)

var modes = map[string]mode{
	"hidden": modeDefault, "submit": modeDefault, "button": modeDefault, "reset": modeDefault, "image": modeDefault,
	"checkbox": modeDefaultOn, "radio": modeDefaultOn, "file": modeFile,
	"text": modeValue, "search": modeValue, "tel": modeValue, "url": modeValue, "email": modeValue, "password": modeValue,
	"number": modeValue, "range": modeValue, "color": modeValue,
	"date": modeValue, "month": modeValue, "week": modeValue, "time": modeValue, "datetime-local": modeValue,
}

// inputType returns an input's type property.
func inputType(n *html.Node) string {
	t := strings.ToLower(attrOr(n, "type", "text"))
	if _, ok := modes[t]; ok {
		return t
	}
	return "text"
}

func inputMode(n *html.Node) mode { return modes[inputType(n)] }

// typeable reports whether n has a caret, so that its selectionStart is not null.
func typeable(n *html.Node) bool {
	if n == nil {
		return false
	}
	if isHTML(n, "textarea") {
		return true
	}
	if !isHTML(n, "input") {
		return false
	}
	switch inputType(n) {
	case "text", "search", "url", "tel", "password":
		return true
	}
	return false
}

// manyFields reports whether Chromium shows an input as several fields (day,
// month, year and so on), one of which has its focus.
func manyFields(n *html.Node) bool {
	switch inputType(n) {
	case "date", "month", "week", "time", "datetime-local":
		return true
	}
	return false
}

var (
	lineEnds = strings.NewReplacer("\n", "", "\r", "")
	color    = regexp.MustCompile(`^#([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$`)
	zeros    = regexp.MustCompile(`(\.\d*?[1-9])0+$|\.0*$`)
	float    = regexp.MustCompile(`^-?(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?$`)
	week     = regexp.MustCompile(`^(\d{4,})-W(\d\d)$`)
)

// sanitize applies the value sanitization algorithm of an input's type.
func sanitize(n *html.Node, v string) string {
	switch inputType(n) {
	case "text", "search", "tel", "password":
		return lineEnds.Replace(v)
	case "url", "email":
		return strings.TrimFunc(lineEnds.Replace(v), isHTMLSpace)
	case "number":
		if _, ok := number(v); !ok {
			return ""
		}
	case "range":
		return sanitizeRange(n, v)
	case "color":
		return sanitizeColor(v)
	case "date":
		return parsed(v, "2006-01-02")
	case "month":
		return parsed(v, "2006-01")
	case "time":
		return parsed(v, "15:04", "15:04:05", "15:04:05.999")
	case "datetime-local":
		v = parsed(strings.Replace(v, " ", "T", 1), "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04:05.999")
		return strings.TrimSuffix(zeros.ReplaceAllString(v, "$1"), ":00")
	case "week":
		m := week.FindStringSubmatch(v)
		if m == nil {
			return ""
		}
		year, _ := strconv.Atoi(m[1])
		number, _ := strconv.Atoi(m[2])
		_, last := time.Date(year, 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
		if number < 1 || number > last {
			return ""
		}
	}
	return v
}

// sanitizeColor sanitizes a hexadecimal color. The model knows no other colors of CSS.
func sanitizeColor(v string) string {
	v = strings.ToLower(strings.TrimFunc(v, isHTMLSpace))
	if !color.MatchString(v) {
		return "#000000"
	}
	if len(v) > len("#rgba") {
		return v[:len("#rrggbb")]
	}
	return string([]byte{'#', v[1], v[1], v[2], v[2], v[3], v[3]})
}

func number(v string) (float64, bool) {
	if !float.MatchString(v) {
		return 0, false
	}
	f, err := strconv.ParseFloat(v, 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// sanitizeRange clamps to min and max and rounds to a step.
func sanitizeRange(n *html.Node, v string) string {
	limit := func(name string, otherwise float64) float64 {
		if f, ok := number(attrOr(n, name, "")); ok {
			return f
		}
		return otherwise
	}
	least, most := limit("min", 0), limit("max", 100)
	f, ok := number(v)
	if !ok {
		f = least + (most-least)/2
		if most < least {
			f = least
		}
	}
	f = math.Max(math.Min(f, most), least)
	if step := limit("step", 1); step > 0 && attrOr(n, "step", "") != "any" {
		base := least
		if !hasAttr(n, "min") {
			if b, ok := number(attrOr(n, "value", "")); ok {
				base = b
			}
		}
		if g := base + math.Round((f-base)/step)*step; g <= most {
			f = g
		} else if g-step >= least {
			f = g - step
		}
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// parsed returns v if it is a date or time in one of these layouts, else "".
func parsed(v string, layouts ...string) string {
	for _, l := range layouts {
		if len(v) >= len(l)-3 {
			if _, err := time.Parse(l, v); err == nil {
				return v
			}
		}
	}
	return ""
}
