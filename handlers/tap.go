package handlers

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/sideband-go/sideband/internal/fault"
)

// tap is the handler of the kit's log. It leaves out values, but with Config.Development, and has the debug page remember
// warnings.
type tap struct {
	slog.Handler
	kit *Kit
}

// isValue are attributes that are, or may have in them, what a user has sent.
var isValue = map[string]bool{"path": true, "to": true, "element": true}

// Handle is part of slog.Handler.
func (t tap) Handle(ctx context.Context, r slog.Record) error {
	if t.kit.config.Development {
		r = withValues(r)
	} else {
		r = t.withoutValues(ctx, r)
	}
	if d := t.kit.debug.Load(); d != nil && r.Level >= slog.LevelWarn {
		d.warn(r)
	}
	return t.Handler.Handle(ctx, r)
}

// WithAttrs is part of slog.Handler.
func (t tap) WithAttrs(attrs []slog.Attr) slog.Handler { return tap{t.Handler.WithAttrs(attrs), t.kit} }

// WithGroup is part of slog.Handler.
func (t tap) WithGroup(name string) slog.Handler { return tap{t.Handler.WithGroup(name), t.kit} }

// withValues adds the values that errors are about, and leave out of their texts.
func withValues(r slog.Record) slog.Record {
	var about []string
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok {
			about = append(about, fault.ValuesOf(err)...)
		}
		return true
	})
	if len(about) > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Any("values", about))
	}
	return r
}

// withoutValues has the pattern of the request's route in the place of its path.
func (t tap) withoutValues(ctx context.Context, r slog.Record) slog.Record {
	list, changed := make([]slog.Attr, 0, r.NumAttrs()), false
	r.Attrs(func(a slog.Attr) bool {
		switch {
		case !isValue[a.Key]:
			list = append(list, a)
			return true
		case a.Key == "path":
			if route := t.kit.routeIn(ctx); route != "" {
				list = append(list, slog.String("route", route))
			}
		}
		changed = true
		return true
	})
	if !changed {
		return r
	}
	to := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	to.AddAttrs(list...)
	return to
}

// routeIn is the pattern of the route of a request with the context; "" if it is not known.
func (k *Kit) routeIn(ctx context.Context) string {
	if g := guardOf(ctx, k); g != nil && g.inner != nil {
		return pattern(g.inner)
	}
	return pattern((&http.Request{}).WithContext(ctx))
}
