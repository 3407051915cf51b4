package forms_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/viewtest/signup"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// site serves the page at its root.
func site(users *signup.Users) http.Handler {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, signup.Page{Users: users}))
	return r
}

func open(t *testing.T) (*livetest.Page, *signup.Users) {
	users := &signup.Users{}
	page := livetest.Open(t, site(users), "/")
	return page, users
}

// fill fills the form in.
func fill(page *livetest.Page) {
	page.Field("Name").Fill("Ann")
	page.Field("Email").Fill("ann@example.org")
	page.Field("Password").Fill("a long password")
	page.Field("Age").Fill("30")
	page.Field("Newsletter").Click()
	page.Find("#signup-addresses-0-street").Fill("Road 1")
	page.Find("#signup-addresses-0-city").Fill("Rome")
}

func TestSubmit(t *testing.T) {
	page, users := open(t)
	fill(page)
	page.Button("Save").Click()
	page.ExpectFlash(views.FlashInfo, "Welcome, Ann")
	saved := users.Saved()
	if len(saved) != 1 {
		t.Fatalf("%d users were created:\n%s", len(saved), page.Text())
	}
	if s := saved[0]; s.ID != 7 || s.Age != 30 || !s.Newsletter || s.Addresses[0].City != "Rome" || s.Addresses[0].ID != 1 {
		t.Errorf("created: %+v", s)
	}
	if v := page.Field("Name").Value(); v != "" {
		t.Errorf("after a reset the name is %q", v)
	}
}

// errorsOf is what the page says of a field.
func errorsOf(page *livetest.Page, id string) string {
	return strings.TrimSpace(page.Find("#" + id + "--errors").Text())
}

func TestErrorsShowWhenDue(t *testing.T) {
	page, users := open(t)
	none := func(when string, ids ...string) {
		t.Helper()
		for _, id := range ids {
			if e := errorsOf(page, id); e != "" {
				t.Errorf("%s %s says %q", when, id, e)
			}
		}
	}
	page.Button("Patch").Click()
	none("after a patch", "signup-name", "signup-email", "signup-age")
	page.Field("Age").Fill("12x")
	if e := errorsOf(page, "signup-age"); e != "must be a number" {
		t.Errorf("of 12x: %q", e)
	}
	if v := page.Field("Age").Value(); v != "12x" {
		t.Errorf("12x shows as %q", v)
	}
	none("after typing elsewhere", "signup-name", "signup-email")
	page.Field("Email").Fill("taken@example.org")
	if e := errorsOf(page, "signup-email"); e != "is taken" {
		t.Errorf("email: %q", e)
	}
	page.Button("Add address").Click()
	none("after a new row", "signup-name", "signup-addresses-0-street", "signup-addresses-1-street")
	page.Button("Save").Click()
	if e := errorsOf(page, "signup-name"); e != "can't be blank" {
		t.Errorf("name after a submit: %q", e)
	}
	page.Button("Add address").Click()
	none("a row added after a submit:", "signup-addresses-2-street")
	if len(users.Saved()) != 0 {
		t.Error("a submit ran with invalid data")
	}
}

// filledIn is what a page with a filled in form posts.
func filledIn(page *livetest.Page) url.Values {
	return url.Values{
		"sb-form": {page.Find("input[name=sb-form]").Attr("value")}, "sb-rows": {"addresses=0"},
		"name": {"Bob"}, "email": {"bob@example.org"}, "password": {"a long password"}, "age": {"30"}, "country": {"DE"}, "role": {"member"},
		"addresses[0].street": {"Road"}, "addresses[0].city": {"Rome"},
	}
}

// numbers are the keys of n rows.
func numbers(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strconv.Itoa(i)
	}
	return strings.Join(list, ",")
}

// Cases 13, 14.
func TestForged(t *testing.T) {
	for name, c := range map[string]struct {
		change func(v url.Values)
		status int
		says   string
	}{
		"unknown number":     {func(v url.Values) { v.Set("sb-form", "signup.forged") }, 409, "was changed elsewhere"},
		"no number":          {func(v url.Values) { v.Del("sb-form") }, 400, ""},
		"other form":         {func(v url.Values) { v.Set("sb-form", "other.x") }, 400, ""},
		"large index":        {func(v url.Values) { v.Set("addresses[999999].street", "x") }, 400, "could not be read"},
		"negative index":     {func(v url.Values) { v.Set("addresses[-1].street", "x") }, 400, "could not be read"},
		"no end":             {func(v url.Values) { v.Set("addresses[1.street", "x") }, 400, "could not be read"},
		"an index of a text": {func(v url.Values) { v.Set("name[0]", "x") }, 400, "could not be read"},
		"10,000 rows":        {func(v url.Values) { v.Set("sb-rows", "addresses="+numbers(10_000)) }, 413, "could not be read"},
		"501 rows":           {func(v url.Values) { v.Set("sb-rows", "addresses="+numbers(501)) }, 413, "could not be read"},
		"500 rows":           {func(v url.Values) { v.Set("sb-rows", "addresses="+numbers(500)) }, 204, ""},
		"nested indexes":     {func(v url.Values) { v.Set("addresses"+strings.Repeat("[0]", 26<<10/3), "x") }, 413, "could not be read"},
		"nonsense with rows": {func(v url.Values) { v.Set("sb-row", "eat addresses") }, 400, "could not be read"},
	} {
		t.Run(name, func(t *testing.T) {
			page, users := open(t)
			v := filledIn(page)
			c.change(v)
			status, text := page.Forge("?event=Save", v)
			if status != c.status {
				t.Errorf("answered %d: %s", status, text)
			}
			if c.says != "" && !strings.Contains(page.Find("form#signup").Text(), c.says) {
				t.Errorf("the form does not say so: %s", page.Find("form#signup").Text())
			}
			if c.says != "" && page.Field("Name").Value() != "Bob" {
				t.Error("what was typed is lost")
			}
			if ran := len(users.Saved()) != 0; ran != (c.status == 204) {
				t.Errorf("the method has run: %v", ran)
			}
		})
	}
}

func TestWhatMethodsSayStaysWhileNothingChanges(t *testing.T) {
	page, users := open(t)
	page.Field("Email").Fill("taken@example.org")
	page.Button("Add address").Click()
	if e := errorsOf(page, "signup-email"); e != "is taken" {
		t.Errorf("after a new row: %q", e)
	}
	page.Button("Save").Click()
	if e := errorsOf(page, "signup-email"); e != "is taken" {
		t.Errorf("after a refused submit: %q", e)
	}
	page.Field("Email").Fill("ann@example.org")
	if e := errorsOf(page, "signup-email"); e != "" {
		t.Errorf("of another one: %q", e)
	}
	if len(users.Saved()) > 0 {
		t.Error("saved")
	}
}

func TestDataThatAMethodSetsIsValidated(t *testing.T) {
	page, _ := open(t)
	page.Field("Age").Fill("7")
	if e := errorsOf(page, "signup-age"); e != "must be 18 or more" {
		t.Errorf("of 7: %q", e)
	}
	page.Field("Age").Fill("99999") // Change makes it 120
	if e, v := errorsOf(page, "signup-age"), page.Field("Age").Value(); e != "" || v != "120" {
		t.Errorf("shows %s and says %q", v, e)
	}
}

// rowsOf are the streets of the page's addresses.
func rowsOf(page *livetest.Page) string {
	var list []string
	n := page.Find("#addresses input[name$=street]").Count()
	for i := range n {
		list = append(list, page.Find("#addresses input[name$=street]").Nth(i).Value())
	}
	return strings.Join(list, ",")
}

func TestRows(t *testing.T) {
	page, users := open(t)
	fill(page)
	page.Button("Add address").Click()
	page.Find("#signup-addresses-1-street").Fill("Road 2")
	page.Find("#signup-addresses-1-city").Fill("Oslo")
	page.Button("Add address").Click()
	page.Find("#signup-addresses-2-street").Fill("Road 3")
	page.Find("#signup-addresses-2-main").Click()
	if got := rowsOf(page); got != "Road 1,Road 2,Road 3" {
		t.Fatal(got)
	}
	press := func(value, want string) {
		t.Helper()
		page.Find(`button[value="` + value + `"]`).Click()
		if got := rowsOf(page); got != want {
			t.Errorf("%s: %s", value, got)
		}
	}
	press("move addresses 2 1", "Road 1,Road 3,Road 2")
	press("move addresses 0 2", "Road 3,Road 1,Road 2")
	press("remove addresses 1", "Road 3,Road 1")
	press("move addresses 2 0", "Road 1,Road 3")
	page.Button("Add address").Click() // has a new key
	page.Find("#signup-addresses-3-street").Fill("Road 4")
	page.Find("#signup-addresses-3-city").Fill("Bern")
	page.Find("#signup-addresses-2-city").Fill("Nice")
	page.Field("Password").Fill("a long password")
	page.Button("Save").Click()
	saved := users.Saved()
	if len(saved) != 1 {
		t.Fatalf("not saved: %s", page.Find("form").Text())
	}
	want := []signup.Address{{ID: 1, Street: "Road 1", City: "Rome"}, {Street: "Road 3", City: "Nice", Main: true}, {Street: "Road 4", City: "Bern"}}
	if got := saved[0].Addresses; !slices.Equal(got, want) {
		t.Errorf("saved %+v", got)
	}
}
