package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/sideband-go/sideband/patch"
	"github.com/sideband-go/sideband/views"
)

// serveEvent answers an event of the page.
func (rt Route) serveEvent(w http.ResponseWriter, r *http.Request) {
	ends := rt.kit.ends.Load()
	l, ref := rt.admit(r)
	if ref != nil {
		rt.refuse(w, r, ref)
		return
	}
	j, ref := rt.read(w, r, l)
	if ref != nil {
		l.notice.Store(true)
		rt.refuse(w, r, ref)
		return
	}
	res := l.wait(j)
	if res.unstarted && errors.Is(res.err, views.ErrGone) && rt.kit.ends.Load() == ends {
		// The view was evicted in the meantime, or has started over. After End it would have to go through the
		// application's middleware again.
		if l, ref = rt.admit(r); ref != nil {
			rt.refuse(w, r, ref)
			return
		}
		res = l.wait(j)
	}
	increment(&rt.kit.stats.Events)
	if res.err != nil {
		l.notice.Store(true)
	}
	rt.answer(w, r, res)
}

// read makes a job of what the request asks for, before the view's turn is waited for.
func (rt Route) read(w http.ResponseWriter, r *http.Request, l *live) (job, *refusal) {
	k := rt.kit
	fields, status, err := k.readFields(w, r)
	query := guardOf(r.Context(), k).query
	if n := count(query); err == nil && n > k.config.Limits.Fields {
		status, err = http.StatusBadRequest, fmt.Errorf("handlers: %d parameters", n)
	}
	if err != nil {
		increment(&k.stats.BodiesRefused)
		return job{}, declined(status, err)
	}
	if query.Has(patch.LeftParam) && !query.Has(eventParam) {
		msg := views.Message{Name: patch.LeftParam, Run: func(*views.Socket) error { return nil }}
		return job{msg: msg, ctx: context.WithoutCancel(r.Context()), posted: &views.Posted{Source: query.Get(patch.LeftParam), Left: true}}, nil
	}
	name := query.Get(eventParam)
	msg, err := l.in.Event(name, query.Get("to"), views.Input{Query: query, Fields: fields})
	if errors.Is(err, views.ErrNoEvent) {
		return job{}, declined(http.StatusNotFound, err)
	}
	if err != nil { // the parameters: the controls go back to what the view says
		bad := err
		msg = views.Message{Name: "parameters", Run: func(*views.Socket) error { return bad }}
	}
	j := job{msg: msg, ctx: context.WithoutCancel(r.Context())}
	switch tag, id := source(r, query.Get("of")); tag {
	case "input", "select", "textarea", "form":
		if id == "" && tag != "form" {
			k.warnWithoutID(l, name)
		}
		j.posted = &views.Posted{Source: id, Address: "?" + guardOf(r.Context(), k).sent, Fields: fields, Typing: query.Has("typing"), Form: tag == "form"}
	}
	return j, nil
}

// answer writes what an event has led to.
func (rt Route) answer(w http.ResponseWriter, r *http.Request, res result) {
	if res.away != nil {
		rt.redirectEvent(w, r, res.away)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if res.err == nil && len(res.ops) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	status, ops := http.StatusOK, res.ops
	if res.err != nil {
		var text string
		status, text = rt.failure(r, "event", res.err)
		if status == http.StatusGone && rt.kit.mayReload(w, r) {
			h.Set("HX-Refresh", "true")
		}
		ops = patch.AppendText(ops, views.NoticeID, text)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("HX-Reswap", "none swapEmpty:false") // with a plain none htmx leaves the title alone
	w.WriteHeader(status)
	_, _ = w.Write(ops) // nobody is left to tell
}

// failure is the status of an error and what the user is told.
func (rt Route) failure(r *http.Request, what string, err error) (status int, text string) {
	switch {
	case errors.Is(err, views.ErrParams):
		status, text = http.StatusBadRequest, "That value could not be read."
	case errors.Is(err, views.ErrNoEvent):
		status, text = http.StatusNotFound, refusals[http.StatusNotFound]
	case errors.Is(err, views.ErrDeadline):
		status, text = http.StatusServiceUnavailable, "That took too long. Please try again."
	case errors.Is(err, views.ErrFull):
		status, text = http.StatusTooManyRequests, refusals[http.StatusTooManyRequests]
	case errors.Is(err, views.ErrGone) && rt.kit.isClosed():
		status, text = http.StatusServiceUnavailable, refusals[http.StatusServiceUnavailable]
	case errors.Is(err, views.ErrGone):
		status, text = http.StatusGone, refusals[http.StatusGone]
	default:
		status, text = views.StatusOf(err)
	}
	if status >= 500 && !errors.Is(err, views.ErrDeadline) && !errors.Is(err, views.ErrGone) {
		rt.kit.logFailure(r, what, rt.def.Name(), err)
	} else {
		rt.kit.log.Info("sideband: "+what, "view", rt.def.Name(), "path", r.URL.Path, "status", status, "err", err)
	}
	if status == http.StatusBadGateway || status == http.StatusGatewayTimeout {
		status = http.StatusInternalServerError // pages take those for a proxy's, and say so
	}
	return status, text
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
	tag, id, _ = strings.Cut(r.Header.Get("HX-Source"), "#")
	if u, err := url.PathUnescape(id); err == nil {
		id = u
	}
	return tag, id
}
