package forms_test

import (
	"log/slog"
	"net/http"
	"net/url"
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
			if len(users.Saved()) != 0 {
				t.Error("the method has run")
			}
		})
	}
}
