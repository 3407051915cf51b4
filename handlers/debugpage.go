package handlers

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/sideband-go/sideband/internal/live"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the debug page knows.
var (
	debugNow    = state.NewKey[debugState]("sideband debug").WithEqual(func(a, b debugState) bool { return reflect.DeepEqual(a, b) })
	debugFilter = state.NewKey[string]("sideband debug filter")
	debugOpened = state.NewKey[debugInspected]("sideband debug opened").WithEqual(func(a, b debugInspected) bool { return reflect.DeepEqual(a, b) })
)

// debugInspected is the view that the debug page looks into.
type debugInspected struct {
	Key  string // "": none
	Note string // why there is nothing to see; "" if there is
	live.Inspection
}

// debugPage is the page of [Kit.Debug].
type debugPage struct{ debug *debug }

// Mount looks once.
func (p debugPage) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Sideband")
	state.Assign(s, debugFilter.To(""), debugOpened.To(debugInspected{}), debugNow.To(p.debug.look("")))
	return nil
}

// Connect looks again each second.
func (p debugPage) Connect(s *views.Socket) error {
	_, err := views.SendEvery(s, time.Second, debugPage.look, struct{}{})
	return err
}

func (p debugPage) look(s *views.Socket, _ struct{}) error {
	debugNow.Set(s, p.debug.look(debugFilter.Get(s)))
	if key := debugOpened.Get(s).Key; key != "" {
		return p.Inspect(s, key)
	}
	return nil
}

// debugSearch is what the filter's field sends.
type debugSearch struct {
	Filter string `form:"filter"`
}

// maxDebugFilter is how long a filter may be, in bytes.
const maxDebugFilter = 100

// Search lists the views whose type or route has the filter in it.
func (p debugPage) Search(s *views.Socket, q debugSearch) error {
	if len(q.Filter) > maxDebugFilter {
		return views.Error(http.StatusBadRequest, "The filter is too long.")
	}
	debugFilter.Set(s, q.Filter)
	return p.look(s, struct{}{})
}

// Inspect shows what a view holds; "" closes it.
func (p debugPage) Inspect(s *views.Socket, key string) error {
	v := p.debug.find(key)
	in := debugInspected{Key: key}
	switch {
	case key == "":
	case v == nil:
		in.Note = "This view has ended."
	case v.ID() == s.Ref().ViewID():
		in.Note = "This is the page that you see."
	default:
		ctx, cancel := context.WithTimeout(s, inspectTimeout)
		defer cancel()
		var ok bool
		if in.Inspection, ok = v.Inspect(ctx, p.debug.kit.config.Development); !ok {
			in.Note = "This view is busy."
		}
	}
	debugOpened.Set(s, in)
	return nil
}

// Disconnect ends a view. Its page reloads, through the application's middleware.
func (p debugPage) Disconnect(s *views.Socket, key string) error {
	if v := p.debug.find(key); v != nil {
		p.debug.kit.disconnects.Add(1)
		v.Dismiss(0)
	}
	return p.look(s, struct{}{})
}

// millis is a duration in a table.
func millis(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}

// clock is a time in a table.
func clock(t time.Time) string { return t.Format("15:04:05.000") }

func stateOf(v debugView) string {
	if v.Connected {
		return "connected"
	}
	return "waits"
}
