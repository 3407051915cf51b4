package snippets

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

type application struct{ sessions *scs.SessionManager }

var app application

func (application) New() application { return application{} }

func (application) NewWith(sessions *scs.SessionManager) application { return application{sessions} }

func (a application) Routes() http.Handler {
	kit := handlers.New(handlers.Config{Sessions: handlers.Sessions{Manager: a.sessions}})
	mux := http.NewServeMux()
	mux.Handle(kit.AssetsPath()+"/", http.StripPrefix(kit.AssetsPath(), kit.Assets()))
	mux.Handle("/counter", handlers.View(kit, Counter{}))
	mux.Handle("/orders", handlers.View(kit, Orders{}))
	mux.Handle("/signup", handlers.View(kit, Signup{}))
	mux.Handle("/profile", handlers.View(kit, Profile{}))
	mux.Handle("/login", handlers.View(kit, views.Static("Log in", login())))
	return kit.Middleware(mux)
}

func (application) RoutesWith(store stash.Store) http.Handler {
	kit := handlers.New(handlers.Config{
		Stash: handlers.Stash{Store: store}, Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte{1}, 32)}},
	})
	mux := http.NewServeMux()
	mux.Handle(kit.AssetsPath()+"/", http.StripPrefix(kit.AssetsPath(), kit.Assets()))
	mux.Handle("/shop", handlers.View(kit, Shop{}))
	return kit.Middleware(mux)
}

var Tea = state.NewKey[int]("tea").Durable()

type Shop struct{}

func (Shop) Mount(s *views.Socket, _ views.NoParams) error {
	Tea.SetDefault(s, func() int { return 0 })
	r, _ := s.Recovered()
	Away.Set(s, r == state.RecoveryFailed)
	return nil
}

func (Shop) Add(s *views.Socket, _ views.NoParams) error { Tea.Set(s, Tea.Get(s)+1); return nil }

var (
	Away   = state.NewKey[bool]("away")
	Count  = state.NewKey[int]("count")
	News   = state.NewKey[string]("news")
	Report = state.NewAsync[int]("report")
)

type Counter struct{}

func (Counter) Mount(s *views.Socket, _ views.NoParams) error { Count.Set(s, 0); return nil }

func (Counter) Add(s *views.Socket, n int) error { Count.Set(s, Count.Get(s)+n); return nil }

type Orders struct{}

func (Orders) Mount(s *views.Socket, _ views.NoParams) error { News.Set(s, ""); return nil }

func (Orders) Remind(s *views.Socket, _ views.NoParams) error {
	_, err := views.SendAfter(s, time.Minute, Orders.remind, views.NoParams{})
	return err
}

func (Orders) remind(s *views.Socket, _ views.NoParams) error { News.Set(s, "It is time."); return nil }

func (Orders) Reload(s *views.Socket, _ views.NoParams) error {
	Report.Start(s, func(context.Context) (int, error) { time.Sleep(50 * time.Millisecond); return 42, nil })
	return nil
}

func (Orders) SignOut(s *views.Socket, _ views.NoParams) error {
	s.Flash(views.FlashSuccess, "You are signed out.")
	return s.Redirect("/login")
}

type Account struct {
	Name      string    `form:"name" validate:"required"`
	Email     string    `form:"email" validate:"required,email"`
	Role      string    `form:"role"`
	Addresses []Address `form:"addresses" validate:"dive"`
}

type Address struct {
	City string `form:"city" validate:"required"`
}

var SignupForm = forms.New[Account]("signup")

type Signup struct{}

func (Signup) Mount(s *views.Socket, _ views.NoParams) error {
	SignupForm.Set(s, Account{Role: "member"})
	return nil
}

func (Signup) Change(s *views.Socket, f *forms.Form[Account]) error { check(f); return nil }

func (Signup) Save(s *views.Socket, f *forms.Submission[Account]) error {
	if check(f.Form); !f.Valid() {
		return nil
	}
	s.Flash(views.FlashSuccess, "Welcome, "+f.Data.Name)
	return s.Redirect("/login")
}

func check(f *forms.Form[Account]) {
	if f.Data.Email == "taken@example.org" {
		f.AddError(&f.Data.Email, "is taken")
	}
}

var Avatar = uploads.New("avatar", uploads.Config{})

type Profile struct{}

func (Profile) Mount(s *views.Socket, _ views.NoParams) error { Avatar.Allow(s); return nil }

func (Profile) SetAvatar(*views.Socket, *uploads.Event) error { return nil }
