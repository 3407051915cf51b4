package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// The server resets the form when it has saved a user, while the password has the focus.
func TestAPasswordIsEmptiedByAResetAndTypedAgain(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/signup")
	live(t, p)
	b := &booking{p, t, s}
	for n, email := range []string{"ann@example.org", "bob@example.org"} {
		p.Fill("#signup-name", "Ann")
		p.Fill("#signup-email", email)
		p.Fill("#signup-age", "30")
		p.Fill("#signup-addresses-0-street", "Road 1")
		p.Fill("#signup-addresses-0-city", "Rome")
		p.Fill("#signup-password", "a long password")
		p.Press("Enter")
		until(t, "the user is saved", func() bool { return len(s.Users.Saved()) == n+1 })
		b.is("signup-name", `e.value === ""`)
		b.is("signup-password", `e.value === "" && document.activeElement === e`)
		// What is typed then is left alone: by its own event, by that of another field, and when it is left.
		for _, key := range "short" {
			p.Press(string(key))
		}
		p.WaitFor(`document.querySelector("#signup-password[aria-invalid]") !== null`)
		p.Press("Tab")
		p.Fill("#signup-age", "7")
		p.WaitFor(`document.querySelector("#signup-age[aria-invalid]") !== null`)
		b.is("signup-password", `e.value === "short" && !e.hasAttribute("value")`)
	}
}
