package htmxdom

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// space is \s of JavaScript, which knows more characters than Go's.
const space = `[\s\x{b}\x{a0}\x{feff}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]`

var (
	openTag  = regexp.MustCompile(`<[hH][xX]-([a-zA-Z]+)(` + space + `+|>)`)
	closeTag = regexp.MustCompile(`</[hH][xX]-[a-zA-Z]+>`)
	head     = regexp.MustCompile(`<[hH][eE][aA][dD](?:` + space + `[^>]*)?>(?s:.*?)</[hH][eE][aA][dD]>`)
	startTag = regexp.MustCompile(`<([a-zA-Z][^/> \t\r\n\f]*)`)
)

// makeFragment parses a message and removes its title. As htmx does, it first replaces <hx-…> by templates
// in the text, which may hold any element, such as a table row.
func (d *Document) makeFragment(message string) (frag *html.Node, title string) {
	message = openTag.ReplaceAllString(message, `<template hx type="$1"$2`)
	message = closeTag.ReplaceAllString(message, `</template>`)
	if at := head.FindStringIndex(message); at != nil {
		title = documentTitle(d.parseInert(message[at[0]:at[1]]))
		message = message[:at[0]] + message[at[1]:]
	}
	start := ""
	if m := startTag.FindStringSubmatch(message); m != nil {
		start = strings.ToLower(m[1])
	}
	if start == "html" || start == "body" {
		frag = fragment()
		for n := range d.parseInert(message).Descendants() {
			if isHTML(n, "body") {
				n.Parent.RemoveChild(n)
				frag.AppendChild(n)
				break
			}
		}
	} else {
		frag = d.contents[elementsIn(d.parseInert("<template>"+message+"</template>"), "template")[0]]
	}
	if title == "" {
		if t := fragmentTitle(frag); t != nil {
			title = textContent(t)
			t.Parent.RemoveChild(t)
		}
	}
	return frag, title
}

// parseInert parses text as a document without scripting.
func (d *Document) parseInert(text string) *html.Node {
	root, err := d.parse(text, false)
	if err != nil {
		panic(exception{err.Error()})
	}
	d.settleControls(root)
	return root
}

func documentTitle(root *html.Node) string {
	for _, t := range elementsIn(root, "title") {
		return strings.Join(strings.FieldsFunc(childText(t), isHTMLSpace), " ")
	}
	return ""
}

// fragmentTitle returns the title in a message that is not in SVG, or nil.
func fragmentTitle(frag *html.Node) *html.Node {
	for n := range frag.Descendants() {
		if n.Type == html.ElementNode && n.Data == "title" && !inSVG(n) {
			return n
		}
	}
	return nil
}

func inSVG(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "svg" {
			return true
		}
	}
	return false
}
