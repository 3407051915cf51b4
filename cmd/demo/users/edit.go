package users

import (
	"context"
	"errors"

	"github.com/sideband-go/sideband/forms"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// What the page of a form knows.
var (
	Form = forms.New[User]("user", forms.WithValidator(forms.Rules(rules)), forms.WithLabels(labels))
	// Stored is the user as the page has found it: the zero User for a new one.
	Stored = state.NewKey[User]("stored")
)

// labels names rows: fields have the labels that the page gives them.
func labels(_ context.Context, path string) string {
	if path == "addresses[]" {
		return "Address %d"
	}
	return ""
}

// EditQuery is what the address says.
type EditQuery struct {
	ID int64 `path:"id"`
}

// Edit is the page with the form of a user.
type Edit struct{ Directory }

// Mount shows the user as stored.
func (p Edit) Mount(s *views.Socket, q EditQuery) error {
	u, err := p.Store.Get(s, q.ID)
	if errors.Is(err, ErrNoUser) {
		return views.ErrNotFound
	}
	if err != nil {
		return err
	}
	s.SetTitle("Edit user")
	Stored.Set(s, u)
	Form.Set(s, u)
	return nil
}

// Change checks the email, and makes the regions follow the country.
func (p Edit) Change(s *views.Socket, f *forms.Form[User]) error {
	f.Data.Region = f.Data.region()
	return checkEmail(s, p.Store, f)
}

// Save stores the changes. If somebody else has been faster it says what they have changed, and
// saving again stores this form over it.
func (p Edit) Save(s *views.Socket, f *forms.Submission[User]) error {
	f.Data.Region = f.Data.region()
	switch err := p.Store.Update(s, f.Data); {
	case errors.Is(err, ErrTaken):
		f.AddError(&f.Data.Email, taken)
		return nil
	case errors.Is(err, ErrNoUser):
		return views.ErrNotFound
	case errors.Is(err, ErrChanged):
		return p.merge(s, f.Form)
	case err != nil:
		return err
	}
	if err := p.Saved.Publish(s, Saved{f.Data.ID}); err != nil {
		return err
	}
	s.Flash(views.FlashSuccess, f.Data.Name+" has been saved.")
	return s.Redirect(Path)
}

// merge says what has been changed since the page found the user.
func (p Edit) merge(s *views.Socket, f *forms.Form[User]) error {
	now, err := p.Store.Get(s, f.Data.ID)
	if err != nil {
		return err
	}
	before := Stored.Get(s)
	if before.Version != f.Data.Version {
		before = f.Data // the page was remounted: all that is different may have been changed
	}
	f.AddFormError("This user has been saved elsewhere meanwhile" + differences(before, now) + ". Save again to replace that with what is here.")
	f.Data.Version = now.Version
	Stored.Set(s, now)
	return nil
}

// New is the page with the form of a new user.
type New struct{ Directory }

// Mount shows an empty form.
func (New) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("New user")
	Form.Set(s, User{Country: "DE", Role: "member", Addresses: make([]Address, 1)})
	return nil
}

// Change checks the email, and makes the regions follow the country.
func (p New) Change(s *views.Socket, f *forms.Form[User]) error {
	f.Data.Region = f.Data.region()
	return checkEmail(s, p.Store, f)
}

// Save stores the user.
func (p New) Save(s *views.Socket, f *forms.Submission[User]) error {
	f.Data.Region = f.Data.region()
	id, err := p.Store.Create(s, f.Data)
	switch {
	case errors.Is(err, ErrTaken):
		f.AddError(&f.Data.Email, taken)
		return nil
	case errors.Is(err, ErrFull):
		f.AddFormError("There is no room for another user.")
		return nil
	case err != nil:
		return err
	}
	if err := p.Saved.Publish(s, Saved{id}); err != nil {
		return err
	}
	s.Flash(views.FlashSuccess, f.Data.Name+" is a user now.")
	return s.Redirect(Path)
}

// taken is what is wrong with an email that another user has.
const taken = "is taken"

// checkEmail says early that an email is taken. When the user is stored, the database decides.
func checkEmail(ctx context.Context, st *Store, f *forms.Form[User]) error {
	used, err := st.Taken(ctx, f.Data.Email, f.Data.ID)
	if used {
		f.AddError(&f.Data.Email, taken)
	}
	return err
}
