package client

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/command"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/views"
)

// Command is what the browser does by itself when something happens to an element: a chain of steps, in order, without a
// request. [Do] binds it. It needs handlers.Config{Commands: true}. Its methods return new ones, so that a Command may be
// kept in a variable and used again.
//
//	<li id={ id } { client.Hideable()... }>
//		<button { client.Do(ctx, client.Confirm("Delete it?").Then(client.Send(ctx, Page.Delete, item.ID)))... } { client.Hides()... }>Delete</button>
//	</li>
//
// A target is the selector of one or more elements: "#menu", ".row", or [This], [Closest] and what else htmx reads, such as
// "next .details" and "find input". A step without an element to act on does nothing. Neither do the steps that are left when
// the element with the commands has gone.
//
// What steps hide, show and mark stays so through patches of the element and of all around it, until another step changes
// it: it is the browser's, and the view knows nothing of it. So a [Hide] before a [Send] that fails hides for good: [Hides]
// shows the row again. It is lost with the element itself, and when another one takes
// its place, as a control does whose value the view changes.
type Command struct {
	steps   []command.Step
	send    templ.OrderedAttributes // the binding of the first step that sends; nil without one
	trigger views.Trigger           // zero: a click
}

// This is the target of the element that has the commands.
const This = "this"

// Closest is the target of the element with the commands, or the nearest around it, that a selector fits.
func Closest(selector string) string { return "closest " + selector }

func step(op command.Op, args ...string) Command {
	return Command{steps: []command.Step{{Op: op, Args: args}}}
}

// on is a step with targets.
func on(what string, op command.Op, target string, args ...string) Command {
	if strings.TrimSpace(target) == "" || strings.ContainsFunc(target, func(c rune) bool { return c < ' ' }) || target == "window" || target == "document" {
		panic(fmt.Sprintf("client: %s(%.80q): a target is a selector", what, target))
	}
	return step(op, append([]string{target}, args...)...)
}

// Then returns the chain of c and what comes after it. It panics for one with a trigger of its own: [Command.On] is for the
// whole chain.
func (c Command) Then(next ...Command) Command {
	c.steps = slices.Clone(c.steps)
	for _, n := range next {
		if n.trigger != (views.Trigger{}) {
			panic("client: a part of a chain has a trigger: On comes after Then")
		}
		steps := n.steps
		if c.send == nil {
			c.send = n.send
		} else if n.send != nil {
			steps = elsewhere(steps, n.send, c.send)
		}
		c.steps = append(c.steps, steps...)
	}
	return c
}

// typed says, of what a chain sends while somebody types, that it is so: as a binding of views.On does.
func (c Command) typed() Command {
	switch c.trigger.On {
	case "input", "keydown", "keyup", "beforeinput":
	default:
		return c
	}
	const typing = "&typing"
	c.steps, c.send = slices.Clone(c.steps), slices.Clone(c.send)
	for i, a := range c.send {
		if a.Key == "hx-post" {
			c.send[i].Value = a.Value.(string) + typing
		}
	}
	for i, s := range c.steps {
		if s.Op == command.Post {
			c.steps[i].Args = []string{s.Args[0] + typing}
		}
	}
	return c
}

// elsewhere are steps with a binding that is not the one of the element.
func elsewhere(steps []command.Step, own, bound templ.OrderedAttributes) []command.Step {
	address := addressOf(own)
	if address == addressOf(bound) {
		return steps
	}
	steps = slices.Clone(steps)
	for i, s := range steps {
		if s.Op == command.Send {
			steps[i] = command.Step{Op: command.Post, Args: []string{address}}
		}
	}
	return steps
}

func isPatch(s command.Step) bool { return s.Op == command.Patch || s.Op == command.PatchReplace }

func addressOf(binding templ.OrderedAttributes) string {
	for _, a := range binding {
		if a.Key == "hx-post" {
			return a.Value.(string)
		}
	}
	panic("client: a binding has no hx-post")
}

// On returns the chain for another DOM event than the click: a key, say, "load" when the element comes into the page, or
// one that a script dispatches.
//
//	client.Hide(client.This).On(views.Trigger{On: "keydown", Keys: "Escape", From: "window"})
func (c Command) On(t views.Trigger) Command {
	c.trigger = t
	return c
}

// Do returns the attributes of an element that runs commands: each chain when its trigger fires, which is the click
// without [Command.On]. An element has one Do, and with a step that sends no other binding. For more than one sending chain
// the first is the element's binding.
//
// The browser does nothing else for the click of a link or a submit button that has commands, but what they say.
//
// It panics if the kit takes no commands, and for a trigger that [views.Trigger.Spec] refuses.
func Do(ctx context.Context, chains ...Command) templ.OrderedAttributes {
	nonce := views.Nonce(ctx)
	if nonce == "" {
		panic("client: commands need Commands in handlers.Config, and a page of that kit")
	}
	var binding templ.OrderedAttributes
	chains = slices.Clone(chains)
	for i, c := range chains {
		if c.trigger == (views.Trigger{}) {
			chains[i].trigger.On = "click"
		}
		if chains[i] = chains[i].typed(); c.send == nil {
			continue
		}
		if binding == nil {
			binding = chains[i].send
		}
		chains[i].steps = elsewhere(chains[i].steps, chains[i].send, binding)
	}
	for i, c := range chains {
		if c.trigger.On == "load" && slices.ContainsFunc(c.steps, func(s command.Step) bool { return s.Op == command.Send }) {
			chains[i].steps = slices.Concat(Wait(0).steps, c.steps) // htmx takes the element's binding up after its scripts
		}
	}
	a := theCarrier.attributes(chains)
	if binding == nil {
		a = append(a, attributes("hx-nonce", nonce)...)
		if slices.ContainsFunc(chains, func(c Command) bool { return slices.ContainsFunc(c.steps, isPatch) }) {
			a = append(a, attributes("hx-sync", patch.EventQueue)...) // its own, which it has also when it has left the page
		}
		return a
	}
	return append(a, binding...)
}

// carrier is how chains get into a page: it writes them into the attributes of their element.
type carrier interface {
	attributes(chains []Command) templ.OrderedAttributes
}

var theCarrier carrier = scripts{}

// scripts carries chains as scripts in htmx's hx-on, which hx-csp runs for elements with the page's nonce.
type scripts struct{}

func (scripts) attributes(chains []Command) templ.OrderedAttributes {
	var a templ.OrderedAttributes
	plain := map[string]bool{}
	for _, c := range chains {
		t := c.trigger
		if t != (views.Trigger{On: t.On}) || t.On != strings.ToLower(t.On) || plain[t.On] { // HTML lowers names of attributes
			return together(chains)
		}
		plain[t.On] = true
		a = append(a, templ.KV[string, any]("hx-on:"+t.Spec(), script(command.Text(c.steps))))
	}
	return a
}

// together writes chains into one attribute, where each trigger may have all that htmx knows.
func together(chains []Command) templ.OrderedAttributes {
	var b strings.Builder
	for i, c := range chains {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.trigger.Spec() + " -> " + command.Text(c.steps))
	}
	return attributes("hx-on", script(b.String()))
}

// script is a script as templ takes it for an attribute.
func script(text string) templ.ComponentScript {
	return templ.ComponentScript{Call: templ.EscapeString(text), CallInline: text}
}
