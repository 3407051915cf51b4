package users

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-playground/validator/v10"
)

// User is one user, and what the form posts.
type User struct {
	ID         int64     `form:"-"`
	Version    int64     `form:"version"` // of the user that the form shows: it counts the changes
	Name       string    `form:"name" validate:"required,max=80"`
	Email      string    `form:"email" validate:"required,email,max=254"`
	Password   string    `form:"password" validate:"omitempty,min=12,max=200"` // as it was typed; what is stored is its hash
	Age        int       `form:"age,omitempty" validate:"gte=18,lte=130"`
	Country    string    `form:"country" validate:"required"`
	Region     string    `form:"region"`
	Newsletter bool      `form:"newsletter"`
	Role       string    `form:"role" validate:"required,oneof=member editor admin"`
	Addresses  []Address `form:"addresses" validate:"max=5,dive"`
}

// Address is one of a user's addresses.
type Address struct {
	Street string `form:"street" json:"street" validate:"required,max=120"`
	City   string `form:"city" json:"city" validate:"required,max=80"`
}

// rules adds what tags can't say.
func rules(v *validator.Validate) error {
	v.RegisterStructValidation(func(is validator.StructLevel) {
		u := is.Current().Interface().(User)
		if u.Name != "" && !strings.ContainsFunc(u.Name, isVisible) {
			is.ReportError(u.Name, "name", "Name", "required", "")
		}
		if u.ID == 0 && u.Password == "" { // others have one, and leave the field empty to keep it
			is.ReportError(u.Password, "password", "Password", "required", "")
		}
		c, ok := countryOf(u.Country)
		if !ok && u.Country != "" {
			is.ReportError(u.Country, "country", "Country", "oneof", "")
		}
		if len(c.regions) > 0 && u.region() == "" {
			is.ReportError(u.Region, "region", "Region", "required", "")
		}
	}, User{})
	return nil
}

// isVisible is what a name needs one of, or the list would have a link that nobody sees.
func isVisible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// region is the user's region, "" if the country has no such region.
func (u User) region() string {
	if c, _ := countryOf(u.Country); slices.Contains(c.regions, u.Region) {
		return u.Region
	}
	return ""
}

// Entry is a user in the list. It is a value without pointers, so that those which did not
// change are told from those that did without rendering them.
type Entry struct {
	ID      int64
	Name    string
	Email   string
	Country string
	Role    string
}

// Key is what tells entries apart.
func (e Entry) Key() int64 { return e.ID }
