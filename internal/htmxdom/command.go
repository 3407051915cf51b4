package htmxdom

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/command"
)

// Commands are scripts, which the model does not run. It reads those of package command: a chain that sends does so when its
// trigger fires, as if it stood in hx-trigger. Confirmations are answered with yes, and nothing is waited for.

// chain is a chain of commands of an element, and what triggers it.
type chain struct {
	trigger string
	steps   []command.Step
}

// chains are the chains of an element.
func chains(n *html.Node) (all []chain) {
	for _, a := range n.Attr {
		name, ok := strings.CutPrefix(a.Key, "hx-on")
		if !ok || a.Namespace != "" {
			continue
		}
		if event, ok := strings.CutPrefix(name, ":"); ok {
			if steps, ok := command.Parse(a.Val); ok {
				all = append(all, chain{event, steps})
			}
			continue
		}
		parts := strings.Split(a.Val, "->") // in no script of a chain
		for i := range len(parts) - 1 {
			trigger, script := parts[i], parts[i+1]
			if i > 0 {
				trigger = trigger[strings.LastIndexByte(trigger, ';')+1:]
			}
			if i+2 < len(parts) {
				script = script[:max(0, strings.LastIndexByte(script, ';'))]
			}
			if steps, ok := command.Parse(strings.TrimSpace(script)); ok {
				all = append(all, chain{strings.TrimSpace(trigger), steps})
			}
		}
	}
	return all
}

// sends reports whether a chain sends the event of its element's binding.
func (c chain) sends() bool {
	return slices.ContainsFunc(c.steps, func(s command.Step) bool { return s.Op == command.Send })
}

// HasCommands reports whether an event at an element runs commands, whatever they do.
func (d *Document) HasCommands(event string, target *html.Node) bool {
	for n := target; isElement(n); n = n.Parent {
		for _, c := range chains(n) {
			if s, ok := d.readTrigger(0, c.trigger); ok && s.fits(event) {
				return true
			}
		}
	}
	return false
}

// SetKey says which key is pressed, with what is held: "Escape", "Ctrl+s". "" is none.
func (d *Document) SetKey(key string) { d.key = key }

// readTrigger reads a part of hx-trigger; false for one that does not fire for the key that is pressed.
func (d *Document) readTrigger(at int, text string) (triggerSpec, bool) {
	m := trigger.FindStringSubmatch(text)
	if m == nil {
		return triggerSpec{}, false
	}
	event, filter, filtered := strings.Cut(m[1], "[")
	if filtered && !keyFits(strings.TrimSuffix(filter, "]"), d.key) {
		return triggerSpec{}, false
	}
	options, err := parseHCON(m[2])
	return triggerSpec{at, event, options}, err == nil
}

var (
	keyFilter  = regexp.MustCompile("^typeof\\(key\\)==`string`&&keyCode!=229&&!isComposing&&\\((.*)\\)$")
	keyLiteral = regexp.MustCompile("^(key|key\\.toLowerCase\\(\\))==(`.*`)$")
)

// keyFits evaluates the filter of a trigger for keys. Other filters fit no key.
func keyFits(filter, key string) bool {
	m := keyFilter.FindStringSubmatch(filter)
	if m == nil || key == "" {
		return false
	}
	held := map[string]bool{}
	for {
		modifier, rest, ok := strings.Cut(key, "+")
		if !ok || modifier == "" || rest == "" {
			break
		}
		held[strings.ToLower(modifier)+"Key"], key = true, rest
	}
	for one := range strings.SplitSeq(m[1], "||") {
		fits := true
		for term := range strings.SplitSeq(one, "&&") {
			name, negated := strings.CutPrefix(term, "!")
			switch l := keyLiteral.FindStringSubmatch(term); {
			case l != nil && l[1] == "key":
				fits = fits && isKeyText(l[2], key)
			case l != nil:
				fits = fits && isKeyText(l[2], strings.ToLower(key))
			case term == "ctrlKey!=metaKey":
				fits = fits && held["ctrlKey"] != held["metaKey"]
			default:
				fits = fits && held[name] != negated
			}
		}
		if fits {
			return true
		}
	}
	return false
}

func isKeyText(literal, key string) bool {
	text, ok := command.Literal(literal)
	return ok && text == key
}

var answerNonce = regexp.MustCompile(`'nonce-([^']+)'`)

// renonce does what hx-csp does with the nonce of an answer: it puts the page's in its place, and takes that for stolen.
func (d *Document) renonce(header http.Header, text string) string {
	body := namedElement(d.root, "body")
	if body == nil {
		return text
	}
	own, ok := d.hxAttr(body, "hx-nonce")
	if !ok || own == "" {
		return text
	}
	text = strings.ReplaceAll(text, ` hx-nonce="`+own+`"`, "")
	if m := answerNonce.FindStringSubmatch(header.Get("Content-Security-Policy")); m != nil {
		text = strings.ReplaceAll(text, m[1], own)
	}
	return text
}

func namedElement(root *html.Node, name string) *html.Node {
	for n := range inclusive(root) {
		if isHTML(n, name) {
			return n
		}
	}
	return nil
}
