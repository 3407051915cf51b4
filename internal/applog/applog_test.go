package applog_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/applog"
)

// broken is a handler one of whose methods panics.
type broken struct {
	slog.Handler
	in string
}

func (b broken) Enabled(ctx context.Context, l slog.Level) bool {
	if b.in == "Enabled" {
		panic("Enabled")
	}
	return b.Handler.Enabled(ctx, l)
}

func (b broken) Handle(ctx context.Context, r slog.Record) error {
	if b.in == "Handle" {
		panic("Handle")
	}
	return b.Handler.Handle(ctx, r)
}

func (b broken) WithAttrs(a []slog.Attr) slog.Handler {
	if b.in == "WithAttrs" {
		panic("WithAttrs")
	}
	return broken{b.Handler.WithAttrs(a), b.in}
}

func (b broken) WithGroup(name string) slog.Handler {
	if b.in == "WithGroup" {
		panic("WithGroup")
	}
	return broken{b.Handler.WithGroup(name), b.in}
}

func TestAPanickingHandlerEndsNothing(t *testing.T) {
	for _, in := range []string{"", "Enabled", "Handle", "WithAttrs", "WithGroup"} {
		var b bytes.Buffer
		log := applog.Guard(slog.New(broken{slog.NewTextHandler(&b, nil), in}))
		log.With("a", 1).WithGroup("g").Error("said", "err", errors.New("why"))
		written := strings.Contains(b.String(), "msg=said")
		if want := in != "Enabled" && in != "Handle"; written != want {
			t.Errorf("panics in %q: written is %v: %s", in, written, b.String())
		}
		if in != "" {
			continue
		}
		if !strings.Contains(b.String(), "a=1 g.err=why") {
			t.Errorf("written: %s", b.String())
		}
	}
}

func TestGuardedOnce(t *testing.T) {
	l := applog.Guard(slog.New(slog.DiscardHandler))
	if applog.Guard(l) != l {
		t.Error("a guarded logger was guarded once more")
	}
}
