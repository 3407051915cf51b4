package handlers

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/sideband-go/sideband/internal/csp"
	"github.com/sideband-go/sideband/views"
)

// logFailure logs what a user does not get to see.
func (k *Kit) logFailure(r *http.Request, what, view string, err error) {
	args := withStack([]any{"view", view, "path", r.URL.Path, "err", err}, err)
	if code, _ := views.StatusOf(err); code < 500 {
		k.log.Info("sideband: "+what, args...)
		return
	}
	k.log.Error("sideband: "+what, args...)
	noteFailure(r.Context(), err)
}

// logMessage logs what went wrong where nobody waits.
func (k *Kit) logMessage(l *live, err error) {
	if errors.Is(err, views.ErrGone) {
		k.log.Info("sideband: callback failed", "view", l.in.Definition().Name(), "err", err)
		return
	}
	l.noteFailure(err)
	k.log.Error("sideband: callback failed", withStack([]any{"view", l.in.Definition().Name(), "err", err}, err)...)
}

func withStack(args []any, err error) []any {
	if p, ok := errors.AsType[*views.PanicError](err); ok {
		return append(args, "stack", string(p.Stack))
	}
	return args
}

// ErrTwoBindings is what package livetest is told of an element with two bindings.
var ErrTwoBindings = errors.New("handlers: browsers drop all but the first binding of an element")

// warn tells developers, once each, of HTML that is not as they think.
func (k *Kit) warn(l *live, r views.Rendering) {
	for _, w := range r.Warnings {
		if w.Dropped {
			err := fmt.Errorf("%w: %s, element %q", ErrTwoBindings, w.Why, w.ID)
			if !l.mounted.Load() {
				l.dropped = err
			}
			l.noteFailure(err)
		}
		if !k.config.Development {
			continue
		}
		type key struct{ view, id, why string }
		k.once(key{l.in.Definition().Name(), w.ID, w.Why}, func() {
			if w.Dropped {
				k.log.Error("sideband: the browser drops all but the first binding of an element: bind the others with views.AlsoOn",
					"view", l.in.Definition().Name(), "element", w.ID, "why", w.Why)
				return
			}
			k.log.Warn("sideband: the browser's parser rearranges this HTML; the element is sent whole at each change",
				"view", l.in.Definition().Name(), "element", w.ID, "why", w.Why)
		})
	}
	if k.config.Development && len(r.Ops) > 0 && k.config.Security.ContentSecurityPolicy != "-" {
		k.warnBlocked(l.in.Definition().Name(), csp.Parse(k.config.Security.ContentSecurityPolicy), "", r.Ops)
	}
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
