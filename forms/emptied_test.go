package forms_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestAResetEmptiesPasswords(t *testing.T) {
	page, users := open(t)
	for n := range 2 {
		fill(page)
		page.Field("Email").Fill(fmt.Sprintf("ann%d@example.org", n))
		page.Button("Save").Click()
		if got := len(users.Saved()); got != n+1 {
			t.Fatalf("%d users are saved", got)
		}
		if v := page.Field("Password").Value(); v != "" {
			t.Errorf("after a reset the password is %q", v)
		}
		// Nothing takes away what is typed then, neither its own event nor another one.
		page.Field("Password").Fill("short")
		if e := errorsOf(page, "signup-password"); e == "" {
			t.Error("nothing is wrong with the short password")
		}
		page.Field("Name").Fill("Bob")
		page.Button("Patch").Click()
		if v := page.Field("Password").Value(); v != "short" {
			t.Errorf("of a password that was typed after a reset %q is left", v)
		}
		if strings.Contains(page.HTML(), "a long password") || strings.Contains(page.HTML(), `value="short"`) {
			t.Error("a password is in the page")
		}
	}
}

func TestARefusedSubmitKeepsThePassword(t *testing.T) {
	page, _ := open(t)
	page.Field("Password").Fill("a long password")
	page.Button("Save").Click()
	if v := page.Field("Password").Value(); v != "a long password" {
		t.Errorf("after a refused submit the password is %q", v)
	}
}
