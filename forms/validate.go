package forms

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"
)

// Validator finds out what is wrong with the data of a form.
type Validator interface {
	// Validate returns the problems of a struct, which data points to. Their fields are named by
	// their form tags, as in addresses[0].street; rows by index.
	Validate(ctx context.Context, data any) ([]Problem, error)
}

// Rules returns a validator that looks at validate tags with package
// github.com/go-playground/validator/v10. register, if not nil, adds rules of one's own.
func Rules(register func(v *validator.Validate) error) Validator {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("form"), ",")
		if name == "-" {
			return ""
		}
		return name
	})
	if register != nil {
		if err := register(v); err != nil {
			panic(fmt.Sprintf("forms: %v", err))
		}
	}
	return &rules{v}
}

// rules is a Validator on go-playground's.
type rules struct{ v *validator.Validate }

// check panics for a validate tag with an unknown rule, of a struct or one in it. No rule runs: an empty text with
// omitempty is valid.
func (r *rules) check(s *schema) {
	for f := range s.typ.Fields() {
		if tag := f.Tag.Get("validate"); f.IsExported() && tag != "" && tag != "-" {
			r.checkTag(s.typ, f, tag)
		}
	}
	for _, n := range s.fields {
		if n.inner != nil {
			r.check(n.inner)
		}
	}
}

func (r *rules) checkTag(t reflect.Type, f reflect.StructField, tag string) {
	defer func() {
		if said := recover(); said != nil {
			why := strings.TrimSuffix(fmt.Sprint(said), " on field ''")
			panic(fmt.Sprintf("forms: the field %s of %v is tagged validate:%q, which the validator does not take: %s", f.Name, t, tag, why))
		}
	}()
	_ = r.v.Var("", "omitempty,"+tag)
}

var defaultRules = sync.OnceValue(func() Validator { return Rules(nil) })

// Validate is part of Validator.
func (r *rules) Validate(ctx context.Context, data any) ([]Problem, error) {
	err := r.v.StructCtx(ctx, data)
	if err == nil {
		return nil, nil
	}
	all, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok {
		return nil, fmt.Errorf("forms: %w", err)
	}
	list := make([]Problem, len(all))
	for i, e := range all {
		_, path, _ := strings.Cut(e.Namespace(), ".")
		list[i] = Problem{Field: path, Rule: e.Tag(), Param: e.Param(), Kind: valueKind(e.Type())}
	}
	return list, nil
}

func valueKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Slice, reflect.Map, reflect.Array:
		return "list"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "number"
	}
	return ""
}
