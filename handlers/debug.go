package handlers

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/live"
)

// The bounds of what the debug page remembers and lists.
const (
	maxDebugTurns    = 200
	maxDebugWarnings = 50
	maxDebugViews    = 100
	maxDebugText     = 300 // bytes of a warning
	slowTurn         = 500 * time.Millisecond
	inspectTimeout   = 300 * time.Millisecond
)

// Debug returns the handler of a live page that shows what the kit does: its views with their
// components, keys, streams, tasks and queues; the newest turns, with where their time went; warnings of the
// kit's log; and what Stats counts. It can disconnect a page. Of keys it shows names and sizes, of components
// types; values and ids only with Config.Development.
//
// It belongs behind the application's own guard: it has none, and whoever reaches it sees all pages.
//
//	r.With(requireAdmin).Handle("/debug/sideband", kit.Debug())
//
// From the first call on, the kit remembers the newest 200 turns and 50 warnings. Call it when routes are made.
func (k *Kit) Debug() http.Handler {
	d := &debug{kit: k}
	if k.debug.CompareAndSwap(nil, d) {
		k.observe(d)
	}
	return View(k, debugPage{k.debug.Load()})
}

// debug is what the debug page shows. It is a live.Observer.
type debug struct {
	kit *Kit

	mu                      sync.Mutex
	turnCount, warningCount uint64
	turns                   newest[debugTurn]
	warnings                newest[debugWarning]
}

// debugTurn is a turn that is over.
type debugTurn struct {
	Number                       uint64
	At                           time.Time
	Page                         string // key of the view
	View, Kind, What             string
	Outcome                      fault.Outcome
	Took                         time.Duration
	Waited, Ran, Rendered, Wrote time.Duration
	Bytes                        int
}

// Slow reports whether it took long.
func (t debugTurn) Slow() bool { return t.Took > slowTurn }

// debugWarning is a warning or an error of the kit's log.
type debugWarning struct {
	Number uint64
	At     time.Time
	Level  slog.Level
	Text   string
}

// newest holds the newest values, up to a number of them.
type newest[T any] struct {
	all  []T
	next int
}

func (n *newest[T]) add(v T, most int) {
	if len(n.all) < most {
		n.all = append(n.all, v)
		return
	}
	n.all[n.next] = v
	n.next = (n.next + 1) % most
}

// list returns them, the newest first.
func (n *newest[T]) list() []T {
	l := slices.Concat(n.all[n.next:], n.all[:n.next])
	slices.Reverse(l)
	return l
}

// Cause is part of live.Observer.
func (*debug) Cause(context.Context) any { return nil }

// Begin is part of live.Observer.
func (*debug) Begin(ctx context.Context, _ *live.Activity) context.Context { return ctx }

// End is part of live.Observer.
func (d *debug) End(a *live.Activity) {
	if a.Parent != nil || !a.Kind.IsCallback() || isDebug(a.View) {
		return
	}
	began := a.Began
	if !a.Queued.IsZero() {
		began = a.Queued
	}
	t := debugTurn{
		At: began, Page: pageKey(a.View), View: a.View.Definition().Name(), Kind: a.Kind.String(), What: a.Method, Outcome: fault.OutcomeOf(a.Err),
		Took: a.Ended.Sub(began), Waited: a.Began.Sub(began), Ran: a.Ran, Rendered: a.Rendered, Wrote: a.Wrote, Bytes: a.Bytes,
	}
	if a.Component != "" {
		t.What = a.Component + "." + a.Method
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turnCount++
	t.Number = d.turnCount
	d.turns.add(t, maxDebugTurns)
}

// isDebug reports whether a view is that of a debug page: what it does is not shown.
func isDebug(v *live.View) bool {
	_, ok := v.Definition().Value.(debugPage)
	return ok
}

// pageKey names a view on the debug page. It is not its id, which belongs to its page alone.
func pageKey(v *live.View) string {
	sum := sha256.Sum256([]byte(v.ID()))
	return hex.EncodeToString(sum[:6])
}

// debugView is a view as the debug page lists it.
type debugView struct {
	Key, View, Route string
	live.Seen
}

// debugState is what the debug page shows.
type debugState struct {
	Views    []debugView
	Found    int // views that fit the filter
	All      int
	Counts   []debugCount
	Turns    []debugTurn
	Warnings []debugWarning
}

// debugCount is a number of Stats.
type debugCount struct {
	Name  string
	Value int64
}

// look returns what there is now, of views whose type or route has the filter in it.
func (d *debug) look(filter string) debugState {
	var s debugState
	var all []*live.View
	for _, v := range d.kit.views.All() {
		s.All++
		if strings.Contains(v.Definition().Name(), filter) || strings.Contains(routeOf(v), filter) {
			all = append(all, v)
		}
	}
	s.Found = len(all)
	slices.SortFunc(all, func(a, b *live.View) int {
		return cmp.Or(cmp.Compare(a.Definition().Name(), b.Definition().Name()), cmp.Compare(a.ID(), b.ID()))
	})
	for _, v := range all[:min(len(all), maxDebugViews)] {
		s.Views = append(s.Views, debugView{Key: pageKey(v), View: v.Definition().Name(), Route: routeOf(v), Seen: v.See()})
	}
	s.Counts = countsOf(reflect.ValueOf(d.kit.Stats()), "")
	d.mu.Lock()
	defer d.mu.Unlock()
	s.Turns, s.Warnings = d.turns.list(), d.warnings.list()
	return s
}

func routeOf(v *live.View) string {
	if at := v.Place(); at != nil {
		return at.Pattern
	}
	return ""
}

// countsOf lists the numbers of Stats that are not 0.
func countsOf(v reflect.Value, in string) (all []debugCount) {
	for i := range v.NumField() {
		f, name := v.Field(i), in+v.Type().Field(i).Name
		switch {
		case f.Kind() == reflect.Struct:
			all = append(all, countsOf(f, name+".")...)
		case f.CanUint() && f.Uint() > 0:
			all = append(all, debugCount{name, int64(f.Uint())})
		case f.CanInt() && f.Int() > 0:
			all = append(all, debugCount{name, f.Int()})
		}
	}
	return all
}

// find returns the view with a key; nil if there is none.
func (d *debug) find(key string) *live.View {
	for _, v := range d.kit.views.All() {
		if pageKey(v) == key {
			return v
		}
	}
	return nil
}

// told are the attributes of a warning that tell nothing of users.
var told = map[string]bool{
	"view": true, "route": true, "kind": true, "method": true, "component": true, "status": true, "outcome": true, "callback": true, "event": true, "message": true,
	"took": true, "waited": true, "ran": true, "rendered": true, "wrote": true,
}

// warn remembers a warning.
func (d *debug) warn(r slog.Record) {
	w := debugWarning{At: r.Time, Level: r.Level, Text: strings.TrimPrefix(r.Message, "sideband: ")}
	r.Attrs(func(a slog.Attr) bool {
		if told[a.Key] || d.kit.config.Development && a.Key != "stack" {
			w.Text += " " + a.Key + "=" + a.Value.String()
		}
		return len(w.Text) < maxDebugText
	})
	w.Text = strings.ToValidUTF8(w.Text[:min(len(w.Text), maxDebugText)], "")
	d.mu.Lock()
	defer d.mu.Unlock()
	d.warningCount++
	w.Number = d.warningCount
	d.warnings.add(w, maxDebugWarnings)
}
