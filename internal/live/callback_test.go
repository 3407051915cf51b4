package live_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/shop"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

func TestFailedCallbacksLeaveNoTrace(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	in.Page()
	boom := errors.New("boom")
	for name, fail := range map[string]func() error{
		"error": func() error { return boom },
		"panic": func() error { panic(boom) },
	} {
		err := in.Run(t.Context(), viewtest.Callback(name, func(s *views.Socket) error {
			shop.Note.Set(s, "lost")
			s.SetTitle("lost")
			if err := shop.Tell(s, "lost"); err != nil {
				return err
			}
			return fail()
		}))
		if !errors.Is(err, boom) {
			t.Errorf("%s: %v", name, err)
		}
		if _, ok, _ := in.Inbox(); ok || in.Tree.Root().Scope().Dirty() || in.Tree.Title() != "Shop" {
			t.Errorf("%s left a trace", name)
		}
	}
}

func TestASocketIsGoodForOneCallback(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	var kept *views.Socket
	in.Set(func(s *views.Socket) { kept = s })
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, "s.Ref()") {
			t.Errorf("panic %q does not say how to fix it", r)
		}
	}()
	shop.Note.Set(kept, "late")
}

func TestAbandonedCallbacksAreVoid(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	inside, goOn := make(chan bool), make(chan bool)
	result := make(chan error)
	go func() {
		result <- in.Run(t.Context(), viewtest.Callback("slow", func(s *views.Socket) error {
			shop.Note.Set(s, "early")
			inside <- true
			<-goOn
			defer func() { _ = recover() }()
			shop.Note.Set(s, "late")
			return nil
		}))
	}()
	<-inside
	if _, ok := in.Abandon(context.Background()); ok {
		t.Fatal("another callback was abandoned")
	}
	ended, ok := in.Abandon(t.Context())
	if !ok {
		t.Fatal("there was nothing to abandon")
	}
	ended()
	in.Set(func(s *views.Socket) { shop.Unit.Set(s, "lb") })
	close(goOn)
	if err := <-result; !errors.Is(err, views.ErrDeadline) {
		t.Error(err)
	}
	in.Set(func(s *views.Socket) {
		if shop.Note.Get(s) != "" || shop.Unit.Get(s) != "lb" {
			t.Errorf("note %q, unit %q", shop.Note.Get(s), shop.Unit.Get(s))
		}
	})
}

func TestKeysOfAView(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	in.Set(func(s *views.Socket) {
		if d := state.Dump(s); !strings.Contains(d, `unit: "kg"`) {
			t.Error(d)
		}
	})
}

// A panic in what OnCommit, OnEnd and OnConnection call is reported and ends nothing.
func TestPanicsInOnCommitAndOnEndAreReported(t *testing.T) {
	in, _ := viewtest.NewReporting(t, viewtest.Define(showing{templ.NopComponent}))
	in.Page()
	try := func(what string, f func()) {
		defer func() {
			if r := recover(); r != nil {
				t.Errorf("%s: the panic reaches whoever runs the view: %v", what, r)
			}
		}()
		f()
	}
	try("OnCommit", func() {
		_ = in.Run(t.Context(), viewtest.Callback("test", func(s *views.Socket) error { s.OnCommit(func() { panic("commit") }); return nil }))
	})
	try("OnEnd of a failed callback", func() {
		_ = in.Run(t.Context(), viewtest.Callback("test", func(s *views.Socket) error {
			s.OnEnd(func() { panic("end") })
			return errors.New("failed")
		}))
	})
	try("OnEnd", func() {
		_ = in.Run(t.Context(), viewtest.Callback("test", func(s *views.Socket) error { s.OnEnd(func() { panic("end") }); return nil }))
		in.Close()
	})
}
