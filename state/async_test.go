package state_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/sideband-go/sideband/internal/scope"
	"github.com/sideband-go/sideband/state"
)

var (
	report = state.NewAsync[string]("report")
	rows   = state.NewAsync[[]int]("rows")
)

// started runs a callback that succeeds and returns what it has started.
func started(s *scope.Scope, f func(w *writer)) []scope.Job {
	w := begin(s)
	f(w)
	w.tx.Commit()
	return w.tx.Jobs()
}

// finish does a job's work and takes its result.
func finish(t *testing.T, s *scope.Scope, j scope.Job, keys ...any) {
	t.Helper()
	if keys == nil {
		keys = j.Keys
	}
	v, err := j.Run(t.Context())
	update(s, func(w *writer) {
		if err := j.Done(w, keys, v, err); err != nil {
			t.Error(err)
		}
	})
}

func now[T any](s *scope.Scope, a *state.Async[T]) (r state.Result[T]) {
	reading(s, func(ctx context.Context) { r = a.Get(ctx) })
	return r
}

func gives[T any](v T, err error) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return v, err }
}

func expect[T comparable](t *testing.T, what string, got, want state.Result[T]) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %+v, not %+v", what, got, want)
	}
}

type answer = state.Result[string]

func TestAResultFromItsStartOn(t *testing.T) {
	s, broken := scope.New(owner("page"), nil), errors.New("broken")
	expect(t, "never started", now(s, report), answer{})
	jobs := started(s, func(w *writer) { report.Start(w, gives("first", nil)) })
	if len(jobs) != 1 || !slices.Equal(jobs[0].Keys, []any{report}) || jobs[0].Name != "report" || jobs[0].WhenConnected {
		t.Fatalf("%+v", jobs)
	}
	expect(t, "started", now(s, report), answer{Loading: true})
	finish(t, s, jobs[0])
	expect(t, "done", now(s, report), answer{Ready: true, Value: "first", Progress: 1})

	jobs = started(s, func(w *writer) { report.Start(w, gives("", broken)) })
	expect(t, "started again", now(s, report), answer{Loading: true, Ready: true, Value: "first"})
	finish(t, s, jobs[0])
	expect(t, "failed", now(s, report), answer{Ready: true, Value: "first", Err: broken})

	jobs = started(s, func(w *writer) { report.Start(w, gives("second", nil)) })
	expect(t, "after a failure", now(s, report), answer{Loading: true, Ready: true, Value: "first"})
	finish(t, s, jobs[0])
	expect(t, "succeeded again", now(s, report), answer{Ready: true, Value: "second", Progress: 1})
}

func TestProgressIsKeptWithinBounds(t *testing.T) {
	s := scope.New(owner("page"), nil)
	jobs := started(s, func(w *writer) {
		report.StartWhenConnected(w, func(ctx context.Context) (string, error) {
			for _, done := range []float64{-1, 0.25, math.NaN(), math.Inf(1)} {
				state.Progress(ctx, done)
			}
			return "", nil
		})
	})
	if !jobs[0].WhenConnected || !now(s, report).Loading {
		t.Errorf("%+v, %+v", jobs, now(s, report))
	}
	var got []float64
	_, _ = jobs[0].Run(scope.WithProgress(t.Context(), func(done float64) { got = append(got, done) }))
	if !slices.Equal(got, []float64{0, 0.25, 1}) {
		t.Errorf("reported %v", got)
	}
	update(s, func(w *writer) { jobs[0].Progress(w, jobs[0].Keys, 0.25) })
	expect(t, "on the way", now(s, report), answer{Loading: true, Progress: 0.25})
	update(s, func(w *writer) { report.Cancel(w) })
	update(s, func(w *writer) { jobs[0].Progress(w, jobs[0].Keys, 0.5) })
	expect(t, "cancelled", now(s, report), answer{Err: context.Canceled, Progress: 0.25})
	state.Progress(t.Context(), 0.5) // of nothing
}

func TestCancelKeepsTheLastValue(t *testing.T) {
	s := scope.New(owner("page"), nil)
	jobs := started(s, func(w *writer) { report.Cancel(w) })
	expect(t, "nothing ran", now(s, report), answer{})
	if len(jobs) != 1 || jobs[0].Run != nil || !slices.Equal(jobs[0].Keys, []any{report}) {
		t.Errorf("%+v", jobs)
	}
	finish(t, s, started(s, func(w *writer) { report.Start(w, gives("first", nil)) })[0])
	started(s, func(w *writer) { report.Start(w, gives("second", nil)) })
	started(s, func(w *writer) { report.Cancel(w) })
	expect(t, "cancelled", now(s, report), answer{Ready: true, Value: "first", Err: context.Canceled})
	started(s, func(w *writer) { report.Cancel(w); report.Set(w, "own") })
	expect(t, "set", now(s, report), answer{Ready: true, Value: "own", Progress: 1})
}

func TestACallbackThatFailsHasStartedNothing(t *testing.T) {
	s := scope.New(owner("page"), nil)
	w := begin(s)
	report.Start(w, gives("first", nil))
	if r := report.Get(w); !r.Loading {
		t.Errorf("the callback itself reads %+v", r)
	}
	expect(t, "dropped", now(s, report), answer{})
}

// What one callback starts and cancels comes down to what is left of it.
func TestOneCallbackStartsAKeyOnce(t *testing.T) {
	s := scope.New(owner("page"), nil)
	both := func(w *writer) {
		state.StartTogether(w, func(context.Context) ([]state.Loaded, error) { return nil, nil }, report, rows)
	}
	plain := scope.Job{Name: "plain", Run: func(context.Context) (any, error) { return nil, nil }}
	for name, test := range map[string]struct {
		do   func(w *writer)
		want []string
	}{
		"a hundred": {func(w *writer) {
			for range 100 {
				report.Start(w, gives("", nil))
			}
		}, []string{"report"}},
		"started and cancelled":       {func(w *writer) { report.Start(w, gives("", nil)); report.Cancel(w) }, []string{"cancel report"}},
		"cancelled and started":       {func(w *writer) { report.Cancel(w); report.Start(w, gives("", nil)) }, []string{"report"}},
		"without a key":               {func(w *writer) { w.tx.Start(plain); w.tx.Start(plain); report.Cancel(w) }, []string{"plain", "plain", "cancel report"}},
		"one of two":                  {func(w *writer) { both(w); report.Start(w, gives("", nil)) }, []string{"rows of report, rows", "report"}},
		"both of two":                 {func(w *writer) { both(w); report.Cancel(w); rows.Cancel(w) }, []string{"cancel report", "cancel rows"}},
		"two of which one was before": {func(w *writer) { report.Start(w, gives("", nil)); both(w) }, []string{"report, rows"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, j := range started(s, test.do) {
				switch {
				case j.Run == nil:
					got = append(got, "cancel "+j.Keys[0].(state.AnyAsync).Name())
				case len(j.Keys) == 1 && j.Keys[0].(state.AnyAsync).Name() != j.Name:
					got = append(got, j.Keys[0].(state.AnyAsync).Name()+" of "+j.Name)
				default:
					got = append(got, j.Name)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%q, not %q", got, test.want)
			}
		})
	}
}

func TestStartTogether(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		got      []state.Loaded
		err      error
		keys     []any // nil: all
		report   answer
		rowsErr  string
		rowsLoad bool
	}{
		"loaded":          {got: []state.Loaded{rows.Loaded([]int{1}), report.Loaded("new")}, report: answer{Ready: true, Value: "new", Progress: 1}},
		"failed":          {err: broken, report: answer{Err: broken}, rowsErr: "broken"},
		"one of them":     {got: []state.Loaded{report.Loaded("new"), rows.Failed(broken)}, report: answer{Ready: true, Value: "new", Progress: 1}, rowsErr: "broken"},
		"one left out":    {got: []state.Loaded{report.Loaded("new")}, report: answer{Ready: true, Value: "new", Progress: 1}, rowsErr: `state: the function that loads "rows" has returned nothing for it`},
		"one taken away":  {got: []state.Loaded{report.Loaded("new"), rows.Loaded(nil)}, keys: []any{report}, report: answer{Ready: true, Value: "new", Progress: 1}, rowsLoad: true},
		"nil is a value":  {got: []state.Loaded{report.Loaded(""), rows.Loaded(nil)}, report: answer{Ready: true, Progress: 1}},
		"together failed": {got: []state.Loaded{report.Failed(broken), rows.Failed(broken)}, report: answer{Err: broken}, rowsErr: "broken"},
	} {
		t.Run(name, func(t *testing.T) {
			s := scope.New(owner("page"), nil)
			jobs := started(s, func(w *writer) {
				state.StartTogether(w, func(context.Context) ([]state.Loaded, error) { return test.got, test.err }, report, rows)
			})
			if len(jobs) != 1 || !now(s, report).Loading || !now(s, rows).Loading {
				t.Fatalf("%+v", jobs)
			}
			update(s, func(w *writer) { jobs[0].Progress(w, jobs[0].Keys, 0.5) })
			if now(s, report).Progress != 0.5 || now(s, rows).Progress != 0.5 {
				t.Error("progress is not that of both")
			}
			if test.err != nil || test.report.Err != nil {
				test.report.Progress = 0.5
			}
			finish(t, s, jobs[0], test.keys...)
			expect(t, "report", now(s, report), test.report)
			r := now(s, rows)
			text := ""
			if r.Err != nil {
				text = r.Err.Error()
			}
			if text != test.rowsErr || r.Loading != test.rowsLoad || r.Ready == (text != "" || test.rowsLoad) {
				t.Errorf("rows: %+v", r)
			}
		})
	}
}

func TestStartTogetherTellsMistakes(t *testing.T) {
	s := scope.New(owner("page"), nil)
	other := state.NewAsync[int]("other")
	for _, got := range [][]state.Loaded{{other.Loaded(1)}, {{}}} {
		jobs := started(s, func(w *writer) {
			state.StartTogether(w, func(context.Context) ([]state.Loaded, error) { return got, nil }, report)
		})
		finish(t, s, jobs[0])
		if r := now(s, report); r.Err == nil || r.Loading {
			t.Errorf("%+v", r)
		}
	}
	w := begin(s)
	for want, f := range map[string]func(){
		"state: StartTogether without a key to load":      func() { state.StartTogether(w, nil) },
		`state: StartTogether has the key "report" twice`: func() { state.StartTogether(w, nil, report, rows, report) },
	} {
		if got := panicOf(f); got != want {
			t.Errorf("panics with %s", got)
		}
	}
}

// A component's background task is its own, though the component reads that of the enclosing page.
func TestTasksStayInTheirScope(t *testing.T) {
	page := scope.New(owner("page"), nil)
	part := scope.New(owner("part"), page)
	finish(t, page, started(page, func(w *writer) { report.Start(w, gives("of the page", nil)) })[0])
	started(page, func(w *writer) { report.Start(w, gives("of the page", nil)) })
	started(part, func(w *writer) { report.Cancel(w) })
	expect(t, "read through", now(part, report), answer{Loading: true, Ready: true, Value: "of the page"})
	started(part, func(w *writer) { report.Start(w, gives("own", nil)) })
	expect(t, "of the part", now(part, report), answer{Loading: true})
	expect(t, "of the page", now(page, report), answer{Loading: true, Ready: true, Value: "of the page"})
}

// A piece that shows the value is not rendered again as a newer one progresses.
func TestWhatProgressMakesDirty(t *testing.T) {
	s := scope.New(owner("page"), nil)
	finish(t, s, started(s, func(w *writer) { rows.Start(w, gives([]int{1}, nil)) })[0])
	all := reading(s, func(ctx context.Context) { rows.Get(ctx) })
	value := reading(s, func(ctx context.Context) {
		if v, ready := rows.Value(ctx); !ready || len(v) != 1 || rows.Err(ctx) != nil {
			t.Errorf("value %v, %v", v, ready)
		}
	})
	loading := reading(s, func(ctx context.Context) { rows.Loading(ctx) })
	check := func(when string, wantAll, wantValue, wantLoading bool) {
		t.Helper()
		if dirty(all) != wantAll || dirty(value) != wantValue || dirty(loading) != wantLoading {
			t.Errorf("%s: all %v, value %v, loading %v", when, dirty(all), dirty(value), dirty(loading))
		}
		s.Rendered()
		reading(s, func(ctx context.Context) { rows.Loading(ctx) })
	}
	s.Rendered()
	jobs := started(s, func(w *writer) { rows.Start(w, gives([]int{2}, nil)) })
	check("started", true, false, true)
	update(s, func(w *writer) { jobs[0].Progress(w, jobs[0].Keys, 0.5) })
	check("on its way", true, false, false)
	finish(t, s, jobs[0])
	check("done", true, true, true)
}

// Errors of a type that is not comparable always count as different.
func TestResultsAreCompared(t *testing.T) {
	s := scope.New(owner("page"), nil)
	fail := func(err error) {
		finish(t, s, started(s, func(w *writer) { report.Start(w, gives("", err)) })[0])
	}
	reads := reading(s, func(ctx context.Context) { _ = report.Err(ctx) })
	for _, test := range []struct {
		err  error
		want bool
	}{{context.Canceled, true}, {context.Canceled, false}, {listed{"a"}, true}, {listed{"a"}, true}, {nil, true}, {nil, false}} {
		if fail(test.err); dirty(reads) != test.want {
			t.Errorf("after %v: dirty %v", test.err, !test.want)
		}
		s.Rendered()
	}
}

type listed []string

func (listed) Error() string { return "listed" }
