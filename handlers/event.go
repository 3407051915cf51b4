package handlers

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/params"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/sse"
)

// serveEvent answers an event of the page.
func (rt Route) serveEvent(w http.ResponseWriter, r *http.Request) {
	disconnects := rt.kit.disconnects.Load()
	unscripted := guardOf(r.Context(), rt.kit).posted != nil
	v, ref := rt.admit(r)
	if ref != nil {
		rt.refuse(w, r, ref)
		return
	}
	e, ref := rt.read(w, r, v)
	if ref != nil {
		rt.refuseAt(w, r, v, ref)
		return
	}
	outcome := v.Do(e)
	if outcome.Unstarted && errors.Is(outcome.Err, fault.ErrGone) && rt.kit.disconnects.Load() == disconnects {
		// The view was evicted in the meantime, or is remounted. After Disconnect it would have
		// to go through the application's middleware again.
		if v, ref = rt.admit(r); ref != nil {
			rt.refuse(w, r, ref)
			return
		}
		if guardOf(r.Context(), rt.kit).brought {
			rt.refuseAt(w, r, v, declined(http.StatusServiceUnavailable, errors.New("handlers: the view has ended, and the event's files with it")))
			return
		}
		outcome = v.Do(e)
	}
	if outcome.Err != nil {
		v.NoteNotice()
	}
	if outcome.Unstarted && errors.Is(outcome.Err, fault.ErrNoEvent) {
		rt.refuse(w, r, declined(http.StatusNotFound, outcome.Err))
		return
	}
	increment(&rt.kit.stats.Events)
	for _, c := range outcome.Cookies {
		w.Header().Add("Set-Cookie", c)
	}
	if unscripted {
		rt.answerUnscripted(w, r, v, outcome)
		return
	}
	rt.answer(w, r, outcome, outcome.Move != nil && outcome.Move.Top)
}

// refuseAt refuses an event whose page can go on, and has a view that says so.
func (rt Route) refuseAt(w http.ResponseWriter, r *http.Request, v *live.View, ref *refusal) {
	v.NoteNotice()
	if guardOf(r.Context(), rt.kit).posted != nil {
		v.Tell(cmp.Or(ref.text, rt.kit.config.Texts.Refusal(ref.status)))
		rt.sendBack(w, v)
		return
	}
	rt.refuse(w, r, ref)
}

// read reads what the request asks for, before the view's turn is waited for.
func (rt Route) read(w http.ResponseWriter, r *http.Request, v *live.View) (live.Event, *refusal) {
	k := rt.kit
	g := guardOf(r.Context(), k)
	tooOften := k.tooOften(v)
	if tooOften != nil && (hasParts(r) || g.posted != nil && g.posted.rest) { // nobody is given its files
		retryAfter(w.Header(), tooOften)
		status, text := rt.failure(r, "event", tooOften)
		return live.Event{}, &refusal{status: status, err: tooOften, text: text}
	}
	fields, status, err := k.readFields(w, r, v)
	query := &g.query
	if n := len(g.query); err == nil && n > k.config.Limits.Fields {
		status, err = http.StatusBadRequest, fmt.Errorf("handlers: %d parameters", n)
	}
	if err != nil {
		increment(&k.stats.BodiesRefused)
		return live.Event{}, declined(status, err)
	}
	e := live.Event{Context: context.WithoutCancel(r.Context()), Refusal: tooOften}
	if rt.def.HandleParams != nil {
		e.At = addressShown(r)
	}
	e.Recovers = query.Get(protocol.RecoverParam)
	if query.Has(patch.LeftParam) && !query.Has(protocol.EventParam) {
		e.Posted = &patch.Posted{Source: query.Get(patch.LeftParam), Left: true}
		return e, nil
	}
	e.Name, e.Component = query.Get(protocol.EventParam), query.Get(protocol.ComponentParam)
	if e.Unscripted = g.posted != nil; e.Unscripted {
		e.Recovers = "" // only a script can be asked
		e.Input = params.Input{Query: query, Fields: fields}
		return e, nil
	}
	if e.Recovers != "" {
		e.Input = params.Input{Query: query, Fields: fields}
		return e, nil // what the page's controls show is known when it has answered for all forms
	}
	tag, id := source(r, query.Get(protocol.ElementParam))
	e.Input = params.Input{Query: query, Fields: fields, Source: id}
	switch tag {
	case "input", "select", "textarea", "form":
		if id == "" && tag != "form" {
			k.warnWithoutID(rt.def, e.Name)
		}
		e.Posted = &patch.Posted{Source: id, Address: "?" + g.sent, Fields: fields, Typing: query.Has(protocol.TypingParam), Form: tag == "form"}
	}
	return e, nil
}

// patchSwap is the hx-swap of answers that are operations. With a plain none htmx leaves the title alone.
const patchSwap = "none swapEmpty:false"

// noStore is a value of Cache-Control. It has no room: what is added to it is added to a copy.
var noStore = slices.Clip([]string{"no-store"})

// answer writes what an event or a visit has led to. top scrolls to the top of the page.
func (rt Route) answer(w http.ResponseWriter, r *http.Request, outcome live.Outcome, top bool) {
	if outcome.Departure != nil {
		rt.redirectEvent(w, r, outcome.Departure)
		return
	}
	h := w.Header()
	h["Cache-Control"] = noStore
	if m := outcome.Move; m != nil && m.Replace {
		h.Set("HX-Replace-Url", m.Address)
	} else if m != nil {
		h.Set("HX-Push-Url", m.Address)
	}
	swap := patchSwap
	if top && outcome.Err == nil {
		swap = protocol.TopSwap // which htmx does not do for a 204
	} else if outcome.Err == nil && len(outcome.Ops) == 0 && outcome.Reply == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	status, ops := http.StatusOK, outcome.Ops
	if outcome.Err != nil {
		var text string
		status, text = rt.failure(r, "event", outcome.Err)
		if status == http.StatusGone && rt.kit.mayReload(w, r) {
			h.Set("HX-Refresh", "true")
		}
		ops = protocol.AppendNotice(ops, text)
		retryAfter(h, outcome.Err)
	}
	if outcome.Reply != nil && status != http.StatusGone {
		// hx-sse swaps what is unnamed, and makes an event at the element of what has a name.
		h.Set("X-Content-Type-Options", "nosniff")
		_ = sse.ReplyStatus(w, status, sse.Event{Data: ops}, sse.Event{Name: protocol.ReplyEvent, Data: outcome.Reply}) // nobody is left to tell
		return
	}
	rt.writeOps(w, r, status, ops, swap)
}

// writeOps writes an answer of operations.
func (rt Route) writeOps(w http.ResponseWriter, r *http.Request, status int, ops []byte, swap string) {
	h := w.Header()
	if nonce := guardOf(r.Context(), rt.kit).nonce(); nonce != "" && bytes.Contains(ops, []byte(nonce)) {
		ops = bytes.ReplaceAll(ops, []byte(nonce), []byte(renonced(h, nonce)))
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("HX-Reswap", swap)
	w.WriteHeader(status)
	_, _ = w.Write(ops) // nobody is left to tell
}

// failure is the status of an error and what the user is told.
func (rt Route) failure(r *http.Request, what string, err error) (status int, text string) {
	texts := &rt.kit.config.Texts
	switch {
	case errors.Is(err, fault.ErrParams):
		status, text = http.StatusBadRequest, texts.BadValue
	case errors.Is(err, fault.ErrNoEvent):
		status, text = http.StatusNotFound, texts.NotFound
	case errors.Is(err, fault.ErrDeadline):
		status, text = http.StatusServiceUnavailable, texts.TooSlow
	case waitOf(err) > 0:
		increment(&rt.kit.stats.EventsTooOften)
		status, text = http.StatusTooManyRequests, texts.TooOftenFor(waitOf(err))
	case errors.Is(err, fault.ErrFull):
		status, text = http.StatusTooManyRequests, texts.TooManyRequests
	case errors.Is(err, fault.ErrGone) && rt.kit.views.IsClosed():
		status, text = http.StatusServiceUnavailable, texts.Busy
	case errors.Is(err, fault.ErrGone):
		status, text = http.StatusGone, texts.Gone
	default:
		if status, text = fault.StatusOf(err); text == "" && status == http.StatusInternalServerError {
			text = texts.Failed
		}
	}
	if status >= 500 && !errors.Is(err, fault.ErrDeadline) && !errors.Is(err, fault.ErrGone) {
		rt.kit.logFailure(r, what, rt.def.Name(), err)
	} else {
		rt.kit.log.InfoContext(r.Context(), "sideband: "+what, "view", rt.def.Name(), "path", r.URL.Path, "status", status, "err", err)
	}
	if status == http.StatusBadGateway || status == http.StatusGatewayTimeout {
		status = http.StatusInternalServerError // pages take those for a proxy's, and say so
	}
	return status, text
}

// readFields reads the body, within bounds, before the turn of the view is asked for. Files are for a view: nil takes none.
func (k *Kit) readFields(w http.ResponseWriter, r *http.Request, v *live.View) (url.Values, int, error) {
	if p := guardOf(r.Context(), k).posted; p != nil {
		if p.rest && v != nil {
			fields, status, err := k.readParts(w, r, v)
			delete(fields, protocol.TicketField)
			return fields, status, err
		}
		return p.withoutTicket(k.config.Limits.Fields)
	}
	if r.Header.Get("Content-Encoding") != "" {
		return nil, http.StatusUnsupportedMediaType, errors.New("handlers: compressed bodies are not taken")
	}
	if r.ContentLength == 0 {
		return nil, 0, nil
	}
	if v != nil && hasParts(r) {
		return k.readParts(w, r, v)
	}
	if ct, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(ct) != formType {
		return nil, http.StatusUnsupportedMediaType, fmt.Errorf("handlers: content type %.40q", ct)
	}
	r.Body = http.MaxBytesReader(w, r.Body, k.config.Limits.Body)
	if err := parseBody(r); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, http.StatusRequestEntityTooLarge, err
		}
		return nil, http.StatusBadRequest, err
	}
	if n := count(r.PostForm); n > k.config.Limits.Fields {
		return nil, http.StatusBadRequest, fmt.Errorf("handlers: %d fields", n)
	}
	return r.PostForm, 0, nil
}

// count returns how many values there are, those of one name each for itself.
func count(values url.Values) (n int) {
	for _, v := range values {
		n += len(v)
	}
	return n
}

// parseBody reads the fields of the body into r.PostForm, unless middleware has. Those of the
// page's query, which may not even be readable, are no part of an event.
func parseBody(r *http.Request) error {
	if r.PostForm != nil {
		return nil
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.PostForm, err = url.ParseQuery(string(text))
	return err
}

// source is the tag and the id of the element that sent the event, from a header such as
// "input#step"; or of the one that views.AlsoOn listens at.
func source(r *http.Request, of string) (tag, id string) {
	if of != "" {
		return "input", of
	}
	tag, id, _ = strings.Cut(r.Header.Get("Hx-Source"), "#") // in the spelling of net/http, which needs no memory
	if u, err := url.PathUnescape(id); err == nil {
		id = u
	}
	return tag, id
}
