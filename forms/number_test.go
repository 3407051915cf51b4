package forms_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/livetest"
)

// Case 31, among others.
func TestASubmitIsTakenOnce(t *testing.T) {
	page, users := open(t)
	v := filledIn(page)
	if status, text := page.Forge("?event=Save", v); status != 204 {
		t.Fatal(status, text)
	}
	if n := len(users.Saved()); n != 1 {
		t.Fatalf("%d users: %s", n, page.Find("form").Text())
	}
	page.Field("Name").Fill("Cleo")
	for range 2 { // a double click; a browser that sends it again
		if status, text := page.Forge("?event=Save", v); status != 204 {
			t.Error(status, text)
		}
	}
	if status, text := page.Forge("?event=Change", v); status != 204 { // typing that was under way
		t.Error(status, text)
	}
	if n := len(users.Saved()); n != 1 {
		t.Errorf("%d users", n)
	}
	if got := page.Field("Name").Value(); got != "Cleo" {
		t.Errorf("a late change made the name %q", got)
	}
}

func TestSubmitsAtOnce(t *testing.T) {
	users := &signup.Users{}
	person := livetest.Serve(t, site(users)).Person()
	person.WithoutScripts()
	page := person.Open("/")
	v := filledIn(page)
	v.Set("sb-ticket", page.Find("form input[name=sb-ticket]").Attr("value"))
	client := person.Client()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			res, err := client.PostForm(person.Address("/?event=Save"), v)
			if err != nil {
				t.Error(err)
				return
			}
			if res.Body.Close(); res.StatusCode != 200 {
				t.Error(res.Status)
			}
		})
	}
	wg.Wait()
	if n := len(users.Saved()); n != 1 {
		t.Errorf("%d users", n)
	}
}

func TestARefusedSubmitIsNotUsedUp(t *testing.T) {
	page, users := open(t)
	users.Fail(signup.ErrLocked)
	page.Skip(livetest.Failures)
	v := filledIn(page)
	if status, text := page.Forge("?event=Save", v); status != 500 || !strings.Contains(text, "went wrong") {
		t.Error(status, text)
	}
	if got := page.Field("Name").Value(); got != "Bob" {
		t.Errorf("what was typed is lost: %q", got)
	}
	v.Set("email", "taken@example.org")
	if status, _ := page.Forge("?event=Save", v); status != 204 || errorsOf(page, "signup-email") != "is taken" {
		t.Error(status, errorsOf(page, "signup-email"))
	}
	users.Fail(nil)
	v.Set("email", "bob@example.org")
	if status, text := page.Forge("?event=Save", v); status != 204 || len(users.Saved()) != 1 {
		t.Error(status, text, len(users.Saved()))
	}
}

// A page whose view was remounted has a number, and keys of rows, that the new view does not know.
func TestNumbersAfterARemount(t *testing.T) {
	page, users := open(t)
	page.Field("Name").Fill("Bob")
	page.Button("Add address").Click()
	page.Find("#signup-addresses-1-street").Fill("second")
	page.Find(`button[value="move addresses 1 0"]`).Click()
	v := filledIn(page)
	page.View().Restart()
	page.Settle()
	if got := rowsOf(page); got != "second," {
		t.Errorf("rows: %s", got)
	}
	if e := errorsOf(page, "signup-name"); page.Field("Name").Value() != "Bob" || e != "" {
		t.Error("the view does not have what the page had", e)
	}
	v.Set("sb-rows", "addresses=1,0")
	v.Set("addresses[1].street", "second")
	v.Set("addresses[1].city", "Oslo")
	old := v.Get("sb-form")
	v.Set("sb-form", "signup.other")
	if status, _ := page.Forge("?event=Save", v); status != 409 {
		t.Errorf("a number that nobody knows, once the page was heard: %d", status)
	}
	v.Set("sb-form", page.Find("input[name=sb-form]").Attr("value"))
	if v.Get("sb-form") == old {
		t.Error("the page did not get the form's number")
	}
	if status, text := page.Forge("?event=Save", v); status != 204 || len(users.Saved()) != 1 {
		t.Errorf("%d %s: %d users", status, text, len(users.Saved()))
	}
}

// What is not posted stays, what nobody may post too.
func TestWhatIsNotPostedStays(t *testing.T) {
	page, users := open(t)
	v := filledIn(page)
	v.Set("IsAdmin", "true")
	v.Set("ID", "99")
	v.Set("addresses[0].ID", "99")
	v.Set("addresses[0].id", "99")
	v.Del("country")
	if status, text := page.Forge("?event=Save", v); status != 204 {
		t.Fatal(status, text)
	}
	if s := users.Saved(); len(s) != 1 || s[0].IsAdmin || s[0].ID != 7 || s[0].Addresses[0].ID != 1 || s[0].Country != "DE" {
		t.Errorf("%+v", s)
	}
}

func TestPasswordsAreNotRendered(t *testing.T) {
	page, _ := open(t)
	page.Field("Password").Fill("a long password")
	page.Button("Save").Click() // refused
	if strings.Contains(page.HTML(), "a long password") {
		t.Error("the password is in the page")
	}
	if got := page.Field("Password").Value(); got != "a long password" {
		t.Errorf("a submit that was refused has made it %q", got)
	}
}

func TestBoxesAndChoices(t *testing.T) {
	page, users := open(t)
	fill(page)
	for _, topic := range []string{"Go", "HTML", "CSS"} {
		page.Field(topic).Click()
	}
	if e := errorsOf(page, "signup-topics"); e != "must have at most 2 entries" {
		t.Errorf("%q", e)
	}
	page.Field("Go").Click()
	page.Field("Administrator").Click()
	page.Field("Newsletter").Click()
	page.Field("Country").Choose("France")
	page.Field("Region").Choose("Île-de-France")
	page.Button("Save").Click()
	s := users.Saved()
	if len(s) != 1 || strings.Join(s[0].Topics, " ") != "html css" || s[0].Role != "admin" || s[0].Newsletter || s[0].Region != "IDF" {
		t.Errorf("%+v: %s", s, page.Find("form").Text())
	}
}
