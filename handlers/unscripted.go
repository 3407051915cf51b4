package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
)

// A browser without JavaScript posts forms itself. Such an event has no header with the page's ticket:
// it is a field. Each is answered by a redirect to the page's address, with the id of its view in the
// query: there the page is served once more, as the view is then. So a reload never posts again.

// isUnscripted reports whether a browser itself has posted a form. What htmx sends says so, and has the
// page's ticket in a header.
func isUnscripted(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header.Get(protocol.TicketHeader) == "" && r.Header.Get("HX-Request") == ""
}

// posted is what a browser without JavaScript has posted.
type posted struct {
	fields   url.Values
	err      error // of reading them
	tooLarge bool  // nobody knows whether there is a ticket in the body
	rest     bool  // fields has the ticket alone: what comes after it is not read yet
}

// readPosted takes the fields from the body of what may be an event of a page without JavaScript. It
// does so before the application's middleware, which is to see the query of the page. Whoever reads
// the body afterwards finds all of it.
func (g *guard) readPosted(r *http.Request) *posted {
	if g.outer != nil && g.outer.posted != nil {
		return g.outer.posted
	}
	p, k := &posted{}, g.kit
	if r.Body == nil || r.Body == http.NoBody || r.Header.Get("Content-Encoding") != "" ||
		!strings.Contains(r.URL.RawQuery, protocol.EventParam+"=") || !k.sessions.HasCookie(r) {
		return p
	}
	kind, attributes, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != formType && kind != multipartType {
		return p
	}
	if kind == multipartType {
		var ok bool
		if p.fields, ok = k.readTicket(r, attributes["boundary"]); ok {
			p.rest = true
			return p
		}
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, k.config.Limits.Body+1))
	r.Body = readAgain{io.MultiReader(bytes.NewReader(text), r.Body), r.Body}
	switch {
	case err != nil:
	case int64(len(text)) > k.config.Limits.Body:
		p.tooLarge = true
	default:
		p.fields, p.err = parseFields(text, kind, attributes["boundary"], k.config.Limits.Fields+1) // the ticket
	}
	return p
}

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
)

// readAgain is a body of which something was read before.
type readAgain struct {
	io.Reader
	io.Closer
}

var errFiles = errors.New("handlers: a form with a file")

// parseFields reads the fields of a form. Files are not taken, nor are more than a number of parts.
func parseFields(text []byte, kind, boundary string, most int) (url.Values, error) {
	if kind == formType {
		return url.ParseQuery(string(text))
	}
	fields := url.Values{}
	parts := multipart.NewReader(bytes.NewReader(text), boundary)
	var refused error
	for n := 0; ; n++ {
		p, err := parts.NextRawPart()
		if err == io.EOF { // wrapped, it is the end of the body in the middle of the parts
			return fields, refused
		}
		if err != nil {
			return fields, fmt.Errorf("handlers: %w", err)
		}
		if n == most {
			return fields, errors.New("handlers: too many parts")
		}
		value, cut := io.ReadAll(p)
		switch {
		case cut != nil:
			return fields, fmt.Errorf("handlers: %w", cut)
		case p.FileName() != "":
			refused = errFiles // the ticket may come after it
		case p.FormName() != "" && !isFile(p):
			fields.Add(p.FormName(), string(value))
		}
	}
}

// readTicket looks for the ticket in front of the first file, so that files need not be read before the
// application's middleware has run. Whoever reads the body afterwards finds all of it.
func (k *Kit) readTicket(r *http.Request, boundary string) (url.Values, bool) {
	var read bytes.Buffer
	body := r.Body
	defer func() { r.Body = readAgain{io.MultiReader(&read, body), body} }()
	parts := multipart.NewReader(io.TeeReader(io.LimitReader(body, k.config.Limits.Body), &read), boundary)
	for range k.config.Limits.Fields + 1 {
		p, err := parts.NextRawPart()
		if err != nil || p.FileName() != "" {
			return nil, false
		}
		if p.FormName() == protocol.TicketField {
			ticket, err := io.ReadAll(p)
			return url.Values{protocol.TicketField: {string(ticket)}}, err == nil
		}
	}
	return nil, false
}

// isFile reports whether a part is of a field for files, of which none may have been chosen.
func isFile(p *multipart.Part) bool {
	_, d, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	_, has := d["filename"]
	return err == nil && has
}

// withoutTicket returns the fields of an event.
func (p *posted) withoutTicket(most int) (url.Values, int, error) {
	delete(p.fields, protocol.TicketField)
	switch {
	case errors.Is(p.err, errFiles):
		return nil, http.StatusUnsupportedMediaType, p.err
	case p.err != nil:
		return nil, http.StatusBadRequest, p.err
	case count(p.fields) > most:
		return nil, http.StatusBadRequest, fmt.Errorf("handlers: %d fields", count(p.fields))
	}
	return p.fields, 0, nil
}

// answerUnscripted sends the browser back to the page, which shows what an event has led to.
func (rt Route) answerUnscripted(w http.ResponseWriter, r *http.Request, v *live.View, outcome live.Outcome) {
	if outcome.Departure != nil {
		rt.redirect(w, r, outcome.Departure)
		return
	}
	if m := outcome.Move; m != nil && !v.IsAt(m) {
		seeOther(w, m.Address)
		return
	}
	if outcome.Err != nil {
		_, text := rt.failure(r, "event", outcome.Err)
		v.Tell(text)
	}
	rt.sendBack(w, v)
}

// sendBack sends the browser to the page of an event, which is served once more.
func (rt Route) sendBack(w http.ResponseWriter, v *live.View) {
	seeOther(w, "?"+joinQuery(protocol.KitParam+"="+protocol.ViewText(v.ID()), v.Place().Query))
}

// refuseUnscripted answers an event of a page without JavaScript that reaches no view.
func (rt Route) refuseUnscripted(w http.ResponseWriter, r *http.Request, ref *refusal) {
	k := rt.kit
	if ref.away != nil {
		rt.redirect(w, r, ref.away)
		return
	}
	text := ref.text
	switch {
	case text != "":
	case !k.sessions.HasCookie(r):
		text = k.config.Texts.NoSession
	default:
		text = k.config.Texts.Refusal(ref.status)
	}
	if ref.status == http.StatusServiceUnavailable || ref.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	k.errorPage(w, r, ref.status, text)
}

// askAgain takes the id of a view out of the query of a GET that asks for its page once more.
// What is left is the query of the page.
func (g *guard) askAgain() {
	if id, ok := protocol.ViewID(g.query.Get(protocol.KitParam)); ok {
		g.again = id
		g.sent = strings.Join(slices.DeleteFunc(strings.Split(g.sent, "&"), func(p string) bool {
			name, _, _ := strings.Cut(p, "=")
			name, err := url.QueryUnescape(name)
			return err == nil && name == protocol.KitParam
		}), "&")
		g.query.Del(protocol.KitParam)
		g.page = *g.r.URL
		g.page.RawQuery = g.sent
		g.r.URL = &g.page
		g.r.Form = nil
	}
}

// asksAgain reports whether the page is asked for to be shown: not by htmx, for which it is the page of
// a history entry, which it may show already.
func asksAgain(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("HX-History-Restore-Request") != "true"
}

// serveAgain serves the page of a view that is alive as it is now. Any other one is loaded as
// usual, by a redirect to its own address: the view may have expired, or be somebody else's.
func (rt Route) serveAgain(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	v, t := rt.shown(r)
	if v == nil {
		rt.sendHome(w, r)
		return
	}
	var page live.Served
	outcome := v.Serve(context.WithoutCancel(r.Context()), &page)
	switch {
	case outcome.Departure != nil:
		rt.redirect(w, r, outcome.Departure)
	case errors.Is(outcome.Err, fault.ErrGone):
		rt.sendHome(w, r)
	case outcome.Err != nil:
		status, text := rt.failure(r, "page", outcome.Err)
		k.errorPage(w, r, status, text)
	default:
		w.Header().Set("Cache-Control", "no-store") // going back shows what the view shows
		k.writePage(w, r, http.StatusOK, rt.def.Name(), shell{
			Title: page.Title, Content: page.Content, Notice: page.Notice, View: v.ID(), Unscripted: page.Unscripted, Ticket: t, Nonce: v.Nonce(),
			Connection: page.Connection, KeepConnection: rt.def.KeepsConnection,
		})
	}
}

// shown returns the view whose page is asked for once more, and the page's ticket; nil if there is no
// such view, or the request may not see it: by the same rules as for an event with the ticket.
func (rt Route) shown(r *http.Request) (*live.View, string) {
	g := guardOf(r.Context(), rt.kit)
	v := rt.kit.views.Get(g.again)
	if v == nil {
		return nil, ""
	}
	p, _ := v.Proof().(*proof)
	if p == nil || p.ticket.view != g.again || v.Place().Query != g.sent {
		return nil, ""
	}
	g.proof, g.opened, g.err = *p, true, nil
	if _, ref := rt.open(r); ref != nil {
		return nil, ""
	}
	if v, ref := rt.own(v); ref != nil || v.Await(r.Context()) != nil {
		return nil, ""
	}
	return v, p.text
}

// sendHome sends the browser to the page's own address.
func (rt Route) sendHome(w http.ResponseWriter, r *http.Request) {
	to, query := sentPath(r), guardOf(r.Context(), rt.kit).sent
	if !isLocal(to) {
		to = ""
	}
	if query != "" || to == "" {
		to += "?" + query
	}
	seeOther(w, to)
}
