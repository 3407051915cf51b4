package site

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/assets"
	"github.com/sideband-go/sideband/handlers"
)

// DebugPath is where the debug page is, at the address of [Internal].
const DebugPath = "/debug/sideband"

const metricsPath = "/metrics"

// kits are the demo's, with where the debug page of each is.
var kits = [...]struct{ name, debug string }{{"Site", DebugPath}, {"Commands", DebugPath + "/commands"}}

// Internal returns what users of the demo do not get to see: metrics, and the debug pages of both kits.
func Internal(kit, commands *handlers.Kit, metrics http.Handler) http.Handler {
	r := chi.NewRouter()
	r.Handle(metricsPath, metrics)
	r.Mount(assetsPath, http.StripPrefix(assetsPath, assets.Files.Handler()))
	r.With(kit.Middleware).Mount(kit.AssetsPath(), kit.Assets())
	r.With(kit.Middleware).Handle(kits[0].debug, kit.Debug())
	r.With(commands.Middleware).Handle(kits[1].debug, commands.Debug())
	r.Handle("/", http.RedirectHandler(DebugPath, http.StatusSeeOther))
	return r
}

// isDebug reports whether a debug page is laid out: its menu leads to what Internal serves.
func isDebug(ctx context.Context) bool { return isAt(ctx, kits[0].debug) || isAt(ctx, kits[1].debug) }

func isAt(ctx context.Context, path string) bool { return chi.RouteContext(ctx).RoutePattern() == path }
