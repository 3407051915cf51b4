package live_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/views"
)

// A task that any goroutine starts for a view ends with it, counts as its others do, and may panic.
func TestTasksThatBelongToNoComponent(t *testing.T) {
	v, reports := viewtest.NewReporting(t, viewtest.Define(trip{func(context.Context, string) (string, error) { return "fine", nil }}))
	work(v)
	ref := v.Ref()
	var ctx context.Context
	if err := ref.Go("look", func(c context.Context) { ctx = c }); err != nil {
		t.Fatal(err)
	}
	work(v)
	if ctx == nil || ctx.Err() != nil {
		t.Fatalf("the context is %v", ctx)
	}
	if err := ref.Go("explode", func(context.Context) { panic("boom") }); err != nil {
		t.Fatal(err)
	}
	work(v)
	if len(*reports) != 1 || !strings.Contains((*reports)[0], "explode: ") || !strings.Contains((*reports)[0], "boom") {
		t.Errorf("reported %q", *reports)
	}
	for range 32 {
		if err := ref.Go("wait", func(context.Context) {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := ref.Go("one more", func(context.Context) {}); !errors.Is(err, views.ErrFull) {
		t.Error(err)
	}
	work(v)
	v.End(nil)
	if ctx.Err() == nil {
		t.Error("the context goes on")
	}
	if err := ref.Go("late", func(context.Context) {}); !errors.Is(err, views.ErrGone) {
		t.Error(err)
	}
	if err := (views.Ref{}).Go("nobody", func(context.Context) {}); !errors.Is(err, views.ErrGone) {
		t.Error(err)
	}
}

// Views of one kit know each other, and no others.
func TestKitsAreToldApart(t *testing.T) {
	a, b := openTrip(t, nil), openTrip(t, nil) // each has a host of its own
	if a.Ref().Kit() == nil || a.Ref().Kit() != a.Ref().At("x").Kit() || a.Ref().Kit() == b.Ref().Kit() || (views.Ref{}).Kit() != nil {
		t.Error(a.Ref().Kit(), b.Ref().Kit())
	}
}
