package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/views"
)

// serveEvent answers an event of the page.
func (rt Route) serveEvent(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	l, status, err := rt.find(r)
	if err != nil {
		w.Header().Set("HX-Refresh", "true")
		rt.refuse(w, r, status, err)
		return
	}
	fields, status, err := k.readFields(w, r)
	if err != nil {
		l.notice.Store(true)
		rt.refuse(w, r, status, err)
		return
	}
	query := r.URL.Query()
	if len(query) > k.config.MaxFields {
		l.notice.Store(true)
		rt.refuse(w, r, http.StatusBadRequest, fmt.Errorf("handlers: %d parameters", len(query)))
		return
	}
	msg, err := l.in.Event(query.Get("event"), views.Input{Query: query, Fields: fields})
	if errors.Is(err, views.ErrNoEvent) {
		l.notice.Store(true)
		rt.refuse(w, r, http.StatusNotFound, err)
		return
	}
	if err != nil { // the parameters: the controls go back to what the view says
		bad := err
		msg = views.Message{Name: "parameters", Run: func(*views.Socket) error { return bad }}
	}
	j := job{msg: msg, ctx: context.WithoutCancel(r.Context())}
	if control := isControl(r); len(fields) > 0 || control {
		if control && sourceID(r) == "" {
			k.warnWithoutID(l, query.Get("event"))
		}
		j.posted = &views.Posted{Source: sourceID(r), Fields: fields, Typing: query.Has("typing")}
	}
	res := l.wait(j)
	if res.err != nil {
		l.notice.Store(true)
	}
	rt.answer(w, r, res)
}

// answer writes what an event has led to.
func (rt Route) answer(w http.ResponseWriter, r *http.Request, res result) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if res.err == nil && len(res.ops) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	status, ops := http.StatusOK, res.ops
	if res.err != nil {
		var text string
		status, text = rt.failure(r, res.err)
		ops = patch.AppendText(ops, views.NoticeID, text)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("HX-Reswap", "none swapEmpty:false") // with a plain none htmx leaves the title alone
	w.WriteHeader(status)
	_, _ = w.Write(ops) // nobody is left to tell
}

// failure is the status of an error and what the user is told.
func (rt Route) failure(r *http.Request, err error) (status int, text string) {
	switch {
	case errors.Is(err, views.ErrParams):
		status, text = http.StatusBadRequest, "That value could not be read."
	case errors.Is(err, views.ErrDeadline):
		status, text = http.StatusServiceUnavailable, "That took too long. Please try again."
	case errors.Is(err, views.ErrFull):
		status, text = http.StatusTooManyRequests, "Too much at once. Please try again in a moment."
	case errors.Is(err, views.ErrGone):
		status, text = http.StatusGone, "This page has ended. Please reload it."
	default:
		status, text = views.StatusOf(err)
	}
	if status >= 500 && !errors.Is(err, views.ErrDeadline) {
		rt.kit.logFailure(r, "event", rt.def.Name(), err)
	} else {
		rt.kit.log.Info("sideband: event", "view", rt.def.Name(), "path", r.URL.Path, "status", status, "err", err)
	}
	return status, text
}

// refuse answers an event that reaches no view.
func (rt Route) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	rt.kit.log.Warn("sideband: event refused", "view", rt.def.Name(), "path", r.URL.Path, "status", status, "err", err)
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(patch.AppendText(nil, views.NoticeID, refusals[status]))
}

var refusals = map[int]string{
	http.StatusBadRequest:            "That could not be read. Please reload the page.",
	http.StatusForbidden:             "This page belongs to another session. Please reload it.",
	http.StatusNotFound:              "The page has no such action.",
	http.StatusConflict:              "This page belongs to another address. Please reload it.",
	http.StatusGone:                  "This page has ended. Please reload it.",
	http.StatusRequestEntityTooLarge: "That is too much to send at once.",
	http.StatusUnsupportedMediaType:  "That can't be sent in this form.",
}

// find finds the living view that the request's ticket names, with the status for
// what is wrong: 400 a damaged or missing ticket, 403 another session's, 409 another
// address's, 410 a view that is gone.
func (rt Route) find(r *http.Request) (*live, int, error) {
	t, err := rt.kit.sealer.open(r.Header.Get(views.TicketHeader))
	if err != nil {
		return nil, http.StatusBadRequest, err
	}
	token := rt.kit.sessions.token(r.Context())
	if token == "" || !t.isOf(sessionHash(token)) {
		return nil, http.StatusForbidden, errors.New("handlers: the ticket is another session's")
	}
	if t.path != r.URL.Path || t.pattern != pattern(r) {
		return nil, http.StatusConflict, errors.New("handlers: the ticket is for another address")
	}
	e := rt.kit.store.Get(t.view)
	if e == nil {
		return nil, http.StatusGone, views.ErrGone
	}
	l := e.Value.(*live)
	if l.in.Definition() != rt.def {
		return nil, http.StatusConflict, errors.New("handlers: the ticket is for another view")
	}
	return l, 0, nil
}

// readFields reads the body, within bounds, before the view's turn is asked for.
func (k *Kit) readFields(w http.ResponseWriter, r *http.Request) (url.Values, int, error) {
	if r.Header.Get("Content-Encoding") != "" {
		return nil, http.StatusUnsupportedMediaType, errors.New("handlers: compressed bodies are not taken")
	}
	if r.ContentLength == 0 {
		return nil, 0, nil
	}
	if ct, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(ct) != "application/x-www-form-urlencoded" {
		return nil, http.StatusUnsupportedMediaType, fmt.Errorf("handlers: content type %.40q", ct)
	}
	r.Body = http.MaxBytesReader(w, r.Body, k.config.MaxBody)
	control := http.NewResponseController(w)
	if control.SetReadDeadline(time.Now().Add(k.config.BodyTimeout)) == nil {
		defer func() { _ = control.SetReadDeadline(time.Time{}) }() // it worked before
	}
	if err := r.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, http.StatusRequestEntityTooLarge, err
		}
		return nil, http.StatusBadRequest, err
	}
	n := 0
	for _, v := range r.PostForm {
		n += len(v)
	}
	if n > k.config.MaxFields {
		return nil, http.StatusBadRequest, fmt.Errorf("handlers: %d fields", n)
	}
	return r.PostForm, 0, nil
}

// warnWithoutID tells developers, once each, of a control that can't be set back.
func (k *Kit) warnWithoutID(l *live, event string) {
	if !k.config.Development {
		return
	}
	type key struct{ view, event string }
	name := l.in.Definition().Name()
	k.once(key{name, event}, func() {
		k.log.Warn("sideband: the field that sends this event has no id, so it can't be made to show what the view says: give it one", "view", name, "event", event)
	})
}

// sourceID is the id of the element that sent the event, from a header such as
// "input#step".
func sourceID(r *http.Request) string {
	_, id, _ := strings.Cut(r.Header.Get("HX-Source"), "#")
	if u, err := url.PathUnescape(id); err == nil {
		id = u
	}
	return id
}

// isControl reports whether a form control sent the event: an unchecked box posts
// no field.
func isControl(r *http.Request) bool {
	tag, _, _ := strings.Cut(r.Header.Get("HX-Source"), "#")
	return tag == "input" || tag == "select" || tag == "textarea"
}
