package state_test

import (
	"context"
	"fmt"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

// writer is a callback's socket.
type writer struct {
	context.Context
	tx  *scope.Tx
	src *scope.Source
}

func (w *writer) Tx() *scope.Tx { return w.tx }

func (w *writer) Value(k any) any {
	if k == (scope.SourceKey{}) {
		return w.src
	}
	return w.Context.Value(k)
}

func begin(s *scope.Scope) *writer {
	tx := s.Begin()
	return &writer{context.Background(), tx, tx.Source()}
}

// update runs a callback that succeeds.
func update(s *scope.Scope, f func(w *writer)) {
	w := begin(s)
	f(w)
	w.tx.Commit()
}

// reading renders f once and returns what it read.
func reading(s *scope.Scope, f func(ctx context.Context)) []scope.Read {
	t := &scope.Tracker{}
	outer := t.Mark()
	f(scope.WithSource(context.Background(), t.Source(s)))
	return t.Since(outer)
}

func dirty(reads []scope.Read) bool { return (&scope.Changes{}).Any(reads) }

func panicOf(f func()) (text string) {
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	return ""
}

// owner is the owner of a scope that notes nothing.
type owner string

func (o owner) Name() string                       { return string(o) }
func (owner) ScopeChanged()                        {}
func (owner) ComparingPanicked(string, any)        {}
func (owner) DurableCodec(*scope.Key) *scope.Codec { return nil }
func (owner) RecoveringFailed(string, error)       {}

// view does for the examples what the kit does for a page: it runs callbacks and background
// tasks, and renders the template when what it has read is out of date.
type view struct {
	scope    *scope.Scope
	template func(ctx context.Context) string
	reads    []scope.Read
	jobs     []scope.Job
}

// open mounts and renders a page.
func open(mount func(s state.Writer), template func(ctx context.Context) string) *view {
	v := &view{scope: scope.New(owner("page"), nil), template: template}
	v.run(mount)
	v.render()
	return v
}

// call runs a callback.
func (v *view) call(f func(s state.Writer)) {
	if v.run(f); dirty(v.reads) {
		v.render()
	}
}

func (v *view) run(f func(s state.Writer)) {
	update(v.scope, func(w *writer) {
		f(w)
		v.jobs = append(v.jobs, w.tx.Jobs()...)
	})
}

func (v *view) render() {
	v.reads = reading(v.scope, func(ctx context.Context) { fmt.Println(v.template(ctx)) })
	v.scope.Rendered()
}

// await runs the background tasks.
func (v *view) await() {
	for _, j := range v.jobs {
		value, err := j.Run(context.Background())
		v.call(func(s state.Writer) { _ = j.Done(s, j.Keys, value, err) })
	}
	v.jobs = nil
}
