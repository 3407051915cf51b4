package auth

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Credentials is what the page of the log-in posts.
type Credentials struct {
	Email    string `form:"email" validate:"required,email,max=254"`
	Password string `form:"password" validate:"max=128"`
	Remember bool   `form:"remember"`
	Do       string `form:"do"` // which of the buttons
}

// Values of the buttons.
const (
	doLogIn    = "log-in"
	doRegister = "register"
	doLink     = "link"
)

var (
	enterForm = forms.New[Credentials]("log-in")
	// nextPage is where somebody wanted to go.
	nextPage = state.NewKey[string]("next")
)

// next is what the address says.
type next struct {
	Next string `query:"next"`
}

// enter is the page to log in and to register on.
type enter struct{ auth *Auth }

// Mount sends away who is logged in already.
func (p enter) Mount(s *views.Socket, q next) error {
	s.SetTitle("Log in")
	nextPage.Set(s, q.Next)
	enterForm.Set(s, Credentials{})
	if _, ok := userOf(s); ok {
		return p.auth.goOn(s, q.Next)
	}
	return nil
}

// Submit does what the button says that was pressed; Enter logs in.
func (p enter) Submit(s *views.Socket, f *forms.Submission[Credentials]) error {
	do, password := f.Data.Do, f.Data.Password
	f.Data.Do, f.Data.Password = "", "" // once it is read, the view has it no more
	email, problem := readAddress(f.Data.Email)
	if problem != "" {
		f.AddError(&f.Data.Email, problem)
		return nil
	}
	switch {
	case do == doLink:
		return p.auth.mailForLogIn(s, email)
	case password == "":
		f.AddError(&f.Data.Password, "can't be blank")
		return nil
	case do == doRegister && utf8.RuneCountInString(password) < minPassword:
		f.AddError(&f.Data.Password, tooShort)
		return nil
	case do == doRegister:
		return p.auth.register(s, email, password)
	}
	ok, err := p.auth.logIn(s, email, password, f.Data.Remember, nextPage.Get(s))
	if err == nil && !ok {
		f.AddFormError("The email or the password is wrong.")
	}
	return err
}

// logIn logs somebody in who knows the password.
func (a *Auth) logIn(s *views.Socket, email, password string, remember bool, next string) (ok bool, err error) {
	if err := a.mayLogIn(s, email); err != nil {
		return false, err
	}
	for first := true; ; first = false {
		who, found := a.accounts.find(s, email)
		ok, err = a.passwords.check(s, who, found, password)
		if err != nil || !ok {
			return false, err
		}
		b, err := a.accounts.begin(s, a.rehashed(s, who, password), a.newSession(s, remember))
		switch {
		case errors.Is(err, ErrNone) && first: // the password has changed while it was checked, or was hashed again
			continue
		case errors.Is(err, ErrNone):
			return false, nil
		case err != nil:
			return false, err
		}
		s.Flash(views.FlashSuccess, "You are logged in.")
		return true, a.begun(s, b, remember, next)
	}
}

// rehashPatience is how long a log-in waits for its password to be hashed again.
const rehashPatience = time.Second

// rehashed gives an account whose password is right a hash with the costs of now. If that is not possible, the log-in goes
// on with the old one, and the next tries again.
func (a *Auth) rehashed(ctx context.Context, who account, password string) account {
	if strings.HasPrefix(who.password, costs()) {
		return who
	}
	ctx, cancel := context.WithTimeout(ctx, rehashPatience)
	defer cancel()
	stored, err := a.passwords.hash(ctx, password)
	if err != nil || a.accounts.rehash(ctx, who, stored) != nil {
		return who
	}
	who.password = stored
	return who
}

// register mails a link that makes an account. Until that is used there is none: nobody can take an address by
// registering it. The answer is the same where there is an account; its owner gets another mail.
func (a *Auth) register(s *views.Socket, email, password string) error {
	if err := a.mayMail(s, email); err != nil {
		return err
	}
	stored, err := a.passwords.hash(s, password)
	if err != nil {
		return err
	}
	return a.sendTo(s, "registration", func(ctx context.Context) (Mail, error) {
		_, err := a.accounts.find(ctx, email)
		if err == nil {
			return Mail{To: email, Subject: "You have an account", Link: a.url + LogInPath, Text: "Somebody has tried to register with your address. You have an account already:\n\n" +
				a.url + LogInPath + "\n\nIf that was not you, do nothing.\n"}, nil
		}
		if !errors.Is(err, ErrNone) {
			return Mail{}, err
		}
		return a.mailLink(ctx, token{purpose: toConfirm, email: email, password: stored}, ConfirmPath, "Confirm your address", "Confirm your address to get your account:")
	})
}

// mailForLogIn mails a link that logs in, if there is an account.
func (a *Auth) mailForLogIn(s *views.Socket, email string) error {
	return a.mailIfKnown(s, email, toLogIn, LinkPath, "Log in", "With this link you are logged in. It works once, for 15 minutes:")
}

// mailIfKnown mails a link to an account, if there is one; the answer is the same.
func (a *Auth) mailIfKnown(s *views.Socket, email string, p purpose, path, subject, text string) error {
	if err := a.mayMail(s, email); err != nil {
		return err
	}
	return a.sendTo(s, string(p), func(ctx context.Context) (Mail, error) {
		who, err := a.accounts.find(ctx, email)
		var m Mail
		if err == nil {
			m, err = a.mailLink(ctx, token{purpose: p, email: who.email, account: who.id}, path, subject, text)
		}
		if errors.Is(err, ErrNone) {
			return Mail{}, nil
		}
		return m, err
	})
}

// sendTo sends a mail in the background, and the page to where that is said.
func (a *Auth) sendTo(s *views.Socket, what string, write func(ctx context.Context) (Mail, error)) error {
	if err := a.send(what, write); err != nil {
		return err
	}
	s.Flash(views.FlashInfo, "If the address is right, a mail is on its way to it.")
	return s.Redirect(a.sent)
}

// sent is the page of who is to look into the mailbox.
type sent struct{}

// Mount sets the title.
func (sent) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Mail")
	return nil
}

// Address is what a form for an address alone posts.
type Address struct {
	Email string `form:"email" validate:"required,email,max=254"`
}

var forgottenForm = forms.New[Address]("forgotten")

// forgotten is the page for who has forgotten the password.
type forgotten struct{ auth *Auth }

// Mount sets the title.
func (forgotten) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("New password")
	forgottenForm.Set(s, Address{})
	return nil
}

// Submit mails a link.
func (p forgotten) Submit(s *views.Socket, f *forms.Submission[Address]) error {
	email, problem := readAddress(f.Data.Email)
	if problem != "" {
		f.AddError(&f.Data.Email, problem)
		return nil
	}
	return p.auth.mailIfKnown(s, email, toReset, NewPasswordPath, "New password", "Set a new password with this link. It works once, for an hour:")
}
