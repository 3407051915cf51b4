package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Pages that the links of mails lead to. Each shows a button first: programs that look at the links in mails press none.

// What these pages know.
var (
	linkToken = state.NewKey[string]("token")
	linkEmail = state.NewKey[string]("email")
)

// linkQuery is what their addresses say.
type linkQuery struct {
	Token string `query:"token"`
}

// badLink is what somebody hears whose link is good no more.
const badLink = "This link is not good any more. Please ask for a new one."

// open looks at the token of a page. Without a good one it sends the page to the log-in, and ok is false.
func (a *Auth) open(s *views.Socket, text string, p purpose) (t token, ok bool, err error) {
	t, err = a.accounts.look(s, text, p, a.now())
	switch {
	case errors.Is(err, ErrNone):
		return t, false, sendBack(s, LogInPath)
	case err != nil:
		return t, false, err
	}
	state.Assign(s, linkToken.To(text), linkEmail.To(t.email))
	return t, true, nil
}

func sendBack(s *views.Socket, path string) error {
	s.Flash(views.FlashError, badLink)
	return s.Redirect(path)
}

// Proof is what a form posts that asks for the password once more.
type Proof struct {
	Password string `form:"password" validate:"required,max=128"`
	Remember bool   `form:"remember"`
}

var confirmForm = forms.New[Proof]("confirm")

// confirm is the page on which a registration becomes an account. It asks for the password: else who gets the mail of
// somebody else's registration would have an account whose password that one knows.
type confirm struct{ auth *Auth }

// Mount checks the link.
func (p confirm) Mount(s *views.Socket, q linkQuery) error {
	s.SetTitle("Confirm your address")
	confirmForm.Set(s, Proof{})
	_, _, err := p.auth.open(s, q.Token, toConfirm)
	return err
}

// Confirm makes the account, and logs in.
func (p confirm) Confirm(s *views.Socket, f *forms.Submission[Proof]) error {
	password := f.Data.Password
	f.Data.Password = ""
	text := linkToken.Get(s)
	t, ok, err := p.auth.open(s, text, toConfirm)
	if err != nil || !ok {
		return err
	}
	if err := p.auth.mayLogIn(s, t.email); err != nil {
		return err
	}
	ok, err = p.auth.passwords.check(s, account{password: t.password}, nil, password)
	if err != nil {
		return err
	}
	if !ok {
		f.AddFormError("That is not the password with which this account was registered. If other mails came, try their links. If you have not registered it, close this page.")
		return nil
	}
	id, err := p.auth.accounts.confirm(s, text, p.auth.now())
	switch {
	case errors.Is(err, ErrNone):
		return sendBack(s, LogInPath)
	case errors.Is(err, ErrTaken):
		s.Flash(views.FlashWarning, "There is an account with this address already.")
		return s.Redirect(LogInPath)
	case err != nil:
		return err
	}
	b, err := p.auth.accounts.begin(s, account{id: id, password: t.password}, p.auth.newSession(s, f.Data.Remember))
	if err != nil {
		return err
	}
	s.Flash(views.FlashSuccess, "Welcome. Your account is confirmed.")
	return p.auth.begun(s, b, f.Data.Remember, "")
}

// Remember is what the page of a link that logs in posts.
type Remember struct {
	Remember bool `form:"remember"`
}

var linkForm = forms.New[Remember]("link")

// link is the page of a link that logs in.
type link struct{ auth *Auth }

// Mount checks the link.
func (p link) Mount(s *views.Socket, q linkQuery) error {
	s.SetTitle("Log in")
	linkForm.Set(s, Remember{})
	_, _, err := p.auth.open(s, q.Token, toLogIn)
	return err
}

// Enter logs in.
func (p link) Enter(s *views.Socket, f *forms.Submission[Remember]) error {
	b, err := p.auth.accounts.logIn(s, linkToken.Get(s), p.auth.newSession(s, f.Data.Remember))
	if errors.Is(err, ErrNone) {
		return sendBack(s, LogInPath)
	}
	if err != nil {
		return err
	}
	s.Flash(views.FlashSuccess, "You are logged in.")
	return p.auth.begun(s, b, f.Data.Remember, "")
}

// newAddress is the page of a link that gives an account a new address.
type newAddress struct{ auth *Auth }

// Mount checks the link, and that it is the account's.
func (p newAddress) Mount(s *views.Socket, q linkQuery) error {
	s.SetTitle("New email")
	t, ok, err := p.auth.open(s, q.Token, toMove)
	if ok && t.account != Current.Get(s).ID {
		return sendBack(s, p.auth.home)
	}
	return err
}

// Change gives the account the address, and tells the old one.
func (p newAddress) Change(s *views.Socket, _ views.NoParams) error {
	a := p.auth
	before, email, err := a.accounts.move(s, linkToken.Get(s), Current.Get(s).ID, a.now())
	switch {
	case errors.Is(err, ErrNone):
		return sendBack(s, a.home)
	case errors.Is(err, ErrTaken):
		s.Flash(views.FlashWarning, "There is an account with this address already.")
		return s.Redirect(a.home)
	case err != nil:
		return err
	}
	if err := a.send("notice", func(context.Context) (Mail, error) {
		return Mail{To: before, Subject: "Your email has changed", Text: "The email of your account is " + email + " now. If you have not changed it, write to us.\n"}, nil
	}); err != nil {
		a.log.Error("auth: the old address was not told", "err", err)
	}
	s.Flash(views.FlashSuccess, "Your email is "+email+" now.")
	return s.Redirect(a.home)
}

// NewPassword is what the form for a new password posts.
type NewPassword struct {
	Token    string `form:"token"`
	Password string `form:"password" validate:"required,min=12,max=128"`
}

var resetForm = forms.New[NewPassword]("new-password")

// newPassword is the page of a link that sets a new password. A plain handler takes its form, see changed.
type newPassword struct{ auth *Auth }

// Mount checks the link.
func (p newPassword) Mount(s *views.Socket, q linkQuery) error {
	s.SetTitle("New password")
	resetForm.Set(s, NewPassword{Token: q.Token})
	_, _, err := p.auth.open(s, q.Token, toReset)
	return err
}

// Check validates the password while it is typed.
func (newPassword) Check(*views.Socket, *forms.Form[NewPassword]) error { return nil }

// resetPassword sets the new password, and ends all sessions of the account.
func (a *Auth) resetPassword(w http.ResponseWriter, r *http.Request) {
	f, ok := decode(a, w, r, resetForm)
	if !ok {
		return
	}
	back := NewPasswordPath + "?" + url.Values{"token": {f.Data.Token}}.Encode()
	if !f.Valid() {
		a.goTo(w, r, views.FlashError, "The password must have 12 to 128 characters.", back)
		return
	}
	if readToken(f.Data.Token) == nil { // before the work of hashing; Mount has sent honest people away
		a.goTo(w, r, views.FlashError, badLink, LogInPath)
		return
	}
	t, err := a.accounts.look(r.Context(), f.Data.Token, toReset, a.now())
	if errors.Is(err, ErrNone) {
		a.goTo(w, r, views.FlashError, badLink, LogInPath)
		return
	} else if err != nil {
		a.failed(w, r, err)
		return
	}
	done, ok := a.change(w, t.account)
	if !ok {
		return
	}
	defer done()
	stored, err := a.passwords.hash(r.Context(), f.Data.Password)
	if err != nil {
		a.goTo(w, r, views.FlashError, err.Error(), back)
		return
	}
	id, err := a.accounts.reset(r.Context(), f.Data.Token, stored, a.now())
	switch {
	case errors.Is(err, ErrNone):
		a.goTo(w, r, views.FlashError, badLink, LogInPath)
	case err != nil:
		a.failed(w, r, err)
	default:
		if err := a.end(r.Context()); err != nil { // this browser may have been logged in as somebody else
			a.log.Error("auth: a session has not ended", "err", err)
		}
		a.changed(w, r, User{ID: id}, newCookie(a.isLocal(r), "", false), "Your password is changed. Please log in with it.", LogInPath)
	}
}
