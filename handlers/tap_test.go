package handlers_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// lodge is a page with a component for each guest, whose id says who it is.
type lodge struct{ held chan struct{} }

func (lodge) Mount(*views.Socket, views.NoParams) error { return nil }

// Count takes a number.
func (lodge) Count(*views.Socket, int) error { return nil }

// Away redirects to where it may not.
func (lodge) Away(s *views.Socket, to string) error { return s.Redirect(to) }

func (l lodge) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return views.Component("ann@example.org", guest(l)).Render(ctx, w)
	})
}

type guest struct{ held chan struct{} }

func (guest) Mount(*views.Socket) error { return nil }

func (g guest) Hold(*views.Socket, views.NoParams) error { <-g.held; return nil }

func (guest) Fail(*views.Socket, views.NoParams) error { return io.ErrUnexpectedEOF }

func (g guest) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for name, on := range map[string]templ.OrderedAttributes{"Hold": views.OnClick(ctx, guest.Hold), "Fail": views.OnClick(ctx, guest.Fail)} {
			_, _ = fmt.Fprintf(w, `<button id="%s"`, name)
			if err := templruntime.RenderAttributes(ctx, w, w, "button", on); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(w, `>%s</button>`, name)
		}
		return nil
	})
}

// openLodge opens the page with the guest ann@example.org in the house hunter2.
func openLodge(t *testing.T, c handlers.Config, held chan struct{}) (site *livetest.Site, page *livetest.Page, log *record) {
	t.Helper()
	log = &record{}
	c.Logger = slog.New(slog.NewTextHandler(log, nil))
	c.Timeouts.Event = time.Second
	kit := handlers.New(c)
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/lodge/{house}", handlers.View(kit, lodge{held}))
	r.Handle("/debug/sideband", kit.Debug())
	site = livetest.Serve(t, r)
	site.Skip(livetest.Failures, livetest.NoNames)
	return site, site.Open("/lodge/hunter2"), log
}

// What a user has sent, paths and ids are in the log with Config.Development alone; without, it names routes and types.
func TestTheLogHasNoValues(t *testing.T) {
	for _, development := range []bool{false, true} {
		t.Run(fmt.Sprint("development ", development), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				held := make(chan struct{})
				defer close(held)
				_, page, log := openLodge(t, handlers.Config{Development: development}, held)
				page.Forge("?event=Count&value=secret-number", nil)
				page.Forge("?event=secret-event", nil)
				page.Forge("?event=Away&value=secret:address", nil)
				page.Button("Fail").Click()
				page.Button("Hold").Click()
				synctest.Wait()
				text := log.String()
				for _, value := range []string{"hunter2", "secret-number", "secret-event", "secret:address", "ann@example.org"} {
					if strings.Contains(text, value) != development {
						t.Errorf("with development %v, whether %s is in the log: %v", development, value, !development)
					}
				}
				for _, name := range []string{"handlers_test.guest.Fail", "callback=handlers_test.guest.Hold", "it is no int"} {
					if !strings.Contains(text, name) {
						t.Errorf("the log does not name %s", name)
					}
				}
				if !development && (!strings.Contains(text, "route=/lodge/{house}") || strings.Contains(text, "secret")) {
					t.Error("the log has no route, or a value")
				}
				if t.Failed() {
					t.Log(text)
				}
			})
		})
	}
}

// Without Config.Development the debug page has no ids of components: neither of a view that it looks into, nor in warnings.
func TestTheDebugPageHasNoIDs(t *testing.T) {
	for _, development := range []bool{false, true} {
		t.Run(fmt.Sprint("development ", development), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				held := make(chan struct{})
				defer close(held)
				site, page, _ := openLodge(t, handlers.Config{Development: development}, held)
				page.Button("Hold").Click()
				page.Button("Fail").Click()
				synctest.Wait()
				debug := site.Open("/debug/sideband")
				warnings := debug.Find("#debug-warning-list").Text()
				if !strings.Contains(warnings, "callback=handlers_test.guest.Hold") || strings.Contains(warnings, "ann@example.org") != development {
					t.Errorf("the warnings: %s", warnings)
				}
				debug.Find("#debug-list").Row("/lodge/{house}").Find("button", "Inspect").Click()
				if text := debug.Find("#debug-keys").Text(); !strings.Contains(text, "handlers_test.guest") || strings.Contains(text, "ann@example.org") != development {
					t.Errorf("the components: %s", text)
				}
			})
		})
	}
}
