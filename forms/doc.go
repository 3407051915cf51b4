// Package forms decodes, validates and renders forms whose state is kept on the server.
//
// A form is a struct with form and validate tags, under a key of package state's kind:
//
//	type Signup struct {
//		Email string `form:"email" validate:"required,email"`
//		Age   int    `form:"age,omitempty" validate:"gte=18"`
//	}
//
//	var Form = forms.New[Signup]("signup")
//
// The form tag names a field in the page; with omitempty its zero value shows as an empty text, and browsers do not
// set a field that is tagged form:"-". Each exported field has a tag: a number, a string, a bool, a type with
// UnmarshalText, a struct of such fields, or a slice of them. The rules of validate are those of package
// github.com/go-playground/validator/v10; lists of structs need dive.
//
// A page has up to two events for it. Change runs for each change of a field; Save runs for a
// submit, if everything that was posted parses and is valid:
//
//	func (p Page) Change(s *views.Socket, f *forms.Form[Signup]) error
//	func (p Page) Save(s *views.Socket, f *forms.Submission[Signup]) error
//
// Fields are named by address, as in f.Field(&f.Data.Email) and
// f.AddError(&f.Data.Email, "is taken").
package forms
