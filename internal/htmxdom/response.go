package htmxdom

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// ApplyResponse applies the response to a request of the element source, by its hx-swap and hx-target,
// inherited or not. It records headers with effects beyond the tree, see Effects: after HX-Refresh,
// HX-Redirect and HX-Location nothing is swapped. It does nothing if the target has left the page.
// Errors are those of Apply.
func (d *Document) ApplyResponse(status int, header http.Header, body string, source *html.Node) error {
	return d.answer(d.exchange(source), status, header, body)
}

// Answer applies the response to a request as ApplyResponse does, by the attributes that the source had
// when the request was made.
func (d *Document) Answer(r *Request, status int, header http.Header, body string) error {
	return d.answer(r.x, status, header, body)
}

func (d *Document) answer(x *exchange, status int, header http.Header, body string) error {
	hx := func(name string) string { return strings.Join(header.Values("HX-"+name), ", ") }
	defer func() { d.note("HX-Trigger", hx("Trigger")) }()
	if hx("Refresh") == "true" {
		d.note("HX-Refresh", "true")
		return nil
	}
	for _, name := range []string{"Redirect", "Location"} {
		if v := hx(name); v != "" {
			d.note("HX-"+name, v)
			return nil
		}
	}
	if to := hx("Retarget"); to != "" {
		x.retarget = to
	} else if x.target != nil && !d.connected(x.target) {
		return nil
	}
	if v := hx("Reswap"); v != "" {
		x.swap = v
	}
	if v := hx("Reselect"); v != "" {
		x.selectSel = v
	}
	if err := d.heedStatus(x, status); err != nil {
		return err
	}
	switch status {
	case http.StatusNoContent, http.StatusResetContent, http.StatusNotModified:
	default:
		x.text = d.renonce(header, body)
	}
	push, replace := x.push, x.replace
	if hx("Push-Url") != "" || hx("Replace-Url") != "" {
		push, replace = hx("Push-Url"), hx("Replace-Url")
	}
	x.push, x.replace = push, replace
	return d.swap(x)
}

// enterHistory marks the newest entry of the browser's history as htmx's, and notes what is to become of the address.
func (d *Document) enterHistory(x *exchange) {
	d.marked = true
	if x.push != "" && x.push != "false" {
		d.note("HX-Push-Url", x.push)
	} else if x.replace != "false" {
		d.note("HX-Replace-Url", x.replace)
	}
}

// TakeMark reports whether htmx has marked the newest entry of the browser's history since TakeMark was called last.
// Going back to such an entry within the page, it asks for what belongs there.
func (d *Document) TakeMark() bool {
	marked := d.marked
	d.marked = false
	return marked
}

func (d *Document) note(name, value string) {
	if value != "" {
		d.effects = append(d.effects, Effect{name, value})
	}
}

// heedStatus applies htmx.config.noSwap and hx-status attributes.
func (d *Document) heedStatus(x *exchange, status int) error {
	code := strconv.Itoa(status)
	for _, pattern := range []string{code, code[:2] + "x", code[:1] + "xx"} {
		if slices.Contains(d.config.noSwap, pattern) {
			x.swap = "none"
			return nil
		}
		set := d.inherited(x.source, "hx-status:"+pattern)
		if set == "" {
			continue
		}
		values, err := parseHCON(set)
		if err != nil {
			return err
		}
		for name, p := range map[string]*string{
			"swap": &x.swap, "target": &x.retarget, "push": &x.push, "replace": &x.replace, "select": &x.selectSel,
		} {
			if v, ok := values[name]; ok {
				*p = text(v)
			}
		}
		return nil
	}
	return nil
}
