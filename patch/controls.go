package patch

import (
	"bytes"
	"html"
	"net/url"
	"slices"
	"strings"
)

// Posted is what a browser said its controls show when it sent an event.
type Posted struct {
	Source string     // id of the element that sent it, "" if it has none
	Fields url.Values // by the controls' names
	Typing bool       // the source is being typed in: its text is the user's
}

// control is a form control as HTML renders it.
type control struct {
	tag, typ, id, name string
	html               []byte
	form               int // 0: in none
	value              string
	hasValue           bool
	checked, multiple  bool
	options            []option
}

type option struct {
	value    string
	selected bool
}

// AppendForced appends operations that replace the controls which, going by what
// was posted, show something else than the HTML of the view says. A morph would
// leave them: it compares attributes, not what users have typed or chosen. Controls
// without an id, and passwords and files, are left alone. In a form that was submitted, a
// control that is replaced and asks for the focus gets it back, from the button say.
func AppendForced(dst, view []byte, p Posted) []byte {
	controls, form, submitted := controlsIn(view, p.Source)
	return appendForced(dst, candidates(controls, form, p), p, submitted)
}

// AppendForcedIn is AppendForced for a part of a view that stands in no form. It reports
// false if not all that was posted has to be in there.
func AppendForcedIn(dst, part []byte, p Posted) ([]byte, bool) {
	controls, form, submitted := controlsIn(part, p.Source)
	if form == 0 {
		i := slices.IndexFunc(controls, func(c control) bool { return c.id == p.Source })
		if i < 0 || controls[i].typ == "radio" {
			return dst, false
		}
	}
	return appendForced(dst, candidates(controls, form, p), p, submitted), true
}

func appendForced(dst []byte, controls []control, p Posted, submitted bool) []byte {
	used := map[string]int{}
	for _, c := range controls {
		if c.name == "" || p.Typing && c.id == p.Source || !c.wrong(p.Fields, used) || !plain([]byte(c.id)) {
			continue
		}
		dst = append(dst, `<hx-partial id="`+c.id+`" hx-swap="outerHTML">`...)
		dst = morphed{isNew: func([]byte) bool { return submitted }}.append(dst, c.html)
		dst = append(dst, `</hx-partial>`...)
	}
	return dst
}

// candidates are the controls that the browser told of.
func candidates(controls []control, sourceForm int, p Posted) []control {
	forms := byForm(controls)
	if sourceForm > 0 {
		return forms[sourceForm]
	}
	if p.Source != "" {
		if i := slices.IndexFunc(controls, func(c control) bool { return c.id == p.Source }); i >= 0 {
			return group(controls, i)
		}
	}
	// The source has no id: take the one form, or what stands in none, that has the fields.
	found, out := 0, []control(nil)
	for _, list := range forms {
		if len(p.Fields) > 0 && hasAll(list, p.Fields) {
			found++
			out = list
		}
	}
	if found != 1 {
		return nil
	}
	return slices.DeleteFunc(out, func(c control) bool { return c.form == 0 && p.Fields[c.name] == nil })
}

// group is a control that stands in no form; of a radio button, all that it excludes.
func group(controls []control, i int) (out []control) {
	c := controls[i]
	if c.typ != "radio" {
		return controls[i : i+1]
	}
	for _, o := range controls {
		if o.typ == "radio" && o.name == c.name && o.form == c.form {
			out = append(out, o)
		}
	}
	return out
}

// byForm are the controls of each form; those at 0 stand in none.
func byForm(controls []control) map[int][]control {
	forms := map[int][]control{}
	for _, c := range controls {
		forms[c.form] = append(forms[c.form], c)
	}
	return forms
}

func hasAll(controls []control, fields url.Values) bool {
	left := make(map[string]bool, len(fields))
	for name := range fields {
		left[name] = true
	}
	for i := range controls {
		delete(left, controls[i].name)
	}
	return len(left) == 0
}

// wrong reports whether the control shows something else than it is to show. used
// counts the values of names that several controls share.
func (c *control) wrong(fields url.Values, used map[string]int) bool {
	shown := fields[c.name]
	switch {
	case c.tag == "input" && (c.typ == "checkbox" || c.typ == "radio"):
		value := c.value
		if !c.hasValue {
			value = "on"
		}
		return slices.Contains(shown, value) != c.checked
	case c.tag == "select" && c.multiple:
		var want []string
		for _, o := range c.options {
			if o.selected {
				want = append(want, o.value)
			}
		}
		return !slices.Equal(slices.Sorted(slices.Values(shown)), slices.Sorted(slices.Values(want)))
	case c.tag == "input" && slices.Contains([]string{"hidden", "submit", "button", "image", "reset", "file", "password"}, c.typ):
		return false
	}
	i := used[c.name]
	used[c.name]++
	if i >= len(shown) {
		return false // it was not posted
	}
	if c.tag == "select" {
		want, ok := c.selected()
		return ok && want != shown[i]
	}
	if !c.hasValue && (c.typ == "range" || c.typ == "color") {
		return false // shows a value of the browser's own
	}
	return lines(shown[i]) != lines(c.value)
}

func (c *control) selected() (string, bool) {
	if len(c.options) == 0 {
		return "", false
	}
	for _, o := range slices.Backward(c.options) {
		if o.selected {
			return o.value, true
		}
	}
	return c.options[0].value, true
}

func lines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// controlsIn lists the controls in the HTML, and finds the form that the element
// with the id source is, or is in. submitted says that it is the form itself.
func controlsIn(h []byte, source string) (list []control, sourceForm int, submitted bool) {
	form, forms := 0, 0
	for i := 0; i+1 < len(h); i++ {
		j := bytes.IndexByte(h[i:], '<')
		if j < 0 {
			break
		}
		i += j
		if i+1 == len(h) {
			break
		}
		if bytes.HasPrefix(h[i:], []byte("<!--")) {
			k := bytes.Index(h[i+2:], []byte("-->"))
			if k < 0 {
				break // all that follows is a comment
			}
			i += k + 2
			continue
		}
		k := i + 1
		if h[k] == '/' {
			k++
		}
		if k == len(h) || lower(h[k]) < 'a' || lower(h[k]) > 'z' {
			continue
		}
		end := k
		for end < len(h) && isNameByte(h[end]) {
			end++
		}
		tag := strings.ToLower(string(h[k:end]))
		if h[i+1] == '/' {
			if tag == "form" {
				form = 0
			}
			continue
		}
		t, ok := readTag(h, end)
		if !ok {
			break
		}
		if tag == "form" {
			forms++
			form = forms
		}
		start := h[i:t.end]
		id := text(attribute(start, "id"))
		if source != "" && id == source {
			sourceForm, submitted = form, tag == "form"
		}
		last := t.end
		name := nameOf([]byte(tag))
		switch {
		case tag == "input" || tag == "textarea" || tag == "select":
			c := control{tag: tag, id: id, form: form}
			last = c.read(h, i, t.end)
			if !has(start, "disabled") {
				list = append(list, c)
			}
		case known(&isRaw, name) || name == tagTemplate:
			if k := rawEnd(h[t.end:], name); k >= 0 {
				last = t.end + k
			} else {
				last = len(h) // all that follows is in it
			}
		}
		i = last - 1
	}
	return list, sourceForm, submitted
}

// read reads the control whose start tag is h[i:inner] and returns where it ends.
func (c *control) read(h []byte, i, inner int) (end int) {
	start := h[i:inner]
	c.name = text(attribute(start, "name"))
	c.typ = strings.ToLower(text(attribute(start, "type")))
	c.value, c.hasValue = text(attribute(start, "value")), has(start, "value")
	c.checked, c.multiple = has(start, "checked"), has(start, "multiple")
	end = inner
	if c.tag != "input" {
		name := nameOf([]byte(c.tag))
		k := rawEnd(h[inner:], name)
		if k < 0 {
			k = len(h) - inner // all that follows is in it
		}
		content := h[inner : inner+k]
		end = min(inner+k+len("</>")+len(c.tag), len(h))
		if c.tag == "textarea" {
			c.value = text(bytes.TrimPrefix(content, []byte("\n")))
		} else {
			c.options = optionsIn(content)
		}
	}
	c.html = h[i:end]
	return end
}

func optionsIn(h []byte) (list []option) {
	for i := 0; i < len(h); {
		j := bytes.Index(h[i:], []byte("<option"))
		if j < 0 {
			break
		}
		i += j
		t, ok := readTag(h, i+len("<option"))
		if !ok {
			break
		}
		start := h[i:t.end]
		content := h[t.end:]
		if k := bytes.IndexByte(content, '<'); k >= 0 {
			content = content[:k]
		}
		o := option{value: strings.Join(strings.Fields(text(content)), " "), selected: has(start, "selected")}
		if has(start, "value") {
			o.value = text(attribute(start, "value"))
		}
		if !has(start, "disabled") || o.selected {
			list = append(list, o)
		}
		i = t.end
	}
	return list
}

func text(raw []byte) string { return html.UnescapeString(string(raw)) }

func has(start []byte, name string) bool {
	i := 1
	for i < len(start) && isNameByte(start[i]) {
		i++
	}
	for {
		a, more := nextAttr(start, i)
		if !more {
			return false
		}
		if bytes.EqualFold(start[a.name.start:a.name.end], []byte(name)) {
			return true
		}
		i = a.end
	}
}
