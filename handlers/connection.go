package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/sse"
)

// serveConnection answers the page's connection. What is wrong for good is an event stream with
// status 200: anything else the browser would ask for again and again. What is transient has
// an error status, with which htmx tries again.
//
// It waits as long as the connection is open, so that its frame, and those of what it
// calls, is memory that each connected view has: what comes before and after stands
// in functions of its own.
func (rt Route) serveConnection(w http.ResponseWriter, r *http.Request) {
	c := rt.connecting(w, r)
	if c == nil {
		return
	}
	defer c.over() // also if a middleware's response writer panics
	if err := rt.kit.server.Serve(w, r, c.at.String(), c.opened); err != nil {
		rt.connectionFailed(w, r, err)
	}
}

// connecting finds the view whose connection is asked for. Without one it answers.
func (rt Route) connecting(w http.ResponseWriter, r *http.Request) *connecting {
	k := rt.kit
	if at, ok := r.Context().Deadline(); ok {
		k.once("deadline", func() {
			k.log.WarnContext(r.Context(), "sideband: a middleware gives the connection a deadline, at which it is cut; keep it off pages of the kit", "path", r.URL.Path, "left", time.Until(at))
		})
	}
	if k.views.IsClosed() {
		rt.connectionFailed(w, r, sse.ErrClosed)
		return nil
	}
	if r.ContentLength != 0 { // what is left of it would be read before the response begins
		rt.refuseConnection(w, r, declined(http.StatusBadRequest, errors.New("handlers: the request for a connection has a body")))
		return nil
	}
	v, ref := rt.admit(r)
	if ref != nil && ref.ask {
		rt.askPage(w, r)
		return nil
	}
	if ref != nil {
		rt.refuseConnection(w, r, ref)
		return nil
	}
	g := guardOf(r.Context(), k)
	at := live.ParsePosition(r.Header.Get("Last-Event-ID"), g.query.Get(protocol.AfterParam))
	if v.IsCopy(at) {
		rt.refuseConnection(w, r, refused(http.StatusConflict, "the page is a copy"))
		return nil
	}
	g.asked = asked{} // which each open connection would keep
	return &connecting{kit: k, view: v, request: r, at: at}
}

// connecting is a connection on its way to a view.
type connecting struct {
	kit     *Kit
	view    *live.View
	request *http.Request
	at      live.Position
	conn    *sse.Connection
}

func (c *connecting) opened(conn *sse.Connection) {
	c.conn = conn
	c.kit.connections.Add(1)
	c.view.Connect(context.WithoutCancel(c.request.Context()), conn, c.at)
}

// over is called when the connection has ended.
func (c *connecting) over() {
	if c.conn != nil {
		c.kit.connections.Add(-1)
		c.view.Disconnected(c.conn)
	}
}

// PassesTo is for [sse.Server.Serve]: once a connection's response has begun, the guard passes on
// what is written.
func (g *guard) PassesTo() http.ResponseWriter {
	if !g.begun || g.mute {
		return nil
	}
	return g.ResponseWriter
}

func (rt Route) connectionFailed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, sse.ErrClosed):
		w.Header().Set("Retry-After", "1")
		http.Error(w, rt.kit.config.Texts.GoingDown, http.StatusServiceUnavailable)
	case errors.Is(err, http.ErrNotSupported):
		rt.kit.log.ErrorContext(r.Context(), "sideband: a middleware hides the response writer: it needs an Unwrap method", "path", r.URL.Path)
		http.Error(w, rt.kit.config.Texts.Failed, http.StatusInternalServerError)
	default:
		increment(&rt.kit.stats.ConnectionsDropped)
		rt.kit.log.InfoContext(r.Context(), "sideband: connection ended", "view", rt.def.Name(), "path", r.URL.Path, "err", err)
	}
}
