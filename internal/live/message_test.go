package live_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/fault"
	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/views"
)

// Case 15, among others.
func TestMessagesFindTheirComponents(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(parts.Page{Show: func() templ.Component {
		return parts.Two(parts.NewCounter("A", 1, nil), parts.NewCounter("B", 1, nil))
	}}))
	in.Page()
	in.Set(func(s *views.Socket) {
		if err := parts.SetFrom(s.At("a"), 3); err != nil {
			t.Error(err)
		}
		if err := parts.SetFrom(s.At("c"), 3); !errors.Is(err, views.ErrGone) {
			t.Error(err)
		}
	})
	in.Settle()
	if err := in.Post("Tell", "parts.Counter.b", "hello"); err != nil {
		t.Fatal(err)
	}
	if got := viewtest.Text(in.Patch()); got != "hello A: 3 of T + rename" && got != "hello A: 3 of T" {
		t.Error(got)
	}
	if err := parts.SetFrom(in.Ref(), 1); err == nil || !strings.Contains(err.Error(), "no enclosing component takes messages of parts.Counter") {
		t.Error(err)
	}
	for _, to := range []string{"parts.Counter.zzz", "parts.Item.a", "..", strings.Repeat("x", 5000)} {
		if err := in.Post("Inc", to, ""); !errors.Is(err, fault.ErrNoComponent) {
			t.Errorf("%.20s: %v", to, err)
		}
	}
	for _, event := range []string{"set", "Mount", "Update", "Close", "Render", "Equal", "Rename"} {
		if err := in.Post(event, "parts.Counter.a", ""); !errors.Is(err, fault.ErrNoEvent) {
			t.Errorf("%s: %v", event, err)
		}
	}
}

// What is sent later looks for its component then.
func TestMessagesThatAreSentLater(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(parts.Page{Show: func() templ.Component {
		return parts.Two(parts.NewCounter("A", 1, nil), parts.NewCounter("B", 1, nil))
	}}))
	in.Set(func(s *views.Socket) {
		for _, id := range []string{"b", "c"} {
			if _, err := parts.SetAfter(s.At(id), 3); err != nil {
				t.Error(err)
			}
		}
	})
	in.Page()
	late := in.Delayed() // in any order
	if len(late) != 2 {
		t.Fatal(late)
	}
	missing := 0
	for _, c := range late {
		if err := in.Run(t.Context(), c); errors.Is(err, fault.ErrNoComponent) {
			missing++
		} else if err != nil {
			t.Error(err)
		}
	}
	if missing != 1 {
		t.Errorf("%d of 2 found no component", missing)
	}
	if got := viewtest.Text(in.Patch()); got != "B: 3 of T" && got != "B: 3 of T + rename" {
		t.Error(got)
	}
}
