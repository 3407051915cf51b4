package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/protocol"
	"github.com/sideband-go/sideband/views"
)

// Route is a view as an http.Handler. Mount it for all methods:
// r.Handle("/counter", handlers.View(kit, counter.Page{})).
type Route struct {
	kit    *Kit
	def    *live.Definition
	action string
}

// View makes the handler of a page. The hooks run within those of [Kit.Hooks]. It panics on mistakes that the compiler can't
// find, and logs what the page lets browsers call at the level of debugging.
func View[Q any](k *Kit, v views.View[Q], hooks ...views.Hook) Route {
	def := live.Face.Define(v, reflect.TypeFor[Q](), func(s, q any) error { return v.Mount(s.(*views.Socket), q.(Q)) })
	def.Hooks = live.Face.Hooks(hooks)
	if !def.Static {
		k.log.Debug("sideband: view registered", "view", def.Name(), "events", def.Events())
	}
	return Route{kit: k, def: def}
}

// Action returns the route with a name, which the page finds in the field of its parameters that is tagged
// action:"index show", a list of all such names. A route without a name is the first of them. Patches lead from one
// route of a page's type to another. It panics for a name that is not in the list.
//
//	r.Handle("/users", handlers.View(kit, page))
//	r.Handle("/users/{id}", handlers.View(kit, page).Action("show"))
func (rt Route) Action(name string) Route {
	if !rt.def.Address.HasAction(name) {
		panic(fmt.Sprintf("handlers: no field of the parameters of %s is tagged action:%q", rt.def.Name(), name))
	}
	rt.action = name
	return rt
}

func init() {
	live.Face.Route = func(kit any, def *live.Definition) any { return Route{kit: kit.(*Kit), def: def} }
}

// ServeHTTP answers the page, its events and its connection.
func (rt Route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g := guardOf(r.Context(), rt.kit); g != nil && r.Method == http.MethodGet && g.connecting {
		if rt.enter(w, r, g) {
			rt.serveConnection(w, r)
		}
		return
	}
	rt.serve(w, r)
}

// enter notes that the request has come to a page. It reports whether the page is to answer.
func (rt Route) enter(w http.ResponseWriter, r *http.Request, g *guard) bool {
	for at := g; at != nil; at = at.outer {
		at.ours, at.inner = true, r
	}
	if !isCanonical(r.URL) {
		rt.serveMisspelled(w, r)
		return false
	}
	asks := r.Method == http.MethodGet || r.Method == http.MethodHead
	return !asks || g.file != "" || !rt.speculative(w, r, g.query.Get(protocol.KitParam))
}

// serve answers the page and its events. It is not part of ServeHTTP, whose frame is memory that each
// open connection has.
//
//go:noinline
func (rt Route) serve(w http.ResponseWriter, r *http.Request) {
	k := rt.kit
	g := guardOf(r.Context(), k)
	if g == nil {
		k.once("middleware", func() {
			k.log.WarnContext(r.Context(), "sideband: kit.Middleware is not the router's outermost middleware, so the application's own middleware sees no session", "path", r.URL.Path)
		})
		k.Middleware(rt).ServeHTTP(w, r)
		return
	}
	if !rt.enter(w, r, g) {
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		switch kind := g.query.Get(protocol.KitParam); {
		case kind == protocol.ConnectionValue:
			// Somebody was sent to the address of a connection, by a login that keeps it.
			q, _ := url.ParseQuery(g.sent)
			q.Del(protocol.KitParam)
			q.Del(protocol.AfterParam)
			q.Del(protocol.TabParam)
			w.Header().Set("Location", "?"+q.Encode())
			w.WriteHeader(http.StatusSeeOther)
		case kind == protocol.LeaveValue:
			rt.serveLeave(w, r)
		case g.file != "":
			rt.serveFile(w, r, g.file)
		case isNavigation(r):
			if g.navigates(rt) || !load(w, r) {
				rt.servePage(w, r)
			}
		case isVisit(r) && rt.visited(g) && rt.serveVisit(w, r):
		case g.again != "" && !rt.def.Static && asksAgain(r):
			rt.serveAgain(w, r)
		default:
			rt.servePage(w, r)
		}
	case http.MethodPost:
		if g.query.Has(protocol.StashParam) {
			rt.serveStash(w, r)
			return
		}
		rt.serveEvent(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		k.errorPage(w, r, http.StatusMethodNotAllowed, k.config.Texts.MethodNotAllowed)
	}
}

// pattern is the route as the router knows it.
func pattern(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		return c.RoutePattern()
	}
	if _, path, ok := strings.Cut(r.Pattern, " "); ok {
		return path // the method before it is another one for events than for the page
	}
	return r.Pattern
}
