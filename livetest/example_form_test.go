package livetest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// A form is found by what a person calls it, and filled in by its labels.
func ExamplePage_Form() {
	example(func(t testing.TB) { // func TestSignUp(t *testing.T) {
		users := &signup.Users{}
		page := livetest.Open(t, signupSite(users), "/")
		form := page.Form("Sign up")
		form.Fill("Name", "Ann")
		form.Fill("Email", "ann@example.org")
		form.Fill("Password", "correct horse")
		form.Fill("Age", "30")
		form.Choose("Country", "France")
		form.Choose("Role", "Administrator")
		form.Check("Newsletter")
		form.Fill("Street", "Rue 1")
		form.Fill("City", "Paris")
		form.Submit("Save")
		page.ExpectFlash(views.FlashInfo, "Welcome, Ann")
		fmt.Println(len(users.Saved()), users.Saved()[0].Role)
	})
	// Output:
	// 1 admin
}

// Errors are read as a screen reader says them.
func ExampleForm_Errors() {
	example(func(t testing.TB) {
		page := livetest.Open(t, signupSite(&signup.Users{}), "/")
		form := page.Form("Sign up")
		form.Fill("Age", "12x")
		fmt.Println(strings.Join(form.Errors(), "\n"))
		form.ExpectError("Age", "can't be blank")
	})
	// Output:
	// Age: must be a number
	// livetest: /: the error of field "Age" is
	// 	"must be a number"
	// and not
	// 	"can't be blank"
}

// Of several elements with a name, one is chosen by its index.
func ExampleElement_Nth() {
	example(func(t testing.TB) {
		form := livetest.Open(t, signupSite(&signup.Users{}), "/").Form("Sign up")
		form.Button("Add address").Click()
		form.Field("City").Nth(1).Fill("Rome")
		fmt.Printf("%q %q\n", form.Field("City").Nth(0).Value(), form.Field("City").Nth(1).Value())
		form.Field("City").Fill("Oslo")
	})
	// Output:
	// "" "Rome"
	// livetest: /: cannot fill: there are 2: field "City" in form "Sign up"
	// 	<input type="text" id="signup-addresses-0-city" name="addresses[0].city"> in #signup-addresses-0-city--field
	// 	<input type="text" id="signup-addresses-1-city" name="addresses[1].city"> in #signup-addresses-1-city--field
	// 	say in which element: page.Find(…).Field("City"), or which: Nth
}

// Where no JavaScript runs, the browser itself submits what the page is bound to.
func ExamplePerson_WithoutScripts() {
	example(func(t testing.TB) {
		person := livetest.Serve(t, signupSite(&signup.Users{})).Person().WithoutScripts()
		page := person.Open("/")
		page.TakeVisits()
		form := page.Form("Sign up")
		form.Fill("Age", "12x")
		form.Submit()
		fmt.Println(page.TakeVisits())
		fmt.Println(form.Error("Age"))
		fmt.Println(form.Field("Age").Value(), page.Live())
	})
	// Output:
	// [{load submitted / 200 [/]}]
	// must be a number
	// 12x false
}
