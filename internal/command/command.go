// Package command is what browsers do by themselves, as values, and the scripts that say it: package client makes steps,
// htmx runs their text, and tests read the text again.
package command

import (
	"fmt"
	"strings"
)

// Op is what a step does.
type Op int

// The operations, with the arguments of their steps. A target is a selector as htmx reads them.
const (
	Hide            Op = iota // target, transition
	Show                      // target, transition
	Toggle                    // target, transition
	SetAttribute              // target, name, value
	RemoveAttribute           // target, name
	ToggleAttribute           // target, name
	SwitchAttribute           // target, name, one value, the other
	Focus                     // target
	FocusFirst                // target, around what may have the focus
	FocusBy                   // targets, how many further on
	SelectText                // target
	PushFocus                 // target
	PopFocus                  //
	Dispatch                  // target, event, detail as JSON
	Exec                      // target, event that does not bubble
	Click                     // target
	Reset                     // target
	Navigate                  // address
	Replace                   // address
	Patch                     // address
	PatchReplace              // address
	Copy                      // text
	CopyFrom                  // target
	ScrollTo                  // target, where in the view
	Confirm                   // question
	Wait                      // how long
	Send                      // the binding of the element
	Post                      // address
)

// Step is one step of a chain.
type Step struct {
	Op   Op
	Args []string
}

// SendEvent is the DOM event that makes an element send the event of its binding.
const SendEvent = "js:send"

// arg stands for an argument in the text of an operation.
const arg = "\x00"

const each = "for(let e of htmx.findAll(this," + arg + "))"

// texts are scripts for htmx; this is the element. They run in an async function, and have neither "->" nor a quote in them:
// htmx splits attributes there, and HTML escapes them. htmx runs them with the event's detail, whose names hide others: so
// each function is named with what it belongs to.
var texts = [...]string{
	Hide:            each + "{delete e.dataset.jsShow;e.dataset.jsHide=" + arg + "}",
	Show:            each + "{delete e.dataset.jsHide;e.dataset.jsShow=" + arg + "}",
	Toggle:          each + "{let d=e.dataset,t=" + arg + ";if(`jsHide`in d||e.hidden&&!(`jsShow`in d)){delete d.jsHide;d.jsShow=t}else{delete d.jsShow;d.jsHide=t}}",
	SetAttribute:    each + "e.setAttribute(" + arg + "," + arg + ")",
	RemoveAttribute: each + "e.removeAttribute(" + arg + ")",
	ToggleAttribute: each + "e.toggleAttribute(" + arg + ")",
	SwitchAttribute: each + "{let n=" + arg + ",a=" + arg + ";e.setAttribute(n,e.getAttribute(n)==a?" + arg + ":a)}",
	Focus:           "htmx.find(this," + arg + ")?.focus()",
	// What can't have the focus, being hidden or disabled somehow, does not take it.
	FocusFirst: "for(let e of htmx.find(this," + arg + ")?.querySelectorAll(`a[href],button,input,select,textarea,summary,[tabindex]`)??[])" +
		"if(!(e.tabIndex<0)){e.focus();if(e.ownerDocument.activeElement==e)break}",
	FocusBy:    "{let l=htmx.findAll(this," + arg + "),i=l.indexOf(this.ownerDocument.activeElement);l[i<0?0:i+ +" + arg + "]?.focus()}",
	SelectText: "{let e=htmx.find(this," + arg + ");e?.focus();e?.select?.()}",
	PushFocus:  "{let f=window.sbFocus??=[],e=htmx.find(this," + arg + ");if(e)f.push(e);f.splice(0,f.length-20)}",
	PopFocus:   "{let f=window.sbFocus??[],e;while((e=f.pop())&&!e.isConnected);e?.focus()}",
	Dispatch:   each + "e.dispatchEvent(new CustomEvent(" + arg + ",{detail:JSON.parse(" + arg + "),bubbles:!0,cancelable:!0,composed:!0}))",
	Exec:       each + "htmx.trigger(e," + arg + ",{},!1)",
	Click:      each + "e.click()",
	Reset: each + "{if(e.localName==`form`)HTMLFormElement.prototype.reset.call(e);else if(e.options){let s=e.multiple?-1:0,i=0;" +
		"for(let o of e.options){if(o.defaultSelected&&!e.multiple)s=i;o.selected=o.defaultSelected;i++}if(s>=0)e.selectedIndex=s}" +
		"else if(e.type==`checkbox`||e.type==`radio`)e.checked=e.defaultChecked;else e.value=e.defaultValue}",
	Navigate:     "window.location.assign(" + arg + ")",
	Replace:      "window.location.replace(" + arg + ")",
	Patch:        "htmx.ajax(`GET`," + arg + ",{source:this,push:`true`})",
	PatchReplace: "htmx.ajax(`GET`," + arg + ",{source:this,replace:`true`})",
	Copy:         "try{await window.navigator.clipboard.writeText(" + arg + ")}catch{return}",
	CopyFrom:     "{let e=htmx.find(this," + arg + ");if(e)try{await window.navigator.clipboard.writeText(e.matches(`input,select,textarea`)?e.value:e.textContent)}catch{return}}",
	ScrollTo:     "htmx.find(this," + arg + ")?.scrollIntoView({block:" + arg + "})",
	Confirm:      "if(!window.confirm(" + arg + "))return",
	Wait:         "await htmx.timeout(" + arg + ");if(!this.isConnected)return",
	Send:         "htmx.trigger(this,`" + SendEvent + "`,{},!1)",
	Post:         "htmx.ajax(`POST`," + arg + ",{source:this})",
}

// Text returns the script of a chain. It panics for a step with another number of arguments than its operation has.
func Text(chain []Step) string {
	var b strings.Builder
	for i, s := range chain {
		if i > 0 {
			b.WriteByte(';')
		}
		rest := texts[s.Op]
		for _, a := range s.Args {
			before, after, ok := strings.Cut(rest, arg)
			if !ok {
				panic(fmt.Sprintf("command: too many arguments in %v", s))
			}
			b.WriteString(before)
			quote(&b, a)
			rest = after
		}
		if strings.Contains(rest, arg) {
			panic(fmt.Sprintf("command: an argument is missing in %v", s))
		}
		b.WriteString(rest)
	}
	return b.String()
}

// quote writes a text as a template literal.
func quote(b *strings.Builder, text string) {
	b.WriteByte('`')
	for _, c := range text {
		switch {
		case c < ' ', strings.ContainsRune("`\\$&<>\"';\x7f", c):
			fmt.Fprintf(b, `\x%02x`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('`')
}

// Parse reads the text of a chain; false for any other script.
func Parse(text string) (chain []Step, ok bool) {
	for {
		s, rest, ok := parseStep(text)
		if !ok {
			return nil, false
		}
		chain = append(chain, s)
		if rest == "" {
			return chain, true
		}
		if text, ok = strings.CutPrefix(rest, ";"); !ok {
			return nil, false
		}
	}
}

func parseStep(text string) (s Step, rest string, ok bool) {
	for op := range texts {
		if s, rest, ok = parseOp(Op(op), text); ok && (rest == "" || rest[0] == ';') {
			return s, rest, true
		}
	}
	return Step{}, "", false
}

func parseOp(op Op, text string) (s Step, rest string, ok bool) {
	s.Op = op
	for i, piece := range strings.Split(texts[op], arg) {
		if i > 0 {
			var value string
			if value, text, ok = unquote(text); !ok {
				return s, "", false
			}
			s.Args = append(s.Args, value)
		}
		if text, ok = strings.CutPrefix(text, piece); !ok {
			return s, "", false
		}
	}
	return s, text, true
}

// Literal reads a text as scripts have it; false for anything else.
func Literal(script string) (text string, ok bool) {
	text, rest, ok := unquote(script)
	return text, ok && rest == ""
}

// unquote reads a template literal of quote.
func unquote(text string) (value, rest string, ok bool) {
	text, ok = strings.CutPrefix(text, "`")
	end := strings.IndexByte(text, '`')
	if !ok || end < 0 {
		return "", "", false
	}
	var b strings.Builder
	for in := text[:end]; in != ""; {
		before, after, escaped := strings.Cut(in, `\x`)
		b.WriteString(before)
		if !escaped {
			break
		}
		var c byte
		if len(after) < 2 {
			return "", "", false
		}
		if _, err := fmt.Sscanf(after[:2], "%02x", &c); err != nil {
			return "", "", false
		}
		b.WriteByte(c)
		in = after[2:]
	}
	return b.String(), text[end+1:], true
}
