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
	with := func(change func(*chromium.Case)) {
		less := c
		less.Setup, less.Messages, less.Then = slices.Clone(c.Setup), slices.Clone(c.Messages), slices.Clone(c.Then)
		change(&less)
		out = append(out, less)
	}
	for i := range c.Messages {
		with(func(c *chromium.Case) {
			c.Messages = slices.Delete(c.Messages, i, i+1)
			if i < len(c.Then) {
				c.Then = slices.Delete(c.Then, i, i+1)
			}
		})
	}
	for i := range c.Setup {
		with(func(c *chromium.Case) { c.Setup = slices.Delete(c.Setup, i, i+1) })
	}
	for i, acts := range c.Then {
		for k := range acts {
			with(func(c *chromium.Case) { c.Then[i] = slices.Delete(slices.Clone(acts), k, k+1) })
		}
	}
	for i, m := range c.Messages {
		for _, text := range smallerTexts(m) {
			with(func(c *chromium.Case) { c.Messages[i] = text })
		}
	}
	start := strings.Index(c.Page, "<body>") + len("<body>")
	for _, text := range smallerTexts(c.Page[start:]) {
		with(func(c *chromium.Case) { c.Page = c.Page[:start] + text })
	}
	slices.SortStableFunc(out, func(a, b chromium.Case) int { return size(a) - size(b) })
	return out
}

func size(c chromium.Case) int {
	acts := len(c.Setup)
	for _, then := range c.Then {
		acts += len(then)
	}
	return len(c.Page) + len(strings.Join(c.Messages, "")) + 20*acts
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
