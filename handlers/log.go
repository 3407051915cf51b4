package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/sideband-go/sideband/internal/csp"
	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/internal/render"
)

// logFailure logs what a user does not get to see.
func (k *Kit) logFailure(r *http.Request, what, view string, err error) {
	args := fault.WithStack([]any{"view", view, "path", r.URL.Path, "err", err}, err)
	if code, _ := fault.StatusOf(err); code < 500 {
		k.log.InfoContext(r.Context(), "sideband: "+what, args...)
		return
	}
	k.log.ErrorContext(r.Context(), "sideband: "+what, args...)
	live.ProbeOf(r.Context()).Fail(err)
}

// browserLeft reports whether nobody waits for the answer any more: a handler that fails then, or a store, has likely given
// up for that.
func browserLeft(r *http.Request) bool { return errors.Is(r.Context().Err(), context.Canceled) }

// warn tells developers, once each, of HTML that is not as they think.
func (k *Kit) warn(v *live.View, r render.Rendering) {
	for _, w := range r.Warnings {
		if w.Dropped {
			v.NoteDropped(fmt.Errorf("%w: %s, element %q", live.ErrTwoBindings, w.Why, w.ID))
		}
		if !k.config.Development {
			continue
		}
		type key struct{ view, id, why string }
		k.once(key{v.Definition().Name(), w.ID, w.Why}, func() {
			if w.Dropped {
				k.log.Error("sideband: the browser drops all but the first binding of an element: bind the others with views.AlsoOn",
					"view", v.Definition().Name(), "element", w.ID, "why", w.Why)
				return
			}
			k.log.Warn("sideband: the browser's parser rearranges this HTML; the element is sent whole at each change",
				"view", v.Definition().Name(), "element", w.ID, "why", w.Why)
		})
	}
	if p := k.config.Security.ContentSecurityPolicy; k.config.Development && len(r.Ops) > 0 && p != "-" {
		h := http.Header{"Content-Security-Policy": {p}}
		allowNonce(h, v.Nonce())
		k.warnBlocked(v.Definition().Name(), csp.Parse(h.Values("Content-Security-Policy")...), "", r.Ops)
	}
}

// warnWithoutID tells developers, once each, of a control that can't be set back.
func (k *Kit) warnWithoutID(def *live.Definition, event string) {
	if !k.config.Development {
		return
	}
	type key struct{ view, event string }
	name := def.Name()
	k.once(key{name, event}, func() {
		k.log.Warn("sideband: the field that sends this event has no id, so it can't be made to show what the view says: give it one", "view", name, "event", event)
	})
}
