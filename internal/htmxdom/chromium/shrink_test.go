package chromium_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom/chromium"
)

// shrink looks for a smaller case that still shows a difference, so that what is
// printed can be read: it leaves out messages, gestures and elements as long as
// the difference stays.
func shrink(t *testing.T, c chromium.Case) chromium.Case {
	for range 60 {
		smaller := smallerCases(c)
		results := chromium.Run(t, smaller)
		i := -1
		for k, r := range results {
			if want, err := chromium.Model(smaller[k]); err == nil && want.Diff(r) != "" {
				i = k
				break
			}
		}
		if i < 0 {
			return c
		}
		c = smaller[i]
	}
	return c
}

// smallerCases are c with one thing left out, the largest first.
func smallerCases(c chromium.Case) []chromium.Case {
	var out []chromium.Case
	for i := range c.Messages {
		out = append(out, chromium.Case{Page: c.Page, Setup: c.Setup, Messages: slices.Delete(slices.Clone(c.Messages), i, i+1)})
	}
	for i := range c.Setup {
		out = append(out, chromium.Case{Page: c.Page, Setup: slices.Delete(slices.Clone(c.Setup), i, i+1), Messages: c.Messages})
	}
	for i, m := range c.Messages {
		for _, less := range smallerTexts(m) {
			messages := slices.Clone(c.Messages)
			messages[i] = less
			out = append(out, chromium.Case{Page: c.Page, Setup: c.Setup, Messages: messages})
		}
	}
	start := strings.Index(c.Page, "<body>") + len("<body>")
	for _, less := range smallerTexts(c.Page[start:]) {
		out = append(out, chromium.Case{Page: c.Page[:start] + less, Setup: c.Setup, Messages: c.Messages})
	}
	slices.SortStableFunc(out, func(a, b chromium.Case) int { return size(a) - size(b) })
	return out
}

func size(c chromium.Case) int {
	return len(c.Page) + len(strings.Join(c.Messages, "")) + 20*len(c.Setup)
}

var (
	asTemplates = strings.NewReplacer("<hx-partial", "<template hxp", "</hx-partial>", "</template>")
	asPartials  = strings.NewReplacer(`<template hxp=""`, "<hx-partial")
)

// smallerTexts are a text of HTML with one node or attribute left out.
func smallerTexts(s string) []string {
	parse := func() []*html.Node {
		root, err := html.Parse(strings.NewReader("<template>" + asTemplates.Replace(s) + "</template>"))
		if err != nil {
			return nil
		}
		return slices.Collect(root.Descendants())[3:] // html, head, the template
	}
	var out []string
	write := func(nodes []*html.Node) {
		var b strings.Builder
		template := nodes[0]
		for template.Parent != nil && template.Parent.Data != "head" {
			template = template.Parent
		}
		for c := range template.ChildNodes() {
			_ = html.Render(&b, c)
		}
		text := b.String()
		for strings.Contains(text, `<template hxp=""`) {
			// The end tags that belong to partials are those at the top level.
			text = asPartials.Replace(text)
		}
		out = append(out, restoreEnds(text))
	}
	for i, n := range parse() {
		if n.Data == "body" || n.Data == "main" {
			continue
		}
		nodes := parse()
		first := nodes[0]
		if n = nodes[i]; n == first && n.NextSibling != nil {
			first = n.NextSibling
		} else if n == first {
			out = append(out, "")
			continue
		}
		n.Parent.RemoveChild(n)
		write([]*html.Node{first})
		for a := range n.Attr {
			nodes := parse()
			nodes[i].Attr = slices.Delete(nodes[i].Attr, a, a+1)
			if !strings.HasPrefix(n.Attr[a].Key, "hxp") {
				write(nodes)
			}
		}
	}
	return out
}

// restoreEnds turns the end tags of partials back into their own.
func restoreEnds(s string) string {
	var b strings.Builder
	var open []bool
	for s != "" {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		switch {
		case strings.HasPrefix(s, "<template"):
			open = append(open, false)
		case strings.HasPrefix(s, "<hx-partial"):
			open = append(open, true)
		case strings.HasPrefix(s, "</template>") && len(open) > 0:
			partial := open[len(open)-1]
			open = open[:len(open)-1]
			if partial {
				b.WriteString("</hx-partial>")
				s = s[len("</template>"):]
				continue
			}
		}
		b.WriteByte('<')
		s = s[1:]
	}
	return b.String() + s
}
