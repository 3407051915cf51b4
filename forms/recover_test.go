package forms_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// lasting serves the page at its root, from processes that share secrets, and counts their events.
func lasting(users *signup.Users, events *[]string, hooks ...views.Hook) http.Handler {
	kit := handlers.New(handlers.Config{
		Logger: slog.New(slog.DiscardHandler), Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte("s"), 32)}},
	})
	r := chi.NewRouter()
	r.Use(kit.Middleware, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name := handlers.EventName(r); name != "" {
				*events = append(*events, name)
			}
			next.ServeHTTP(w, r)
		})
	})
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, signup.Page{Users: users}, hooks...))
	return r
}

func TestAFormIsRecoveredAfterARestart(t *testing.T) {
	users, events := &signup.Users{}, []string{}
	page := livetest.Open(t, lasting(users, &events), "/")
	fill(page)
	page.Field("Age").Fill("12x")
	page.Button("Add address").Click()
	page.Find("#signup-addresses-1-street").Fill("Road 2")
	for range 2 {
		events = nil
		page.Site().Restart(lasting(users, &events))
		if len(events) != 1 || events[0] != "Change" {
			t.Errorf("the events: %v", events)
		}
		for id, want := range map[string]string{
			"#signup-name": "Ann", "#signup-age": "12x", "#signup-password": "a long password",
			"#signup-addresses-0-city": "Rome", "#signup-addresses-1-street": "Road 2",
		} {
			if got := page.Find(id).Value(); got != want {
				t.Errorf("%s shows %q, want %q", id, got, want)
			}
		}
		if e := errorsOf(page, "signup-age"); e != "must be a number" {
			t.Errorf("of 12x: %q", e)
		}
		page.ExpectNone("#signup-addresses-2-street")
	}
	page.Field("Age").Fill("30")
	page.Find("#signup-addresses-1-city").Fill("Bonn")
	page.Button("Save").Click()
	page.ExpectFlash(views.FlashInfo, "Welcome, Ann")
	saved := users.Saved()
	if len(saved) != 1 {
		t.Fatalf("%d users were created:\n%s", len(saved), page.Text())
	}
	if s := saved[0]; s.ID != 7 || s.Age != 30 || s.Password != "a long password" || !s.Newsletter || len(s.Addresses) != 2 || s.Addresses[1].City != "Bonn" {
		t.Errorf("created: %+v", s)
	}
}

// The page sends typing before it is asked.
func TestAFormThatAnEventBringsAfterARestartIsWholeToo(t *testing.T) {
	users, events := &signup.Users{}, []string{}
	page := livetest.Open(t, lasting(users, &events), "/")
	fill(page)
	page.Field("Age").Fill("12x")
	page.Hide()
	page.Site().Restart(lasting(users, &events))
	events = nil
	page.Field("Name").Fill("Bob")
	page.Show()
	if len(events) == 0 || events[0] != "Change" {
		t.Fatalf("the events: %v", events)
	}
	if e := errorsOf(page, "signup-age"); e != "must be a number" {
		t.Errorf("of 12x, beside a name: %q", e)
	}
	if got := page.Find("#signup-addresses-0-city").Value(); got != "Rome" {
		t.Errorf("the city is %q", got)
	}
}

// A page in which nobody has typed says nothing new after a restart: its form shows what the new process gives it, such as
// a draft that was typed in another tab.
func TestAFormThatNobodyHasTouchedIsNotRecovered(t *testing.T) {
	users, events := &signup.Users{}, []string{}
	page := livetest.Open(t, lasting(users, &events), "/")
	ran := 0
	count := views.Hook{Wrap: func(_ *views.Socket, c views.Callback, next func() error) error {
		if c.Kind == views.KindEvent && c.Name == "Change" {
			ran++
		}
		return next()
	}}
	for _, touched := range []bool{false, true} {
		if touched {
			page.Field("Name").Fill("Ann")
			page.Button("Add address").Click()
		}
		ran = 0
		page.Site().Restart(lasting(users, &events, count))
		if (ran > 0) != touched {
			t.Errorf("touched: %t; Change has run %d times", touched, ran)
		}
		page.Settle()
	}
	if got := page.Find("#signup-name").Value(); got != "Ann" {
		t.Errorf("the name is %q", got)
	}
	page.Field("Name").Fill("Bob") // with the number that it has now
	page.Find("#signup-addresses-1-street").Fill("Road 2")
	if got := page.Find("#signup-name").Value(); got != "Bob" || page.Notice() != "" {
		t.Errorf("the name is %q, the notice %q", got, page.Notice())
	}
}
