package livetest

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
)

// pretty writes an element with a line for each element in it; what holds text alone,
// or text among elements, has one line.
func pretty(d *htmxdom.Document, n *html.Node) string {
	var b strings.Builder
	var write func(n *html.Node, depth int)
	write = func(n *html.Node, depth int) {
		line := d.NodeHTML(n)
		b.WriteString(strings.Repeat("  ", depth))
		if !opens(n) {
			b.WriteString(line + "\n")
			return
		}
		b.WriteString(line[:strings.IndexByte(line, '>')+1] + "\n") // in attributes it is escaped
		for c := range n.ChildNodes() {
			if c.Type == html.ElementNode {
				write(c, depth+1)
			}
		}
		b.WriteString(strings.Repeat("  ", depth) + "</" + n.Data + ">\n")
	}
	write(n, 0)
	text := random.ReplaceAllString(b.String(), "$1")
	if d.Scripts() {
		text = unseen.ReplaceAllString(text, "<noscript></noscript>")
	}
	return text
}

var (
	// random is before what differs from run to run in the kit's hidden fields.
	random = regexp.MustCompile(`(<input autocomplete="off" name="sb-(?:form|ticket)" type="hidden" value=")[^"]*`)
	unseen = regexp.MustCompile(`<noscript>[^<]*</noscript>`) // its text is escaped
)

// opens reports whether an element holds elements and no text.
func opens(n *html.Node) bool {
	if firstElement(n) == nil || slices.Contains([]string{"pre", "svg", "template", "textarea"}, n.Data) {
		return false
	}
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
			return false
		}
	}
	return true
}

// apart are the elements whose text stands by itself.
var apart = map[string]bool{
	"address": true, "article": true, "aside": true, "blockquote": true, "br": true, "button": true, "caption": true, "dd": true, "div": true, "dl": true, "dt": true,
	"fieldset": true, "figcaption": true, "figure": true, "footer": true, "form": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
	"header": true, "hr": true, "legend": true, "li": true, "main": true, "nav": true, "ol": true, "option": true, "p": true, "pre": true, "section": true,
	"select": true, "summary": true, "table": true, "tbody": true, "td": true, "tfoot": true, "th": true, "thead": true, "tr": true, "ul": true,
}

// textOf is the text of an element, with spaces where one would see some.
func textOf(d *htmxdom.Document, n *html.Node) string {
	var b strings.Builder
	var write func(n *html.Node)
	write = func(n *html.Node) {
		if isUnseen(d, n) {
			return
		}
		space := n.Type == html.ElementNode && apart[n.Data]
		if space {
			b.WriteByte(' ')
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := range n.ChildNodes() {
			write(c)
		}
		if space {
			b.WriteByte(' ')
		}
	}
	write(n)
	return collapse(b.String())
}

// isUnseen reports whether n is for browsers that run no scripts.
func isUnseen(d *htmxdom.Document, n *html.Node) bool { return n.Data == "noscript" && d.Scripts() }

func firstElement(n *html.Node) *html.Node {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}
