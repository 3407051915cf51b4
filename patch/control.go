package patch

import (
	"bytes"
	"html"
	"strings"
)

// control is a form control as HTML renders it, or an element that may be open.
type control struct {
	tag, typ, id, name string
	owner              string // id of the nearest enclosing element that has one, "" is the view
	html               []byte
	key                uint32
	form               int  // its form owner, from 1 on; 0: none
	owned              bool // by the form of the id, wherever that is
	formID             string
	fieldless          bool // its form owner is not in the HTML
	disabled           bool
	value              string
	hasValue           bool
	min, max, step     string
	checked, multiple  bool
	options            []option
	bound              string // its hx-post
}

type option struct {
	value    string
	selected bool
	disabled bool
}

func (c *control) isBox() bool { return c.tag == "input" && isBox([]byte(c.typ)) }

func (c *control) isRadio() bool { return c.tag == "input" && c.typ == "radio" }

// isField reports whether the control is filled in rather than chosen: with the focus, what it shows is being edited.
func (c *control) isField() bool {
	return c.tag == "textarea" || c.tag == "input" && !c.isBox() && !isPlainInput([]byte(c.typ))
}

// isUnsaid reports whether the control is a password, of which the view says nothing: it is never rendered, and what is
// typed stays.
func (c *control) isUnsaid() bool { return c.tag == "input" && c.typ == "password" && !c.hasValue }

func (c *control) isControl() bool {
	return c.tag == "input" || c.tag == "select" || c.tag == "textarea"
}

// reading is what the controls in a piece of HTML are, in order, and where the source of an event is.
type reading struct {
	controls []control
	keys     map[uint32]int // how many controls without an id have a key
	source   int            // in controls; -1: none of them
	form     int            // that the source is itself; 0: it is no form
	submits  bool           // that form sends its event when it is submitted
}

// enclosure is an open element around controls, with what it means for them.
type enclosure struct {
	name     uint16
	owner    string // the nearest id
	form     int
	disabled bool
	outer    bool // disabled by what is around a fieldset: its first legend is no more than that
	legends  bool // a fieldset has had one
}

// reader goes through HTML for its controls. What stands around the HTML is unknown.
type reader struct {
	h      []byte
	source Posted
	out    reading
	stack  []enclosure
	open   map[uint16]int // how many of a name
	forms  int
	byID   map[string]int // forms
	named  map[int]string // controls with a form attribute, to its value
}

// readControls lists the controls in the HTML of the element with the id, "" for the view.
func readControls(h []byte, id string, p Posted) reading {
	r := reader{h: h, stack: []enclosure{{owner: id}}, open: map[uint16]int{}, source: p, out: reading{source: -1, keys: map[uint32]int{}}, byID: map[string]int{}, named: map[int]string{}}
	for i := 0; i+1 < len(h); {
		j := bytes.IndexByte(h[i:], '<')
		if j < 0 || i+j+1 >= len(h) {
			break
		}
		i = r.tagAt(i + j)
	}
	for i, id := range r.named {
		c := &r.out.controls[i]
		c.form = r.byID[id]
		c.fieldless = c.form == 0
	}
	return r.out
}

// tagAt handles what begins with the < at i and returns where it ends.
func (r *reader) tagAt(i int) int {
	h := r.h
	if bytes.HasPrefix(h[i:], []byte("<!--")) {
		if k := bytes.Index(h[i+2:], []byte("-->")); k >= 0 {
			return i + 2 + k + len("-->")
		}
		return len(h)
	}
	if h[i+1] == '/' {
		k := i + 2
		for k < len(h) && isNameByte(h[k]) {
			k++
		}
		r.close(nameOf(h[i+2 : k]))
		return k
	}
	if c := lower(h[i+1]); c < 'a' || c > 'z' {
		return i + 1
	}
	k := i + 1
	for k < len(h) && isNameByte(h[k]) {
		k++
	}
	t, ok := readTag(h, k)
	if !ok {
		return len(h)
	}
	depth := len(r.stack)
	end := r.start(nameOf(h[i+1:k]), i, t)
	if t.ignored && len(r.stack) > depth { // else nothing stands in it
		end = contentEnd(h, end, h[i+1:k])
	}
	return end
}

func (r *reader) close(name uint16) {
	for r.open[name] > 0 {
		top := len(r.stack) - 1
		last := r.stack[top].name
		r.stack = r.stack[:top]
		if r.open[last]--; last == name {
			return
		}
	}
}

// start handles the start tag html[i:t.end] and returns where it, or what can't hold controls, ends.
func (r *reader) start(name uint16, i int, t tag) int {
	start := r.h[i:t.end]
	id := text(r.h[t.id.start:t.id.end])
	around := r.stack[len(r.stack)-1]
	e := enclosure{name: name, owner: around.owner, form: around.form, disabled: around.disabled}
	if plain([]byte(id)) {
		e.owner = id
	}
	end := t.end
	switch name {
	case tagForm:
		r.forms++
		e.form = r.forms
		if id != "" {
			r.byID[id] = e.form
		}
		if r.isSource(id, start) {
			r.out.form = e.form
			trigger := attribute(start, "hx-trigger")
			r.out.submits = trigger == nil || bytes.Contains(trigger, []byte("submit"))
		}
	case tagFieldset:
		e.outer = around.disabled
		e.disabled = around.disabled || has(start, "disabled")
	case tagLegend:
		if around.name == tagFieldset && !around.legends {
			r.stack[len(r.stack)-1].legends = true
			e.disabled = around.outer
		}
	case tagInput, tagTextarea, tagSelect, tagDetails, tagDialog:
		c := control{tag: tagText(name), id: id, owner: around.owner, form: around.form}
		end = c.read(r.h, i, t.end, name)
		c.disabled = c.disabled || around.disabled
		if c.owned {
			r.named[len(r.out.controls)] = c.formID
		}
		if c.isControl() && r.isSource(id, start) {
			r.out.source = len(r.out.controls)
		}
		if id == "" {
			r.out.keys[c.key]++
		}
		r.out.controls = append(r.out.controls, c)
	default:
		if t.opened && id != "" {
			r.out.controls = append(r.out.controls, control{tag: tagText(name), id: id, key: idKey([]byte(id)), html: start})
		}
	}
	switch {
	case end > t.end: // the content of a control
	case known(&isRaw, name) || name == tagTemplate:
		if k := rawEnd(r.h[t.end:], name); k >= 0 {
			return t.end + k
		}
		return len(r.h)
	case !known(&isVoid, name) && !t.selfClosing && name != tagSelect && name != tagTextarea:
		r.stack = append(r.stack, e)
		r.open[name]++
	}
	return end
}

// isSource reports whether an element is the one that sent the event.
func (r *reader) isSource(id string, start []byte) bool {
	return r.source.Source != "" && id == r.source.Source ||
		r.source.Source == "" && r.source.Address != "" && id == "" && r.source.isFrom(id, text(attribute(start, "hx-post")))
}

// readControl reads one control, or an element that may be open, which begins the HTML.
func readControl(h []byte, name uint16) control {
	t, _ := readTag(h, len("<")+len(tagIn(h)))
	c := control{tag: tagText(name), id: text(h[t.id.start:t.id.end])}
	c.read(h, 0, t.end, name)
	return c
}

// read reads the control whose start tag is h[i:inner] and returns where it ends.
func (c *control) read(h []byte, i, inner int, name uint16) (end int) {
	start := h[i:inner]
	var typ, field, value []byte
	eachAttr(start, func(a attr) {
		v := start[a.value.start:a.value.end]
		// Of an attribute that is written twice the first counts.
		switch strings.ToLower(string(start[a.name.start:a.name.end])) {
		case "type":
			if typ == nil {
				typ, c.typ = v, strings.ToLower(text(v))
			}
		case "name":
			if field == nil {
				field, c.name = v, text(v)
			}
		case "value":
			if !c.hasValue {
				value, c.value, c.hasValue = v, text(v), true
			}
		case "checked":
			c.checked = true
		case "multiple":
			c.multiple = true
		case "disabled":
			c.disabled = true
		case "min":
			c.min = text(v)
		case "max":
			c.max = text(v)
		case "step":
			c.step = text(v)
		case "form":
			if !c.owned {
				c.owned, c.formID = true, text(v)
			}
		case "hx-post":
			if c.bound == "" {
				c.bound = text(v)
			}
		}
	})
	if plain([]byte(c.id)) {
		c.key = idKey([]byte(c.id))
	} else {
		c.key = looseKey([]byte(c.owner), name, typ, field, value)
	}
	end = inner
	if name == tagTextarea || name == tagSelect {
		k := rawEnd(h[inner:], name)
		if k < 0 {
			k = len(h) - inner // all that follows is in it
		}
		content := h[inner : inner+k]
		end = min(inner+k+len("</>")+len(c.tag), len(h))
		if name == tagTextarea {
			c.value, c.hasValue = strings.TrimPrefix(newlines(text(content)), "\n"), true
		} else {
			c.options = optionsIn(content)
		}
	}
	c.html = h[i:end]
	return end
}

func optionsIn(h []byte) (list []option) {
	group := false // a disabled one is around
	for i := 0; i+1 < len(h); {
		j := bytes.IndexByte(h[i:], '<')
		if j < 0 || i+j+1 >= len(h) {
			break
		}
		i += j
		if h[i+1] == '/' {
			group = group && nameOf(tagIn(h[i+1:])) != tagOptgroup
			i += 2
			continue
		}
		name := nameOf(tagIn(h[i:]))
		if name != tagOption && name != tagOptgroup {
			i++
			continue
		}
		t, ok := readTag(h, i+len("<")+len(tagIn(h[i:])))
		if !ok {
			break
		}
		start := h[i:t.end]
		i = t.end
		if name == tagOptgroup {
			group = has(start, "disabled")
			continue
		}
		o := option{selected: has(start, "selected"), disabled: group || has(start, "disabled")}
		if has(start, "value") {
			o.value = text(attribute(start, "value"))
		} else {
			content := h[t.end:]
			if k := bytes.IndexByte(content, '<'); k >= 0 {
				content = content[:k]
			}
			o.value = strings.Join(strings.Fields(text(content)), " ")
		}
		list = append(list, o)
	}
	return list
}

func text(raw []byte) string { return html.UnescapeString(string(raw)) }

func has(start []byte, name string) (found bool) {
	eachAttr(start, func(a attr) {
		found = found || bytes.EqualFold(start[a.name.start:a.name.end], []byte(name))
	})
	return found
}
