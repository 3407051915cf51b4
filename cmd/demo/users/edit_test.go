package users_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/users"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

const password = "correct horse battery"

// fill fills in the form of a new user.
func fill(page *livetest.Page, name, email string) {
	page.Field("Name").Fill(name)
	page.Field("Email").Fill(email)
	page.Field("Password").Fill(password)
	page.Field("Age").Fill("31")
	page.Field("Region").Choose("Berlin")
	address(page, 1).Field("Street").Fill("Am Ufer 3")
	address(page, 1).Field("City").Fill("Berlin")
}

// address is one of the addresses in the form.
func address(page *livetest.Page, n int) livetest.Element {
	return page.Group(fmt.Sprintf("Address %d", n))
}

// streets are those of all addresses, in the order of the page.
func streets(page *livetest.Page) (list []string) {
	for n := range page.Find(".address").Count() {
		list = append(list, address(page, n+1).Field("Street").Value())
	}
	return list
}

// problem is what the form says about a field.
func problem(page *livetest.Page, id string) string {
	return page.Find("#user-" + id + "--errors").Text()
}

// problems are what the form says about all of its fields.
func problems(page *livetest.Page) (list []string) {
	for _, text := range page.Find(".sb-errors").Texts() {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}

// stored is the user with an email, and the hash of the password.
func (w world) stored(t *testing.T, email string) (u users.User, hash string) {
	t.Helper()
	db := w.open(t)
	defer db.Close()
	var id int64
	if err := db.QueryRow(`SELECT id, hash FROM users WHERE email = ?`, email).Scan(&id, &hash); err != nil {
		t.Fatal(err)
	}
	u, err := w.store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return u, hash
}

// open opens the database beside the store, as another program does.
func (w world) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", w.file)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestANewUser(t *testing.T) {
	w := serve(t)
	page := w.Open("/users")
	page.Link("New user").Click()
	page.Expect("h1", "New user")
	fill(page, "Rosa Lind", "rosa@example.com")
	page.Field("Newsletter").Check()
	page.Field("Editor").Check()
	page.Button("Save").Click()
	page.Expect("h1", "Users")
	page.ExpectFlash(views.FlashSuccess, "Rosa Lind is a user now.")
	page.Expect("#found", "13 users")
	u, hash := w.stored(t, "rosa@example.com")
	want := users.User{
		ID: u.ID, Version: 1, Name: "Rosa Lind", Email: "rosa@example.com", Age: 31, Country: "DE", Region: "Berlin",
		Newsletter: true, Role: "editor", Addresses: []users.Address{{Street: "Am Ufer 3", City: "Berlin"}},
	}
	if fmt.Sprint(u) != fmt.Sprint(want) {
		t.Errorf("stored is %v, want %v", u, want)
	}
	if !strings.HasPrefix(hash, "$argon2id$") {
		t.Errorf("the password is stored as %q", hash)
	}
	page.Row("Rosa Lind").Link("Rosa Lind").Click()
	page.Expect("h1", "Edit user")
	page.Field("Name").ExpectValue("Rosa Lind")
	page.Field("Password").ExpectValue("")
	page.Field("Region").ExpectValue("Berlin")
}

func TestErrorsShowWhenTheyAreDue(t *testing.T) {
	page := serve(t).Open("/users/new")
	if got := problems(page); got != nil {
		t.Errorf("before anything is typed: %q", got)
	}
	page.Field("Email").Fill("rosa")
	page.Field("Age").Fill("12x")
	if got, want := problem(page, "email"), "must have the @ sign, a domain and no spaces"; got != want {
		t.Errorf("the email %q, want %q", got, want)
	}
	if problem(page, "age") == "" {
		t.Error("nothing is said about the age")
	}
	page.Field("Age").ExpectValue("12x")
	if got := problems(page); len(got) != 2 {
		t.Errorf("fields that were not used have errors: %q", got)
	}
	page.Field("Email").Fill("ADA@example.com")
	if got := problem(page, "email"); got != "is taken" {
		t.Errorf("an email of another user %q", got)
	}
	page.Field("Email").Fill("rosa@example.com")
	if got := problem(page, "email"); got != "" {
		t.Errorf("a good email %q", got)
	}
	page.Button("Save").Click()
	page.Expect("h1", "New user")
	page.Expect(".sb-summary p", "This could not be saved:")
	for _, id := range []string{"name", "password", "region", "addresses-0-street", "addresses-0-city"} {
		if got := problem(page, id); got != "can't be blank" {
			t.Errorf("%s: %q", id, got)
		}
	}
	page.Field("Email").ExpectValue("rosa@example.com")
	page.Field("Age").ExpectValue("12x")
}

func TestTheRegionFollowsTheCountry(t *testing.T) {
	page := serve(t).Open("/users/3/edit")
	page.Field("Region").ExpectValue("Tuscany")
	page.Field("Country").Choose("Japan")
	page.Field("Region").ExpectValue("")
	if got := page.Find("#user-region option").Texts(); !slices.Contains(got, "Hokkaido") || slices.Contains(got, "Tuscany") {
		t.Errorf("the regions are %q", got)
	}
	page.Field("Region").Choose("Kyoto")
	page.Button("Save").Click()
	page.Expect("h1", "Users")
	page.NewTab("/users/3/edit").Field("Region").ExpectValue("Kyoto")
}

func TestAddressesAreAddedRemovedAndMoved(t *testing.T) {
	w := serve(t)
	page := w.Open("/users/3/edit")
	steps := []struct {
		button string
		row    int
		want   []string
	}{
		{"Down", 1, []string{"Via del Porto 9", "Via Roma 4"}},
		{"Up", 2, []string{"Via Roma 4", "Via del Porto 9"}},
		{"Remove", 1, []string{"Via del Porto 9"}},
	}
	for _, s := range steps {
		address(page, s.row).Button(s.button).Click()
		if got := streets(page); !slices.Equal(got, s.want) {
			t.Fatalf("after %s: %q, want %q", s.button, got, s.want)
		}
	}
	// What was typed just before is not lost.
	address(page, 1).Field("Street").Type("Via Nuova 1")
	page.Button("Add address").Click()
	address(page, 2).Field("Street").Type("Via Nuova 2")
	address(page, 2).Field("City").Type("Pisa")
	address(page, 2).Button("Up").Click()
	if got, want := streets(page), []string{"Via Nuova 2", "Via Nuova 1"}; !slices.Equal(got, want) {
		t.Errorf("the streets are %q, want %q", got, want)
	}
	if !address(page, 1).Button("Up").Disabled() || !address(page, 2).Button("Down").Disabled() {
		t.Error("the first can be moved up, or the last down")
	}
	page.Button("Save").Click()
	page.Expect("h1", "Users")
	u, _ := w.stored(t, "chiara@example.com")
	if got, want := fmt.Sprint(u.Addresses), "[{Via Nuova 2 Pisa} {Via Nuova 1 Livorno}]"; got != want {
		t.Errorf("stored are %s, want %s", got, want)
	}
}

func TestPasswordsAreNeverShown(t *testing.T) {
	w := serve(t)
	page := w.Open("/users/3/edit")
	_, before := w.stored(t, "chiara@example.com")
	page.Field("Age").Fill("9")
	page.Field("Password").Fill(password)
	page.Button("Save").Click()
	page.Expect("h1", "Edit user")
	if html := page.HTML(); strings.Contains(html, password) || strings.Contains(html, "argon2") {
		t.Errorf("the page has the password: %s", html)
	}
	for _, m := range page.TakeMessages() {
		if strings.Contains(m.HTML, password) {
			t.Errorf("the password was sent: %s", m.HTML)
		}
	}
	page.Field("Age").Fill("29")
	page.Button("Save").Click()
	page.Expect("h1", "Users")
	_, after := w.stored(t, "chiara@example.com")
	if before == after || !strings.HasPrefix(after, "$argon2id$") {
		t.Errorf("the password is stored as %q", after)
	}
}

func TestUsersThatAreNotThere(t *testing.T) {
	w := serve(t)
	for _, path := range []string{"/users/4711/edit", "/users/-1/edit", "/users/x/edit"} {
		page := w.Open(path)
		if got := page.TakeVisits(); len(got) != 1 || got[0].Status != http.StatusNotFound {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

// A form of one user saves that one, whatever is posted.
func TestTheAddressSaysWhichUserIsSaved(t *testing.T) {
	w := serve(t)
	page := w.Open("/users/3/edit")
	fields := url.Values{
		"sb-form": {page.Find(`[name="sb-form"]`).Value()}, "sb-rows": {page.Find(`[name="sb-rows"]`).Value()},
		"version": {"1"}, "name": {"Mallory"}, "email": {"mallory@example.com"}, "age": {"40"}, "country": {"SG"}, "role": {"member"},
		"addresses[0].street": {"A"}, "addresses[0].city": {"B"}, "addresses[1].street": {"C"}, "addresses[1].city": {"D"},
		"id": {"1"}, "ID": {"1"}, "Hash": {"x"}, "hash": {"x"},
	}
	if status, text := page.Forge("?event=Save", fields); status != http.StatusNoContent && status != http.StatusOK {
		t.Errorf("%d %s", status, text)
	}
	if u, err := w.store.Get(t.Context(), 1); err != nil || u.Name != "Ada Moreau" {
		t.Errorf("another user is %v (%v)", u, err)
	}
	if u, hash := w.stored(t, "mallory@example.com"); u.ID != 3 || hash != "" {
		t.Errorf("stored is %v with the hash %q", u, hash)
	}
}

func TestANameCanBeSeen(t *testing.T) {
	page := serve(t).Open("/users/3/edit")
	for _, name := range []string{"", "  ", "\u200b\u2060"} {
		page.Field("Name").Fill(name)
		if got := problem(page, "name"); got != "can't be blank" {
			t.Errorf("the name %q: %q", name, got)
		}
	}
	page.Field("Name").Fill("\u202eevil <b>")
	page.Button("Save").Click()
	page.Find("#user-3 bdi").Expect("\u202eevil <b>")
}

// Countries, regions and roles that no list offers are refused.
func TestChoicesThatAreNotOffered(t *testing.T) {
	w := serve(t)
	for name, value := range map[string]string{"country": "XX", "region": "Atlantis", "role": "owner"} {
		page := w.Open("/users/7/edit")
		fields := url.Values{
			"sb-form": {page.Find(`[name="sb-form"]`).Value()}, "sb-rows": {page.Find(`[name="sb-rows"]`).Value()},
			"version": {"1"}, "name": {"Grace"}, "email": {"grace@example.com"}, "age": {"40"}, "country": {"JP"}, "region": {"Kyoto"}, "role": {"member"},
			"addresses[0].street": {"A"}, "addresses[0].city": {"B"},
		}
		fields.Set(name, value)
		page.Forge("?event=Save", fields)
		page.Expect("h1", "Edit user")
		if problem(page, name) == "" {
			t.Errorf("the %s %q is taken", name, value)
		}
		if u, _ := w.stored(t, "grace@example.com"); u.Version != 1 {
			t.Errorf("the %s %q was stored: %v", name, value, u)
		}
	}
}

func TestFormsWithoutScripts(t *testing.T) {
	w := serve(t)
	page := w.Person().WithoutScripts().Open("/users/new")
	page.Field("Name").Fill("Rosa Lind")
	page.Field("Email").Fill("ada@example.com")
	page.Field("Age").Fill("31x")
	page.Field("Country").Choose("Japan")
	page.Field("Street").Fill("First Street")
	page.Button("Add address").Click()
	address(page, 2).Field("Street").Fill("Second Street")
	address(page, 2).Button("Up").Click()
	if got, want := streets(page), []string{"Second Street", "First Street"}; !slices.Equal(got, want) {
		t.Errorf("the streets are %q, want %q", got, want)
	}
	page.Button("Save").Click()
	page.Expect("h1", "New user")
	page.Field("Age").ExpectValue("31x")
	for _, id := range []string{"password", "region", "addresses-1-city"} {
		if got := problem(page, id); got != "can't be blank" {
			t.Errorf("%s: %q", id, got)
		}
	}
	page.Field("Password").Fill(password)
	page.Field("Age").Fill("31")
	page.Field("Region").Choose("Kyoto")
	for n := range 2 {
		address(page, n+1).Field("City").Fill("Kyoto")
	}
	page.Button("Save").Click()
	page.Expect("h1", "New user")
	if got := problem(page, "email"); got != "is taken" {
		t.Errorf("the email %q", got)
	}
	page.Field("Email").Fill("rosa@example.com")
	page.Field("Password").Fill(password)
	page.Button("Save").Click()
	page.Expect("h1", "Users")
	page.ExpectFlash(views.FlashSuccess, "Rosa Lind is a user now.")
	u, hash := w.stored(t, "rosa@example.com")
	if got, want := fmt.Sprint(u.Addresses), "[{Second Street Kyoto} {First Street Kyoto}]"; got != want || hash == "" {
		t.Errorf("stored are %s with the hash %q, want %s", got, hash, want)
	}
}
