package handlers_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// heavy is a page of rows, of parts, or of regions; what its keys hold is shared by all.
type heavy struct{ rows, parts, regions int }

var (
	heavyRows = func() (all []int) {
		for i := range 10_000 {
			all = append(all, i)
		}
		return all
	}()
	heavyTaps = state.NewKey[int]("taps")
)

func (heavy) Mount(s *views.Socket, _ views.NoParams) error {
	heavyTaps.Set(s, 0)
	return nil
}

func (h heavy) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, `<ul id="list">`)
		if err := views.Each(heavyRows[:h.rows], func(i int) int { return i }, heavyRow).Render(ctx, w); err != nil {
			return err
		}
		_, _ = io.WriteString(w, `</ul><div id="parts">`)
		for i := range h.parts {
			if err := views.Component(fmt.Sprint("part-", i), heavyPart{i}).Render(ctx, w); err != nil {
				return err
			}
		}
		for i := range h.regions {
			content := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
				_, err := fmt.Fprintf(w, `<p id="region-%d">%d: %d</p>`, i, i, heavyTaps.Get(ctx))
				return err
			})
			if err := views.Region(fmt.Sprint("region-", i)).Render(templ.WithChildren(ctx, content), w); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, `</div>`)
		return err
	})
}

// heavyRow has five elements with ids, as the rows of a table have.
func heavyRow(i int) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<li id="row-%d"><b>%d</b> <span id="label-%d">A label of some length</span> <a href="#">Remove</a></li>`, i, i, i)
		return err
	})
}

type heavyPart struct{ N int }

func (heavyPart) Mount(s *views.Socket) error { heavyTaps.Set(s, 0); return nil }

func (p heavyPart) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<p id="%s">%d: %d</p>`, views.ID(ctx), p.N, heavyTaps.Get(ctx))
		return err
	})
}

func heavySite(t *testing.T, c handlers.Config, h heavy) *site {
	return newSite(t, c, func(kit *handlers.Kit, r chi.Router) {
		r.Handle("/heavy", handlers.View(kit, h))
		r.Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
	})
}

// Case 73: strangers who open large pages and leave hold no more than their share of the
// memory; others keep their views, and a page whose view had to go is live all the same.
func TestPagesThatHoldTooMuchAreLetGo(t *testing.T) {
	const most = 4 << 20
	s := heavySite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{Bytes: most}}}, heavy{rows: 3000})
	mine := s.browser(t).open("/rooms/a").connect("")
	mine.post("event=Add&value=1", nil)
	mine.await(">1<")
	mine.cut(nil)
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	first := s.browser(t).open("/heavy")
	for range 20 {
		s.browser(t).open("/heavy")
		p := s.browser(t).open("/heavy").connect("")
		waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 1 })
		p.cut(nil)
		waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 0 })
	}
	waitFor(t, func() bool { return s.kit.Stats().Views.Connected == 0 })
	st := s.kit.Stats()
	if v := st.Views; v.Bytes > most || v.Bytes < most/4 || v.EvictedForBytes < 20 || v.Sessions > 41 {
		t.Errorf("%+v", v)
	}
	if st.Remounts > 0 {
		t.Errorf("%+v", st)
	}
	mine.connect("1") // goes on where it was
	mine.post("event=Add&value=1", nil)
	mine.await(">2<")
	if n := s.kit.Stats().Remounts; n != 0 {
		t.Errorf("%d views were remounted", n)
	}
	first.connect("").await(`id="row-2999"`)
	if n := s.kit.Stats().Remounts; n != 1 {
		t.Errorf("%d views were remounted", n)
	}
}

// quietHeap is the heap once nothing of earlier tests is freed any more.
func quietHeap() int64 {
	last := heap()
	for range 40 {
		time.Sleep(50 * time.Millisecond)
		now := heap()
		if last-now < 16<<10 {
			return now
		}
		last = now
	}
	return last
}

// Case 73: what the kit thinks that a view holds is about what it does hold.
func TestTheEstimateOfAViewIsHonest(t *testing.T) {
	for name, h := range map[string]heavy{"an empty page": {}, "rows": {rows: 2000}, "parts": {parts: 300}, "regions": {regions: 300}} {
		t.Run(name, func(t *testing.T) {
			n := 30
			if h == (heavy{}) {
				n = 500
			}
			s := heavySite(t, handlers.Config{Limits: handlers.Limits{Views: state.Limits{PerSession: 1000}, SessionMounts: 2000}}, h)
			b := s.browser(t)
			open := func(n int) {
				for range n {
					if a := b.do("GET", "/heavy", nil); !strings.Contains(a.body, "Sideband-Ticket") {
						t.Fatal(a)
					}
				}
			}
			open(10)
			before, thought := quietHeap(), s.kit.Stats().Views.Bytes
			open(n)
			held, thinks := heap()-before, s.kit.Stats().Views.Bytes-thought
			t.Logf("%d KiB a view, %d KiB as estimated", held/int64(n)>>10, thinks/int64(n)>>10)
			if ratio := float64(thinks) / float64(held); ratio < 0.6 || ratio > 1.6 {
				t.Errorf("%d views hold %d bytes; the estimate is %d, %.2f of it", n, held, thinks, ratio)
			}
		})
	}
}

// What is typed into a page that is watched is not kept beside what the application keeps of it.
func TestAViewForgetsWhatWasTyped(t *testing.T) {
	s := heavySite(t, handlers.Config{}, heavy{})
	text := url.Values{"text": {strings.Repeat("x", 900<<10)}}
	var pages []any
	before := int64(0)
	for i := range 11 {
		p := s.browser(t).open("/rooms/a").connect("")
		p.post("event=Add&value=1&typing", text, "HX-Source", "input#none")
		if pages = append(pages, p); i == 0 {
			before = heap()
		}
	}
	if held := (heap() - before) / 10; held > 400<<10 {
		t.Errorf("each view holds %d KiB", held>>10)
	}
	runtime.KeepAlive(pages)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what pools keep goes with the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
