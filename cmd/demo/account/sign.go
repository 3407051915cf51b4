package account

import (
	"context"
	"net/http"
	"strings"

	"github.com/alexedwards/scs/v2"

	"github.com/sideband-go/sideband/views"
)

// Where the account's pages are.
const (
	Path        = "/account"
	SignInPath  = "/sign-in"
	SignOutPath = "/sign-out"
)

const (
	nameKey = "name"
	maxName = 40
)

type whoKey struct{}

// Name returns who has signed in, "" for nobody. It knows below Require alone.
func Name(ctx context.Context) string {
	name, _ := ctx.Value(whoKey{}).(string)
	return name
}

// Desk signs people in and out. Its methods are plain handlers and middleware. Flash tells
// the next page something.
type Desk struct {
	Sessions *scs.SessionManager
	Flash    func(w http.ResponseWriter, r *http.Request, kind views.FlashKind, text string)
}

// Require sends strangers to sign in.
func (d Desk) Require(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := d.Sessions.GetString(r.Context(), nameKey)
		if name == "" {
			http.Redirect(w, r, SignInPath, http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), whoKey{}, name)))
	})
}

// SignIn takes the form of SignInForm. The session gets a new token, so that one that
// somebody else may know is worth nothing.
func (d Desk) SignIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	name := strings.TrimSpace(r.PostFormValue("name"))
	if name == "" || len(name) > 4*maxName {
		d.Flash(w, r, views.FlashWarning, "That is no name to sign in with.")
		http.Redirect(w, r, SignInPath, http.StatusSeeOther)
		return
	}
	if err := d.Sessions.RenewToken(r.Context()); err != nil {
		http.Error(w, "Signing in is not possible right now.", http.StatusInternalServerError)
		return
	}
	d.Sessions.Put(r.Context(), nameKey, name)
	d.Flash(w, r, views.FlashSuccess, "You are signed in.")
	http.Redirect(w, r, Path, http.StatusSeeOther)
}

// SignOut ends the session, and with it all pages that it has open.
func (d Desk) SignOut(w http.ResponseWriter, r *http.Request) {
	if err := d.Sessions.Destroy(r.Context()); err != nil {
		http.Error(w, "Signing out is not possible right now.", http.StatusInternalServerError)
		return
	}
	d.Flash(w, r, views.FlashSuccess, "You are signed out.")
	http.Redirect(w, r, SignInPath, http.StatusSeeOther)
}
