package e2e_test

import (
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

const (
	passphrase = "correct horse battery"
	newPhrase  = "staple correct horse"
)

// credentials fills in the form of the log-in, and presses a button.
func credentials(p *browser.Page, email, password, button string) {
	p.Fill("#log-in-email", email)
	p.Fill("#log-in-password", password)
	p.ClickText("button", button)
}

// registers makes an account in the demo, on the page to which strangers are sent.
func registers(t *testing.T, p *browser.Page, email string) {
	t.Helper()
	p.WaitText("h1", "Log in")
	credentials(p, email, passphrase, "Register")
	p.WaitText("h1", "Mail")
	opensMail(p, email)
	p.WaitText("h1", "Confirm your address")
	p.Fill("#confirm-password", passphrase)
	p.ClickText("button", "Confirm")
	p.WaitText("#who", "Signed in as "+email)
}

// opensMail follows the link of the newest mail to an address.
func opensMail(p *browser.Page, email string) {
	link := `[...document.querySelectorAll("#mails li")].find(li => li.querySelector("bdi").textContent === ` + quote(email) + `)?.querySelector("a")`
	p.WaitFor(`!!` + link + ` || !!document.querySelector("noscript a")?.getClientRects().length`)
	for {
		var there bool
		if p.Eval(`!!`+link, &there); there {
			break
		}
		p.ClickText("a", "Look again") // without scripts, until it has been sent in the background
		p.WaitText("h1", "Mail")
	}
	listens(p)
	p.Eval(link+`.click()`, nil)
}

func TestAnAccountInChromium(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"scripts": true, "no scripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			email := strings.ReplaceAll(name, " ", "") + "@example.org"
			p := browser.Open(t, "about:blank").Within(patience)
			p.Scripts(scripts)
			p.Goto(demo.at(t, "/account"))
			registers(t, p, email)

			p.ClickText("a", "Settings")
			p.WaitText("h1", "Settings")
			p.Fill("#password-password", newPhrase)
			p.ClickText("button", "Set password")
			p.WaitText(".sb-flash span", "Your password is changed. You are logged out everywhere else.")
			p.ClickText("a", "Sessions")
			p.WaitCount("#sessions li", 1)
			p.ClickText("button", "Log out everywhere")
			p.WaitText("h1", "Log in")

			credentials(p, email, passphrase, "Log in")
			p.WaitFor(`document.querySelector(".sb-summary")?.textContent.includes("The email or the password is wrong.")`)
			if got := p.Value("#log-in-email"); got != email {
				t.Errorf("the email is now %q", got)
			}
			credentials(p, email, newPhrase, "Log in")
			p.WaitText("#who", "Signed in as "+email)
			p.ClickText("button", "Log out")
			p.WaitText("h1", "Log in")
			p.Back()
			p.WaitText("h1", "Log in") // not the account from the browser's memory
		})
	}
}

// Case 420.
func TestLogOutEverywhereEndsPagesInAnotherBrowser(t *testing.T) {
	t.Parallel()
	const email = "two.browsers@example.org"
	one := browser.Open(t, demo.at(t, "/account")).Within(patience)
	registers(t, one, email)
	two := browser.Open(t, demo.at(t, "/account")).Within(patience)
	credentials(two, email, passphrase, "Log in")
	two.WaitText("#who", "Signed in as "+email)
	live(t, two)
	other := browser.Open(t, demo.at(t, "/account")).Within(patience)
	registers(t, other, "somebody.else@example.org")
	live(t, other)
	stay(other)

	one.ClickText("button", "Log out everywhere")
	one.WaitText("h1", "Log in")
	one.WaitText(".sb-flash span", "You are logged out everywhere.")
	two.WaitText("h1", "Log in") // nobody has touched it
	two.WaitText(".sb-flash span", "Please log in.")
	stayed(t, other)
	credentials(two, email, passphrase, "Log in")
	two.WaitText("#who", "Signed in as "+email)
}
