package livetest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	keys "github.com/sideband-go/sideband/state" // a test beside this one has a type of that name
	"github.com/sideband-go/sideband/views"
)

// member is who uses the desks of a hall.
type member struct {
	Name  string
	Admin bool
}

type memberKey struct{}

var (
	current = keys.NewKey[member]("member")
	deeds   = keys.NewKey[int]("deeds")
)

// members are those who may come in.
type members struct {
	mu  sync.Mutex
	all map[string]member
}

func (m *members) set(name string, to *member) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if delete(m.all, name); to != nil {
		m.all[name] = *to
	}
}

// load is plain middleware that finds who sends a request.
func (m *members) load(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		u, ok := m.all[r.Header.Get("Member")]
		m.mu.Unlock()
		if ok {
			r = r.WithContext(context.WithValue(r.Context(), memberKey{}, u))
		}
		next.ServeHTTP(w, r)
	})
}

var require = views.FromContext(memberKey{}, current, func(s *views.Socket) error {
	s.Flash(views.FlashError, "Please log in")
	return s.Redirect("/login")
})

// adminsOnly refuses events of others.
var adminsOnly = views.Hook{Event: func(s *views.Socket, _ views.Callback) error {
	if !current.Get(s).Admin {
		return views.ErrForbidden
	}
	return nil
}}

// hall is a page below both.
type hall struct{}

func (hall) Mount(s *views.Socket, _ views.NoParams) error { s.SetTitle("Hall"); return nil }

func (hall) Render() templ.Component {
	return templ.Join(templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<h1 id="who">Hello, %s</h1>`, templ.EscapeString(current.Get(ctx).Name))
		return err
	}), views.Component("door", door{}))
}

// door is a component, whose events pass the hooks of the page.
type door struct{}

func (door) Mount(s *views.Socket) error { deeds.Set(s, 0); return nil }

func (door) Open(s *views.Socket, _ views.NoParams) error {
	deeds.Update(s, func(n int) int { return n + 1 })
	return nil
}

func (door) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := fmt.Fprintf(w, `<div id="door"><p id="deeds">%d</p><button id="open"`, deeds.Get(ctx)); err != nil {
			return err
		}
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, door.Open)); err != nil {
			return err
		}
		_, err := io.WriteString(w, `>Open</button></div>`)
		return err
	})
}

func hallSite(t *testing.T, m *members, secret []byte) http.Handler {
	kit := handlers.New(handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}})
	t.Cleanup(func() {
		if err := kit.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	r := chi.NewRouter()
	r.Use(kit.Middleware, m.load)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/login", handlers.View(kit, views.Static("Log in", templ.Join(views.Flash(), templ.Raw("<h1>Log in</h1>")))))
	r.Group(func(r chi.Router) {
		r.Use(kit.Hooks(require, adminsOnly))
		r.Handle("/hall", handlers.View(kit, hall{}))
	})
	return r
}

func TestAGuardOfHooks(t *testing.T) {
	t.Parallel()
	m := &members{all: map[string]member{"ann": {"Ann", true}}}
	secret := make([]byte, 32)
	s := livetest.Serve(t, hallSite(t, m, secret))

	stranger := s.Open("/hall")
	expect(t, "where strangers are", stranger.Path(), "/login")
	stranger.ExpectFlash(views.FlashError, "Please log in")

	ann := s.Person()
	ann.SetHeader("Member", "ann")
	page := ann.Open("/hall")
	page.Expect("#who", "Hello, Ann")
	page.Button("Open").Click()
	page.Expect("#deeds", "1")

	m.set("ann", &member{"Annie", false}) // what middleware finds is news for the page's next event
	page.Button("Open").Click()
	expect(t, "the notice", page.Notice(), "Not allowed")
	page.Expect("#deeds", "1")
	m.set("ann", &member{"Annie", true})
	page.Button("Open").Click()
	page.Expect("#who", "Hello, Annie")
	page.Expect("#deeds", "2")

	s.Restart(hallSite(t, m, secret)) // the hook has set the key when the page is mounted again
	page.Expect("#who", "Hello, Annie")
	page.Button("Open").Click()
	page.Expect("#deeds", "1")

	m.set("ann", nil)
	page.Button("Open").Click()
	expect(t, "where the page is", page.Path(), "/login")
	page.ExpectFlash(views.FlashError, "Please log in")
}
