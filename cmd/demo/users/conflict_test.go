package users_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// What another tab shows of the second save, and what the third one stores.
func TestTheSecondOfTwoTabsHearsWhatHasChanged(t *testing.T) {
	w := serve(t)
	first := w.Open("/users/3/edit")
	second := first.NewTab("/users/3/edit")
	first.Field("Name").Fill("Chiara Bianchi")
	first.Field("Age").Fill("30")
	first.Button("Save").Click()
	first.ExpectFlash(views.FlashSuccess, "Chiara Bianchi has been saved.")

	second.Field("Name").Fill("Chiara Rossi")
	second.Button("Save").Click()
	second.Expect("h1", "Edit user")
	second.Expect(".sb-summary li", "This user has been saved elsewhere meanwhile, with Name: Chiara Bianchi; Age: 30. Save again to replace that with what is here.")
	second.Field("Name").ExpectValue("Chiara Rossi")
	second.Field("Age").ExpectValue("29")
	if u, _ := w.stored(t, "chiara@example.com"); u.Name != "Chiara Bianchi" {
		t.Errorf("stored is %v", u)
	}
	second.Button("Save").Click()
	second.ExpectFlash(views.FlashSuccess, "Chiara Rossi has been saved.")
	if u, _ := w.stored(t, "chiara@example.com"); u.Name != "Chiara Rossi" || u.Age != 29 || u.Version != 3 {
		t.Errorf("stored is %v", u)
	}
}

// The view that is remounted has read what is stored now, and the page shows what was typed before.
func TestARestartHidesNoChange(t *testing.T) {
	w := serve(t)
	first := w.Open("/users/3/edit")
	second := first.NewTab("/users/3/edit")
	second.Field("Name").Type("Chiara Rossi")
	address(second, 1).Field("Street").Type("Via Nuova 1")
	first.Field("Age").Fill("30")
	first.Button("Save").Click()
	first.Expect("h1", "Users")
	w.Restart(program(w.store, w.log))
	second.Field("Name").ExpectValue("Chiara Rossi")
	address(second, 1).Field("Street").ExpectValue("Via Nuova 1")
	second.Button("Save").Click()
	second.Expect("h1", "Edit user")
	if got := second.Find(".sb-summary li").Text(); !strings.HasPrefix(got, "This user has been saved elsewhere meanwhile") || !strings.Contains(got, "Age: 30") {
		t.Errorf("the page says %q", got)
	}
	second.Button("Save").Click()
	second.Expect("h1", "Users")
	if u, _ := w.stored(t, "chiara@example.com"); u.Name != "Chiara Rossi" || u.Age != 29 || u.Addresses[0].Street != "Via Nuova 1" {
		t.Errorf("stored is %v", u)
	}
}

// The check while typing finds the email free in both tabs.
func TestTheDatabaseDecidesWhoGetsAnEmail(t *testing.T) {
	w := serve(t)
	first := w.Open("/users/new")
	second := w.Open("/users/new")
	fill(first, "Rosa", "rosa@example.com")
	fill(second, "Rose", "Rosa@example.com")
	if got := problems(second); got != nil {
		t.Fatalf("the second form says %q", got)
	}
	first.Button("Save").Click()
	first.Expect("h1", "Users")
	second.Button("Save").Click()
	second.Expect("h1", "New user")
	if got := problem(second, "email"); got != "is taken" {
		t.Errorf("the email %q", got)
	}
	second.Field("Name").ExpectValue("Rose")
	second.Field("Email").Fill("rose@example.com")
	second.Button("Save").Click()
	second.Expect("#found", "14 users")
}

// A database that another program has locked, or that is gone: the user reads a general sentence, and
// the form is as it was typed.
func TestADatabaseThatDoesNotAnswerLosesNothing(t *testing.T) {
	w := serve(t)
	page := w.Open("/users/new")
	page.Skip(livetest.Failures)
	fill(page, "Rosa Lind", "rosa@example.com")
	refused := func(why string) {
		t.Helper()
		page.Button("Save").Click()
		page.Expect("h1", "New user")
		if got, want := page.Notice(), "Something went wrong. Please try again."; got != want {
			t.Errorf("the page says %q, want %q", got, want)
		}
		page.Field("Name").ExpectValue("Rosa Lind")
		page.Field("Password").ExpectValue(password)
		address(page, 1).Field("City").ExpectValue("Berlin")
		if !strings.Contains(w.log.String(), why) {
			t.Errorf("the log has no %q: %s", why, w.log)
		}
	}

	db := w.open(t)
	defer db.Close()
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), `BEGIN EXCLUSIVE`); err != nil {
		t.Fatal(err)
	}
	refused("database is locked")
	if _, err := other.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	page.Button("Save").Click()
	page.Expect("#found", "13 users")

	page = page.NewTab("/users/new")
	page.Skip(livetest.Failures)
	fill(page, "Rosa Lind", "lind@example.com")
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	refused("database is closed")
}
