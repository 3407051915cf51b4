package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// Accessible returns what a screen reader finds in the first element that matches selector: a line for each node
// with a role of its own, in order and indented, such as
//
//	textbox "E-mail" description="can't be blank" invalid=true required=true
//
// Nodes that only arrange others are left out.
func (p *Page) Accessible(selector string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, p.limit)
	defer cancel()
	var nodes []*accessibility.Node
	var root cdp.BackendNodeID
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		doc, err := cdp.Call(ctx, t, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return err
		}
		found, err := cdp.Call(ctx, t, dom.QuerySelector, dom.QuerySelectorParams{NodeID: doc.Root.NodeID, Selector: selector})
		if err != nil {
			return err
		}
		node, err := cdp.Call(ctx, t, dom.DescribeNode, dom.DescribeNodeParams{NodeID: found.NodeID})
		if err != nil {
			return err
		}
		root = node.Node.BackendNodeID
		tree, err := cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			return err
		}
		nodes = tree.Nodes
		return nil
	}))
	if err != nil {
		p.t.Fatalf("browser: the accessibility tree of %s: %v", selector, err)
	}
	byID := make(map[accessibility.NodeID]*accessibility.Node, len(nodes))
	var top *accessibility.Node
	for _, n := range nodes {
		byID[n.NodeID] = n
		if n.BackendDOMNodeID == root {
			top = n
		}
	}
	if top == nil {
		p.t.Fatalf("browser: %s is not in the accessibility tree", selector)
	}
	var b strings.Builder
	outline(&b, byID, top, 0)
	return b.String()
}

// arranging are roles of nodes that say nothing by themselves.
const arranging = " none generic InlineTextBox ListMarker LabelText paragraph "

// told are the properties that a screen reader tells, if they are not the usual.
const told = " invalid required checked disabled live expanded multiselectable focused "

func outline(b *strings.Builder, nodes map[accessibility.NodeID]*accessibility.Node, n *accessibility.Node, depth int) {
	role := valueOf(n.Role)
	if line := lineOf(n); !n.Ignored && (!strings.Contains(arranging, " "+role+" ") || strings.Contains(line, " live=")) {
		b.WriteString(strings.Repeat("  ", depth) + line + "\n")
		depth++
	}
	if role == "StaticText" {
		return
	}
	for _, id := range n.ChildIDs {
		if c := nodes[id]; c != nil {
			outline(b, nodes, c, depth)
		}
	}
}

func lineOf(n *accessibility.Node) string {
	line := valueOf(n.Role)
	if name := valueOf(n.Name); name != "" {
		line += fmt.Sprintf(" %q", name)
	}
	if v := valueOf(n.Value); v != "" {
		line += fmt.Sprintf(" value=%q", v)
	}
	if d := valueOf(n.Description); d != "" {
		line += fmt.Sprintf(" description=%q", d)
	}
	for _, p := range n.Properties {
		if v := valueOf(p.Value); strings.Contains(told, " "+string(p.Name)+" ") && v != "" && v != "false" {
			line += " " + string(p.Name) + "=" + v
		}
	}
	return line
}

// valueOf is a value as text.
func valueOf(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var text string
	if json.Unmarshal(v.Value, &text) == nil {
		return text
	}
	return string(v.Value)
}
