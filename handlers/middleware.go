package handlers

import (
	"context"
	"net/http"
)

type kitKey struct{ k *Kit }

func hasKit(ctx context.Context, k *Kit) bool { return ctx.Value(kitKey{k}) != nil }

// Middleware belongs outermost on a router: it loads the browser's session, saves it
// when it has changed, and refuses requests that another site makes.
func (k *Kit) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hasKit(r.Context(), k) {
			next.ServeHTTP(w, r)
			return
		}
		if err := k.origins.Check(r); err != nil {
			k.log.Warn("sideband: cross-site request refused", "method", r.Method, "path", r.URL.Path, "err", err)
			http.Error(w, "Requests from other sites are not allowed.", http.StatusForbidden)
			return
		}
		ctx, err := k.sessions.load(context.WithValue(r.Context(), kitKey{k}, true), r)
		if err != nil {
			k.log.Error("sideband: session", "err", err)
			http.Error(w, "Something went wrong.", http.StatusInternalServerError)
			return
		}
		r = r.WithContext(ctx)
		sw := &savingWriter{ResponseWriter: w, r: r, sessions: k.sessions}
		next.ServeHTTP(sw, r)
		sw.save()
		if sw.err != nil {
			k.log.Error("sideband: session not saved", "err", sw.err)
		}
	})
}
