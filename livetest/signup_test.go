package livetest_test

import (
	"fmt"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// signupSite is a page with a form of package forms.
func signupSite(users *signup.Users) *chi.Mux {
	kit := kit()
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, signup.Page{Users: users}))
	return r
}

// TestASignUpForm fills in a form that the server validates while it is.
func TestASignUpForm(t *testing.T) {
	t.Parallel()
	users := &signup.Users{}
	page := livetest.Open(t, signupSite(users), "/")
	form := page.Form("Sign up")
	form.ExpectErrors()
	form.Fill("Email", "taken@example.org")
	form.ExpectErrors("Email: is taken")
	form.Submit("Save")
	form.ExpectErrors(
		"Name: can't be blank", "Email: is taken", "Password: can't be blank", "Age: must be 18 or more", "Street: can't be blank", "City: can't be blank",
	)
	form.Fill("Name", "Ann")
	form.Fill("Email", "ann@example.org")
	form.Fill("Password", "a long password")
	form.Fill("Age", "30")
	form.Choose("Country", "France")
	form.Choose("Role", "Administrator")
	form.Check("Newsletter")
	form.Button("Add address").Click()
	for i, city := range []string{"Rome", "Oslo"} {
		form.Field("Street").Nth(i).Fill("Road 1")
		form.Field("City").Nth(i).Fill(city)
	}
	form.ExpectErrors()
	form.Submit()
	page.ExpectFlash(views.FlashInfo, "Welcome, Ann")
	form.Field("Name").ExpectValue("")
	for _, s := range users.Saved() {
		if s.Country != "FR" || s.Role != "admin" || !s.Newsletter || len(s.Addresses) != 2 || s.Addresses[1].City != "Oslo" {
			t.Errorf("saved: %+v", s)
		}
	}
}

// TestASignUpFormWithoutScripts is the same where no JavaScript runs.
func TestASignUpFormWithoutScripts(t *testing.T) {
	t.Parallel()
	users := &signup.Users{}
	page := livetest.Serve(t, signupSite(users)).Person().WithoutScripts().Open("/")
	form := page.Form("Sign up")
	form.Fill("Age", "12x")
	form.Submit("Save")
	form.ExpectError("Age", "must be a number")
	form.ExpectError("Name", "can't be blank")
	form.Field("Age").ExpectValue("12x")
	form.Fill("Name", "Ann")
	form.Fill("Email", "ann@example.org")
	form.Fill("Password", "a long password")
	form.Fill("Age", "30")
	form.Field("Street").Fill("Road 1")
	form.Field("City").Fill("Rome")
	form.Button("Add address").Click()
	form.Field("Street").Nth(1).Fill("Road 2")
	form.Field("City").Nth(1).Fill("Oslo")
	form.Fill("Password", "a long password")
	form.Submit()
	page.ExpectFlash(views.FlashInfo, "Welcome, Ann")
	page.Reload()
	for i, s := range users.Saved() {
		if i > 0 || s.Age != 30 || len(s.Addresses) != 2 {
			t.Errorf("saved: %+v", s)
		}
	}
	expect(t, "live", page.Live(), false)
	expect(t, "the path", page.Path(), "/")
	expect(t, "the visits", fmt.Sprint(page.TakeVisits()), "[{load opened / 200 []} {load submitted / 200 [/]} {load submitted / 200 [/]} {load submitted / 200 [/]} {load reloaded / 200 []}]")
	expect(t, "the form", signup.Form.Get(page.Context()).Data.Country, "DE")
	if err := views.Send(page.View(), signup.Page.Patch, views.NoParams{}); err != nil {
		t.Fatal(err)
	}
	page.Reload()
	expect(t, "the title", page.Title(), "Sign up now")
}

// TestASignUpFormIsRecovered restarts the program under a form that was begun.
func TestASignUpFormIsRecovered(t *testing.T) {
	t.Parallel()
	page := livetest.Open(t, signupSite(&signup.Users{}), "/")
	form := page.Form("Sign up")
	form.Fill("Name", "Ann")
	form.Fill("Email", "nobody")
	form.Choose("Country", "France")
	form.Button("Add address").Click() // whose first field has the focus, so that it is left next
	form.Field("Street").Nth(1).Fill("Road 2")
	form.Field("City").Nth(1).Fill("Rome")
	form.ExpectErrors("Email: must have the @ sign, a domain and no spaces")
	form.Field("Age").Type("12")
	users := &signup.Users{}
	page.Site().Restart(signupSite(users))
	form.Field("Name").ExpectValue("Ann")
	form.Field("City").Nth(1).ExpectValue("Rome")
	form.Field("Age").ExpectValue("12")
	if data := signup.Form.Get(page.Context()).Data; data.Name != "Ann" || data.Country != "FR" || data.Age != 12 || len(data.Addresses) != 2 || data.Addresses[1].City != "Rome" {
		t.Errorf("the view has %+v", data)
	}
	form.ExpectErrors("Email: must have the @ sign, a domain and no spaces", "Age: must be 18 or more")
	form.Fill("Email", "ann@example.org")
	form.Fill("Password", "a long password")
	form.Fill("Age", "30")
	for i := range 2 {
		form.Field("Street").Nth(i).Fill("Road 1")
		form.Field("City").Nth(i).Fill("Rome")
	}
	form.Submit()
	page.ExpectFlash(views.FlashInfo, "Welcome, Ann")
	expect(t, "users saved", len(users.Saved()), 1)
}
