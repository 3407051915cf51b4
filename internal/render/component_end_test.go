package render_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/parts"
	"github.com/sideband-go/sideband/views"
)

// Each component that leaves is closed, however many leave at once.
func TestManyComponentsCloseAtOnce(t *testing.T) {
	closed := 0
	rvDefine(t, "leaf", rvDef{
		close: func(rv, *views.Socket) { closed++ },
		render: func(c rv, ctx context.Context, w io.Writer) error {
			return html(`<p id="`+views.ID(ctx)+`"></p>`).Render(ctx, w)
		},
	})
	in := viewtest.New(t, rvPage(func(ctx context.Context, w io.Writer) error {
		if parts.Away.Get(ctx) {
			return nil
		}
		for i := range 1500 {
			if err := placed(t, "leaf", fmt.Sprint("i", i), "").Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	}))
	in.Page()
	in.Set(func(s *views.Socket) { parts.Away.Set(s, true) })
	in.Patch()
	for n := 0; ; n++ {
		m, ok, err := in.Inbox()
		if err != nil {
			t.Error(err)
		}
		if !ok {
			break
		}
		in.Succeed(m)
	}
	if closed != 1500 {
		t.Errorf("%d of 1500 were closed", closed)
	}
}

// A view may end while it is rendered.
func TestTheEndBesideARendering(t *testing.T) {
	rvDefine(t, "leaf", rvDef{render: rvText})
	for range 30 {
		in, _ := viewtest.NewReporting(t, rvPage(func(ctx context.Context, w io.Writer) error {
			for i := range 100 {
				if err := placed(t, "leaf", fmt.Sprint("i", i), parts.Title.Get(ctx)).Render(ctx, w); err != nil {
					return err
				}
			}
			return nil
		}))
		in.Page()
		in.Set(func(s *views.Socket) { parts.Title.Set(s, "U") })
		done := make(chan struct{})
		go func() { in.Close(); close(done) }()
		_, _ = in.Render(nil)
		<-done
	}
}

// What a component sends itself later, or again and again, ends with it.
func TestTimersEndWithTheirComponent(t *testing.T) {
	rvDefine(t, "leaf", rvDef{
		mount: func(c rv, s *views.Socket) error {
			_, err := views.SendEvery(s, time.Second, rv.note, 1)
			return err
		},
		event:  func(c rv, s *views.Socket) error { panic("boom") },
		render: func(c rv, ctx context.Context, w io.Writer) error { return html(`<p id="a"></p>`).Render(ctx, w) },
	})
	in, _ := viewtest.NewReporting(t, rvPage(func(ctx context.Context, w io.Writer) error {
		if parts.Away.Get(ctx) {
			return nil
		}
		return placed(t, "leaf", "a", "").Render(ctx, w)
	}))
	in.Page()
	if n := in.Timers(); n != 1 {
		t.Fatal(n)
	}
	if err := in.Post("Act", "render_test.rv.a", ""); err == nil {
		t.Fatal("no error")
	}
	in.Patch()
	if n := in.Timers(); n != 1 {
		t.Errorf("remounted: %d timers", n)
	}
	in.Set(func(s *views.Socket) { parts.Away.Set(s, true) })
	in.Patch()
	in.Settle()
	if n := in.Timers(); n != 0 {
		t.Errorf("ended: %d timers", n)
	}
}
