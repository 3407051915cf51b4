package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/fault"
)

func TestStatuses(t *testing.T) {
	code, text := fault.StatusOf(fmt.Errorf("load: %w", &fault.Status{Code: 418, Text: "A teapot"}))
	if code != 418 || text != "A teapot" {
		t.Error(code, text)
	}
	if code, text = fault.StatusOf(errors.New("secret")); code != 500 || text != "" {
		t.Error(code, text)
	}
}

func TestWhatAGuardedCallReturns(t *testing.T) {
	boom := errors.New("boom")
	g := &fault.Guard{Report: func(err error) { t.Error(err) }}
	for name, c := range map[string]struct {
		f    func() error
		want error
		text string
	}{
		"nothing":             {func() error { return nil }, nil, ""},
		"an error":            {func() error { return fmt.Errorf("outer: %w", boom) }, boom, "outer: boom"},
		"a panic":             {func() error { panic("no") }, nil, "panic: no"},
		"a panic of an error": {func() error { panic(boom) }, boom, "panic: boom"},
		"the end of a view":   {func() error { panic(fault.Unwind{}) }, fault.ErrAbandoned, ""},
		"a status":            {func() error { return &fault.Status{Code: 404, Text: "Not found"} }, nil, "Not found"},
	} {
		err := g.Call(c.f)
		if c.want != nil && !errors.Is(err, c.want) || c.text != "" && err.Error() != c.text || c.want == nil && c.text == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A panic has the stack of where it was, for the log.
func TestPanicsHaveTheirStack(t *testing.T) {
	g := &fault.Guard{}
	err := g.Call(explodes)
	args := fault.WithStack([]any{"err", err}, err)
	if len(args) != 4 || args[2] != "stack" || !strings.Contains(args[3].(string), "fault_test.explodes") {
		t.Error(args...)
	}
	if args := fault.WithStack(nil, errors.New("no panic")); args != nil {
		t.Error(args...)
	}
}

func explodes() error { panic("boom") }

// A function that ends its goroutine ends that of its caller, where nothing runs any more.
func TestAGuardedCallThatEndsItsGoroutine(t *testing.T) {
	var reported error
	g := &fault.Guard{Report: func(err error) { reported = err }}
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.Run("f", runtime.Goexit)
	}()
	<-done
	if reported != nil {
		t.Error(reported)
	}
}

func TestPanicsThatNobodyWaitsForAreReported(t *testing.T) {
	var reported []string
	g := &fault.Guard{Report: func(err error) { reported = append(reported, err.Error()) }}
	g.Run("page", func() {})
	g.Run("page", func() { panic("boom") })
	if len(reported) != 1 || reported[0] != "page: panic: boom" {
		t.Error(reported)
	}
}

func TestPanicsWhoseCauseIsKnown(t *testing.T) {
	known := errors.New("known")
	g := &fault.Guard{Explain: func(p any) error {
		if p == "known" {
			return known
		}
		return nil
	}}
	if err := g.Call(func() error { panic("known") }); !errors.Is(err, known) {
		t.Error(err)
	}
	if err := g.Call(func() error { panic("other") }); err.Error() != "panic: other" {
		t.Error(err)
	}
}

// hostile is an error whose methods are what a test says.
type hostile struct {
	text   func() string
	unwrap func() error
	is     func(error) bool
}

func (e hostile) Error() string { return e.text() }

func (e hostile) Unwrap() error {
	if e.unwrap == nil {
		return nil
	}
	return e.unwrap()
}

func (e hostile) Is(target error) bool { return e.is != nil && e.is(target) }

func (hostile) As(any) bool { panic("As") }

// What a guarded call returns may be asked anything.
func TestErrorsWhoseMethodsPanic(t *testing.T) {
	g := &fault.Guard{}
	fine := func() string { return "text" }
	for name, c := range map[string]struct {
		err  error
		text string
	}{
		"Error":          {hostile{text: func() string { panic("no text") }}, "whose Error panicked: no text"},
		"Unwrap":         {hostile{text: fine, unwrap: func() error { panic("no") }}, "text"},
		"Is":             {hostile{text: fine, is: func(error) bool { panic("no") }}, "text"},
		"of one inside":  {fmt.Errorf("outer: %w", hostile{text: fine, unwrap: func() error { panic("no") }}), "outer: text"},
		"of one of many": {errors.Join(errors.New("a"), hostile{text: fine, unwrap: func() error { panic("no") }}), "a\ntext"},
	} {
		err := g.Call(func() error { return c.err })
		if !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
		if errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: is another error", name)
		}
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			t.Errorf("%s: is of another type", name)
		}
	}
}

// An Unwrap that never ends is not followed.
func TestErrorsThatWrapWithoutEnd(t *testing.T) {
	var endless hostile
	endless = hostile{text: func() string { return "endless" }, unwrap: func() error { return endless }}
	err := (&fault.Guard{}).Call(func() error { return endless })
	if errors.Is(err, fs.ErrNotExist) || err.Error() != "endless" {
		t.Error(err)
	}
}

// The text of an error is that which it had when it was returned.
func TestErrorsAreReadOnce(t *testing.T) {
	n := 0
	err := (&fault.Guard{}).Call(func() error {
		return hostile{text: func() string { n++; return fmt.Sprint(n) }}
	})
	if a, b := err.Error(), err.Error(); a != "1" || b != "1" {
		t.Error(a, b)
	}
}
