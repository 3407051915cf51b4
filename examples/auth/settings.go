package auth

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var againForm = forms.New[Proof]("again")

// again is the page that asks for the password once more.
type again struct{ auth *Auth }

// Mount keeps where to go on.
func (again) Mount(s *views.Socket, q next) error {
	s.SetTitle("Is it you?")
	nextPage.Set(s, q.Next)
	againForm.Set(s, Proof{})
	return nil
}

// Submit goes on if the password is right.
func (p again) Submit(s *views.Socket, f *forms.Submission[Proof]) error {
	password, u := f.Data.Password, Current.Get(s)
	f.Data.Password = ""
	if err := p.auth.mayLogIn(s, u.Email); err != nil {
		return err
	}
	who, found := p.auth.accounts.get(s, u.ID)
	ok, err := p.auth.passwords.check(s, who, found, password)
	if err != nil {
		return err
	}
	if !ok {
		f.AddFormError("The password is wrong.")
		return nil
	}
	if err := p.auth.accounts.prove(s, u.Session, p.auth.now()); err != nil {
		return err
	}
	return p.auth.goOn(s, nextPage.Get(s))
}

var (
	addressForm  = forms.New[Address]("address")
	passwordForm = forms.New[NewPassword]("password")
)

// settings is the page for the address and the password.
type settings struct{ auth *Auth }

// Mount shows the address.
func (settings) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Settings")
	addressForm.Set(s, Address{Email: Current.Get(s).Email})
	passwordForm.Set(s, NewPassword{})
	return nil
}

// Move mails a link to the new address, which is the account's once that is opened. The answer is the same if another
// account has it.
func (p settings) Move(s *views.Socket, f *forms.Submission[Address]) error {
	a, u := p.auth, Current.Get(s)
	email, problem := readAddress(f.Data.Email)
	if email == u.Email {
		problem = "is your address already"
	}
	if problem != "" {
		f.AddError(&f.Data.Email, problem)
		return nil
	}
	if err := a.mayMail(s, email); err != nil {
		return err
	}
	return a.sendTo(s, string(toMove), func(ctx context.Context) (Mail, error) {
		if _, err := a.accounts.find(ctx, email); err == nil {
			return Mail{To: email, Subject: "You have an account", Text: "Somebody has tried to give your address to another account. Nothing has changed.\n"}, nil
		} else if !errors.Is(err, ErrNone) {
			return Mail{}, err
		}
		return a.mailLink(ctx, token{purpose: toMove, email: email, account: u.ID}, NewAddressPath, "Confirm your new address", "Confirm that this is the new address of your account, where you are logged in:")
	})
}

// Check validates the password while it is typed.
func (settings) Check(*views.Socket, *forms.Form[NewPassword]) error { return nil }

// setPassword changes the password, and ends all other sessions. It is a plain handler, see changed.
func (a *Auth) setPassword(w http.ResponseWriter, r *http.Request, u User) {
	f, ok := decode(a, w, r, passwordForm)
	if !ok {
		return
	}
	switch {
	case !a.isSure(u):
		a.goTo(w, r, views.FlashInfo, "Please confirm that it is you.", withNext(AgainPath, SettingsPath))
		return
	case !f.Valid():
		a.goTo(w, r, views.FlashError, "The password must have 12 to 128 characters.", SettingsPath)
		return
	}
	done, ok := a.change(w, u.ID)
	if !ok {
		return
	}
	defer done()
	stored, err := a.passwords.hash(r.Context(), f.Data.Password)
	if err != nil {
		a.goTo(w, r, views.FlashError, err.Error(), SettingsPath)
		return
	}
	b, err := a.accounts.change(r.Context(), u, stored, newSession{browser: browserName(r.UserAgent()), remember: u.remember, now: a.now()})
	switch {
	case errors.Is(err, ErrNone): // another change was faster, and has ended this session
		a.goTo(w, r, views.FlashWarning, "Please log in.", LogInPath)
		return
	case err != nil:
		a.failed(w, r, err)
		return
	}
	a.changed(w, r, u, newCookie(a.isLocal(r), b.text, u.remember), "Your password is changed. You are logged out everywhere else.", SettingsPath)
}

// change lets one change of an account's password run at a time: else one member could keep all slots of the hashers
// busy. Beyond that it has answered.
func (a *Auth) change(w http.ResponseWriter, id int64) (done func(), ok bool) {
	if _, busy := a.changing.LoadOrStore(id, true); busy {
		http.Error(w, "Your password is being changed already. Please try again in a moment.", http.StatusTooManyRequests)
		return nil, false
	}
	return func() { a.changing.Delete(id) }, true
}

// Sessions is what the page of the list shows.
var Sessions = state.NewKey[[]Session]("sessions")

// sessionList is the page with the browsers in which somebody is logged in.
type sessionList struct{ auth *Auth }

// Mount reads the list.
func (p sessionList) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Sessions")
	list, err := p.auth.accounts.sessions(s, Current.Get(s).ID, p.auth.now())
	if err != nil {
		return err
	}
	Sessions.Set(s, list)
	return nil
}

// logOut ends the session of this browser, and all pages that it has opened.
func (a *Auth) logOut(w http.ResponseWriter, r *http.Request) {
	if err := a.end(r.Context()); err != nil {
		a.failed(w, r, err)
		return
	}
	http.SetCookie(w, newCookie(a.isLocal(r), "", false))
	if err := a.kit.Sessions().Destroy(r.Context()); err != nil {
		a.failed(w, r, err)
		return
	}
	a.goTo(w, r, views.FlashSuccess, "You are logged out.", LogInPath)
}

// end ends the session of this browser, if it has one.
func (a *Auth) end(ctx context.Context) error {
	u, ok := userOf(ctx)
	if !ok {
		return nil
	}
	if err := a.accounts.end(ctx, u.ID, u.Session); err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	a.reloadLater(ctx, u.ID)
	return nil
}

// logOutEverywhere ends all sessions of an account.
func (a *Auth) logOutEverywhere(w http.ResponseWriter, r *http.Request, u User) {
	if err := a.accounts.endAll(r.Context(), u.ID); err != nil {
		a.failed(w, r, err)
		return
	}
	a.changed(w, r, u, newCookie(a.isLocal(r), "", false), "You are logged out everywhere.", LogInPath)
}

// endSession ends one session of an account, from the list.
func (a *Auth) endSession(w http.ResponseWriter, r *http.Request, u User) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	if id == u.Session {
		a.logOut(w, r)
		return
	}
	switch err := a.accounts.end(r.Context(), u.ID, id); {
	case errors.Is(err, ErrNone):
		a.goTo(w, r, views.FlashInfo, "That session had ended already.", SessionsPath)
	case err != nil:
		a.failed(w, r, err)
	default:
		a.reloadLater(r.Context(), u.ID)
		a.goTo(w, r, views.FlashSuccess, "That session is logged out.", SessionsPath)
	}
}

// changed answers a request after which others of the user's sessions have ended, and has their pages leave. Those of
// this browser leave half a second later, since its session is renewed: this answer is to reach the page first that has
// asked. So the answer is written before Disconnect is called; this is why a plain handler does it and no event, which
// would be dropped with its page.
func (a *Auth) changed(w http.ResponseWriter, r *http.Request, u User, cookie *http.Cookie, text, to string) {
	if cookie != nil {
		http.SetCookie(w, cookie)
	}
	if err := a.kit.Sessions().RenewToken(r.Context()); err != nil {
		a.log.Error("auth: the browser's session was not renewed", "err", err)
	}
	a.goTo(w, r, views.FlashSuccess, text, to)
	a.kit.Disconnect(u.identity())
}

// goTo sends the browser to a page that tells something.
func (a *Auth) goTo(w http.ResponseWriter, r *http.Request, kind views.FlashKind, text, to string) {
	a.kit.Flash(w, r, kind, text)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// maxPost bounds what plain handlers read.
const maxPost = 64 << 10

// decode reads the form that a plain handler gets. Without one it has answered.
func decode[T any](a *Auth, w http.ResponseWriter, r *http.Request, k *forms.Key[T]) (f *forms.Form[T], ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxPost)
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, "That could not be read.", status)
		return nil, false
	}
	f, err := k.Decode(r.Context(), r.PostForm)
	if err != nil {
		a.failed(w, r, err)
		return nil, false
	}
	return f, true
}
