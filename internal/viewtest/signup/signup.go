// Package signup is a page with a form, for tests.
package signup

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/views"
)

// Address is a row of the form.
type Address struct {
	ID     int    `form:"-"`
	Street string `form:"street" validate:"required"`
	City   string `form:"city" validate:"required"`
	Main   bool   `form:"main"`
}

// Signup is what the form holds.
type Signup struct {
	ID         int       `form:"-"`
	Name       string    `form:"name" validate:"required,max=50"`
	Email      string    `form:"email" validate:"required,email"`
	Password   string    `form:"password" validate:"required,min=12"`
	Age        int       `form:"age,omitempty" validate:"gte=18,lte=120"`
	Country    string    `form:"country" validate:"required"`
	Region     string    `form:"region"`
	Newsletter bool      `form:"newsletter"`
	Role       string    `form:"role" validate:"oneof=member admin"`
	Topics     []string  `form:"topics" validate:"max=2"`
	Addresses  []Address `form:"addresses" validate:"max=5,dive"`
	IsAdmin    bool      `form:"-"`
}

// Form is the page's form.
var Form = forms.New[Signup]("signup")

// Users are the users there are.
type Users struct {
	mu    sync.Mutex
	saved []Signup
	err   error
}

// Fail has Create return an error.
func (u *Users) Fail(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.err = err
}

// Saved returns what was created.
func (u *Users) Saved() []Signup {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.saved)
}

func (u *Users) taken(_ context.Context, email string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return email == "taken@example.org" || slices.ContainsFunc(u.saved, func(s Signup) bool { return s.Email == email })
}

func (u *Users) create(_ context.Context, s Signup) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil {
		return u.err
	}
	u.saved = append(u.saved, s)
	return nil
}

// ErrLocked is an error of a database.
var ErrLocked = errors.New("signup: the database is locked")

// Page is the page. Users is not nil.
type Page struct{ Users *Users }

// Begin is what the form holds at first.
func Begin() Signup {
	return Signup{ID: 7, Country: "DE", Role: "member", Addresses: []Address{{ID: 1}}}
}

// Mount begins with an empty form.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Sign up")
	Form.Set(s, Begin())
	return nil
}

// Change looks whether the e-mail is taken, and corrects what is odd.
func (p Page) Change(s *views.Socket, f *forms.Form[Signup]) error {
	if f.Changed(&f.Data.Country) {
		f.Data.Region = ""
	}
	f.Data.Age = min(f.Data.Age, 120)
	p.checkEmail(s, f)
	return nil
}

// Save creates a user, and empties the form.
func (p Page) Save(s *views.Socket, f *forms.Submission[Signup]) error {
	p.checkEmail(s, f.Form)
	if !f.Valid() {
		return nil
	}
	if err := p.Users.create(s, f.Data); err != nil {
		return err
	}
	s.Flash(views.FlashInfo, "Welcome, "+f.Data.Name)
	f.Reset(Begin())
	return nil
}

// Patch is an event that has nothing to do with the form.
func (Page) Patch(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Sign up now")
	return nil
}

func (p Page) checkEmail(ctx context.Context, f *forms.Form[Signup]) {
	if p.Users.taken(ctx, f.Data.Email) {
		f.AddError(&f.Data.Email, "is taken")
	}
}

// regions are those of a country.
func regions(country string) []forms.Option {
	switch country {
	case "DE":
		return []forms.Option{{Value: "", Label: "Any"}, {Value: "BE", Label: "Berlin"}, {Value: "HH", Label: "Hamburg"}}
	case "FR":
		return []forms.Option{{Value: "", Label: "Any"}, {Value: "IDF", Label: "Île-de-France"}}
	}
	return nil
}
