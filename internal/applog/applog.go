// Package applog writes to the application's logger, whose handler is the application's code:
// one that panics ends neither what logs nor the process.
package applog

import (
	"context"
	"fmt"
	"log/slog"
	"os"
)

// Guard returns a logger that writes to l. What l panics with goes to the process's standard
// error, with the message that it has lost.
func Guard(l *slog.Logger) *slog.Logger {
	if _, ok := l.Handler().(guarded); ok {
		return l
	}
	return slog.New(guarded{l.Handler()})
}

type guarded struct{ handler slog.Handler }

func lost(what string) {
	if r := recover(); r != nil {
		fmt.Fprintf(os.Stderr, "sideband: the logger panicked at %q: %v\n", what, r)
	}
}

// Enabled is part of slog.Handler.
func (g guarded) Enabled(ctx context.Context, level slog.Level) (enabled bool) {
	defer lost("Enabled")
	return g.handler.Enabled(ctx, level)
}

// Handle is part of slog.Handler.
func (g guarded) Handle(ctx context.Context, r slog.Record) error {
	defer lost(r.Message)
	return g.handler.Handle(ctx, r)
}

// WithAttrs is part of slog.Handler.
func (g guarded) WithAttrs(attrs []slog.Attr) (h slog.Handler) {
	h = g // without them, if it panics
	defer lost("WithAttrs")
	return guarded{g.handler.WithAttrs(attrs)}
}

// WithGroup is part of slog.Handler.
func (g guarded) WithGroup(name string) (h slog.Handler) {
	h = g
	defer lost("WithGroup")
	return guarded{g.handler.WithGroup(name)}
}
