package csp

import (
	"bytes"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// Scan reads a page of a host, or parts of it, and calls blocked for each thing that the policies block.
func (all Policies) Scan(h []byte, host string, blocked func(tag string, attrs []html.Attribute, what string)) {
	if len(all) == 0 {
		return
	}
	z := html.NewTokenizer(bytes.NewReader(h))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			for _, what := range all.Blocks(t.Data, t.Attr, host) {
				blocked(t.Data, t.Attr, what)
			}
		}
	}
}

// eventHandler matches the attributes that hold scripts.
var eventHandler = regexp.MustCompile(`^on(abort|animation\w+|before\w+|blur|cancel|change|click|close|contextmenu|copy|cut|dblclick|drag\w*|drop|ended|error|focus\w*|` +
	`input|invalid|key\w+|load\w*|mouse\w+|paste|pause|play\w*|pointer\w+|progress|reset|resize|scroll\w*|select\w*|submit|toggle|touch\w+|transition\w+|wheel)$`)

// isHandler reports whether an attribute of htmx's holds a script.
func isHandler(name string) bool {
	return name == "hx-on" || strings.HasPrefix(name, "hx-on:") || strings.HasPrefix(name, "hx-on-")
}

// runs reports whether a script with a nonce runs, as htmx's extension hx-csp makes it of the text of an attribute.
func (all Policies) runs(nonce string) bool {
	return nonce != "" && all.inline(nonce, "script-src-elem", "script-src", "default-src")
}

// Blocks returns what the policies block of an element in a page of a host.
func (all Policies) Blocks(tag string, attrs []html.Attribute, host string) (what []string) {
	if len(all) == 0 {
		return nil
	}
	get := func(name string) string {
		for _, a := range attrs {
			if a.Namespace == "" && a.Key == name {
				return a.Val
			}
		}
		return ""
	}
	nonce := get("nonce")
	for _, a := range attrs {
		switch {
		case a.Key == "style" && !all.inline("", "style-src-attr", "style-src", "default-src"):
			what = append(what, "its style attribute")
		case eventHandler.MatchString(a.Key) && !all.inline("", "script-src-attr", "script-src", "default-src"):
			what = append(what, "its script in "+a.Key)
		case isHandler(a.Key) && !all.evaluates() && !all.runs(get("hx-nonce")):
			what = append(what, "its script in "+a.Key)
		case isAddress(a.Key) && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") && !all.inline("", "script-src-elem", "script-src", "default-src"):
			what = append(what, "its script in "+a.Key)
		}
	}
	load := func(name string, directives ...string) {
		if v := get(name); !strings.HasPrefix(strings.ToLower(strings.TrimSpace(v)), "javascript:") && !all.loads(v, host, nonce, directives...) {
			what = append(what, name+"="+quote(v))
		}
	}
	switch tag {
	case "style":
		if !all.inline(nonce, "style-src-elem", "style-src", "default-src") {
			what = append(what, "its content")
		}
	case "script":
		if get("src") != "" {
			load("src", "script-src-elem", "script-src", "default-src")
		} else if isScript(get("type")) && !all.inline(nonce, "script-src-elem", "script-src", "default-src") {
			what = append(what, "its content")
		}
	case "link":
		switch rel := " " + strings.ToLower(get("rel")) + " "; {
		case strings.Contains(rel, " stylesheet "):
			load("href", "style-src-elem", "style-src", "default-src")
		case strings.Contains(rel, " icon "):
			load("href", "img-src", "default-src")
		}
	case "img":
		load("src", "img-src", "default-src")
	case "input":
		if strings.EqualFold(get("type"), "image") {
			load("src", "img-src", "default-src")
		}
		load("formaction", "form-action")
	case "button":
		load("formaction", "form-action")
	case "form":
		load("action", "form-action")
	case "iframe", "frame":
		load("src", "frame-src", "child-src", "default-src")
	case "audio", "video", "track":
		load("src", "media-src", "default-src")
	case "embed":
		load("src", "object-src", "default-src")
	case "object":
		load("data", "object-src", "default-src")
	case "base":
		load("href", "base-uri")
	}
	return what
}

func isAddress(name string) bool {
	return name == "href" || name == "src" || name == "action" || name == "formaction"
}

// isScript reports whether a script element of a type holds a script, and not data.
func isScript(typ string) bool {
	switch strings.ToLower(strings.TrimSpace(typ)) {
	case "", "module", "importmap", "speculationrules", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript":
		return true
	}
	return false
}

// quote quotes an address, truncated if it is long.
func quote(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return `"` + s + `"`
}
