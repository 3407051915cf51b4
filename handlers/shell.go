package handlers

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/internal/render"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/views"
)

// htmxConfig sets htmx up for pages of the kit: no second attribute prefix; only
// the sse extension; a user's open <details> and <dialog> stay open in morphs, attributes
// that begin with data-js- are those of scripts, and so is what is in an element that is ignored; and
// patches of attributes alone leave the children, with an attribute that is none of
// htmx's, whose change would restart every htmx element below.
const htmxConfig = `{"defaultTimeout":15000,"prefix":"","extensions":"sse","morphIgnore":["data-htmx-powered","open","data-js-"],"morphSkip":"` + patch.MorphSkip + `","morphSkipChildren":"[sb-skip],[sb-ignore]"}`

// shell makes the document of a page.
type shell struct {
	Title   string
	Content []byte
	// Addresses of the kit's assets. Lost and Failed are notices that a page has to have
	// ready, since they are for when the server can't be reached.
	Script, Stylesheet, Icon, Lost, Failed string
	// Scripts are the application's.
	Scripts []string
	Texts   *protocol.Texts
	// Notice is what the page says of an event that it has sent without JavaScript.
	Notice string
	// View is the id of the view that the page shows, and Unscripted what it has for browsers without
	// JavaScript.
	View       string
	Unscripted render.Unscripted
	// Ticket and Connection, an address, are empty for a page that is not live.
	Ticket, Connection string
	// Nonce is the value of hx-nonce that the page's elements carry; "" for a page without commands.
	Nonce string
	// Moves says that the page may change its address without a load.
	Moves bool
	// Stash says that the page keeps the state of its durable keys.
	Stash bool
	// KeepConnection keeps the connection open while the page is hidden.
	KeepConnection bool
	// OwnStyles says that the page's policy takes no style attributes of the view's: what
	// stands in one is the browser's, such as the size to which a user has dragged a textarea.
	OwnStyles bool
}

func (sh shell) htmxConfig() string {
	c := htmxConfig
	if sh.Nonce != "" {
		c = strings.Replace(c, `"extensions":"sse"`, `"extensions":"hx-csp,sse","safeEval":true`, 1)
	}
	if sh.OwnStyles {
		c = strings.Replace(c, `"morphIgnore":[`, `"morphIgnore":["style",`, 1)
	}
	return c
}

// stamp is the attribute with which htmx takes an element of the page up.
func (sh shell) stamp() templ.OrderedAttributes {
	if sh.Nonce == "" {
		return nil
	}
	return templ.OrderedAttributes{templ.KV[string, any](protocol.NonceAttribute, sh.Nonce)}
}

// script is the attribute by which the page's policy allows what hx-csp runs, which has it from htmx's script.
func (sh shell) script() templ.OrderedAttributes {
	if sh.Nonce == "" {
		return nil
	}
	return templ.OrderedAttributes{templ.KV[string, any]("nonce", sh.Nonce)}
}

// document returns the parts that a layout puts together.
func (sh shell) document() views.Document {
	d := views.Document{Title: sh.Title, Icon: sh.Icon, Head: sh.head(), Body: sh.body(), BodyAttributes: templ.Attributes{}}
	if sh.Nonce != "" {
		d.BodyAttributes[protocol.NonceAttribute] = sh.Nonce
	}
	if sh.Ticket != "" {
		d.BodyAttributes["hx-headers:inherited"] = `{"` + protocol.TicketHeader + `":"` + sh.Ticket + `"}`
		// What htmx asks for when the user goes back, and gets an error for, is not the page.
		d.BodyAttributes["hx-status:4xx"] = "swap:none"
		d.BodyAttributes["hx-status:5xx"] = "swap:none"
	}
	return d
}

// unreached shows for an event that a proxy answers, because it does not reach the server,
// what is shown for one that gets no answer at all. The statuses are those of proxies; the
// kit answers events with others.
func (sh shell) unreached() templ.Attributes {
	status := protocol.NotReached(sh.Texts.NotReached)
	return templ.Attributes{"hx-status:502:inherited": status, "hx-status:504:inherited": status}
}
