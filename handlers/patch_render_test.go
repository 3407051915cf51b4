package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

type stairsQuery struct {
	Step int `query:"step"`
}

var (
	stairsKey = state.NewKey[int]("step")
	whereKey  = state.NewKey[string]("where")
)

// stairs is a page that goes on from step 10 to step 11, where it can't be rendered.
type stairs struct{}

func (stairs) Mount(s *views.Socket, _ stairsQuery) error {
	whereKey.Set(s, "")
	return nil
}

func (stairs) HandleParams(s *views.Socket, q stairsQuery) error {
	stairsKey.Set(s, q.Step)
	if q.Step == 10 {
		return s.Patch("?step=11")
	}
	return nil
}

func (stairs) Go(s *views.Socket, address string) error { return s.Patch(address) }

func (stairs) Where(s *views.Socket, _ views.NoParams) error {
	whereKey.Set(s, s.Address())
	return nil
}

func (stairs) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		step := stairsKey.Get(ctx)
		if step == 11 {
			return errors.New("there is no such step")
		}
		_, err := fmt.Fprintf(w, `<h1 id="step">Step %d at %s</h1>`, step, whereKey.Get(ctx))
		return err
	})
}

// Case 249. Two changes of the address in one turn are rolled back to where the page was before both.
func TestAFailedRenderingLeavesThePageWhereItWas(t *testing.T) {
	s := newSite(t, handlers.Config{Logger: quietLogger}, func(k *handlers.Kit, r chi.Router) {
		r.Handle("/stairs", handlers.View(k, stairs{}))
	})
	p := s.browser(t).open("/stairs?step=3").connect("0")
	p.post("event=Go&value="+url.QueryEscape("?step=10"), url.Values{}).is(t, "a rendering that fails", 500, "HX-Push-Url", "")
	p.post("event=Where", url.Values{})
	p.await("Step 3 at /stairs?step=3")
	p.post("event=Go&value="+url.QueryEscape("?step=4"), url.Values{})
	p.post("event=Where", url.Values{})
	p.await("Step 4 at /stairs?step=4")
}

// Case 251. The browser's history gets no second entry for the address where the page is.
func TestAPatchToWhereThePageIsSaysNothing(t *testing.T) {
	s := newSite(t, handlers.Config{Logger: quietLogger}, func(k *handlers.Kit, r chi.Router) {
		r.Handle("/stairs", handlers.View(k, stairs{}))
	})
	p := s.browser(t).open("/stairs?step=3").connect("0")
	for _, c := range []struct{ to, says string }{
		{"?step=3", ""}, {"/stairs?step=3", ""}, {"?step=3#top", "/stairs?step=3#top"}, {"?step=4", "/stairs?step=4"}, {"?step=4", ""},
	} {
		a := p.post("event=Go&value="+url.QueryEscape(c.to), url.Values{})
		if got := a.header.Get("HX-Push-Url"); got != c.says {
			t.Errorf("%s: the answer says %q, want %q", c.to, got, c.says)
		}
	}
}
