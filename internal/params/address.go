package params

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"

	"github.com/sideband-go/sideband/internal/fault"
)

// Address reads what a page takes from its URL, and writes URLs of it.
type Address struct {
	typ     reflect.Type
	fields  []addressField
	action  int      // the field that says which of the page's routes it is; -1 without one
	actions []string // their names
}

// addressField is a field of the struct that a page takes from its URL.
type addressField struct {
	index       int
	name        string
	inPath      bool
	isList      bool
	fallback    reflect.Value // of the default tag; the zero value without one
	hasFallback bool
	rule        string // of the validate tag
}

// NewAddress makes what reads and writes the URLs of a page that takes a t: a struct whose fields are tagged
// path:"name" or query:"name". A query parameter may be tagged with a default and with rules of the validator. A text
// that is tagged action:"index show" says what the route is called. It panics on mistakes; where names the method in that.
func NewAddress(t reflect.Type, where string) *Address {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("views: %s takes %v: use a struct with path and query tags, or views.NoParams", where, t))
	}
	checkTags(t, where, "path", "query", "action")
	a := &Address{typ: t, action: -1}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		if names, ok := f.Tag.Lookup("action"); ok {
			a.takeAction(i, f, strings.Fields(names), where)
			continue
		}
		path, _ := tagName(f, "path")
		query, _ := tagName(f, "query")
		d := addressField{index: i, name: path, inPath: path != "", isList: !IsScalar(f.Type), fallback: reflect.Zero(f.Type), rule: f.Tag.Get("validate")}
		if !d.inPath {
			d.name = query
		}
		if d.name == "" {
			continue
		}
		fail := func(format string, args ...any) {
			panic(fmt.Sprintf("views: %s takes %v, whose field %s "+format, append([]any{where, t, f.Name}, args...)...))
		}
		if text, ok := f.Tag.Lookup("default"); ok {
			if d.inPath || d.isList {
				fail("has a default: only a single query parameter may have one")
			}
			v := reflect.New(f.Type).Elem()
			if err := Parse(v, text); err != nil {
				fail("has the default %q, which is no %v", text, f.Type)
			}
			d.fallback, d.hasFallback = v, true
		}
		if d.rule != "" {
			if err := d.try(); err != nil {
				fail("is tagged validate:%q: %v", d.rule, err)
			}
			if d.hasFallback && !d.isValid(d.fallback) {
				fail("has a default that is not valid")
			}
		}
		a.fields = append(a.fields, d)
	}
	return a
}

// takeAction takes a field for the name of the route.
func (a *Address) takeAction(index int, f reflect.StructField, names []string, where string) {
	if f.Type.Kind() != reflect.String || len(names) == 0 || a.action >= 0 {
		panic(fmt.Sprintf("views: %s takes %v, whose field %s is tagged action: one field may be, a string, with the names of the page's routes", where, a.typ, f.Name))
	}
	a.action, a.actions = index, names
}

// HasAction reports whether a route of the page may have the name.
func (a *Address) HasAction(name string) bool { return a != nil && slices.Contains(a.actions, name) }

// rules checks values by the rules of validate tags.
var rules = sync.OnceValue(func() *validator.Validate { return validator.New() })

// try returns an error for rules that the validator does not know, or that do not fit the type of the field.
func (d *addressField) try() (err error) {
	defer func() {
		if said := recover(); said != nil {
			err = fmt.Errorf("the validator does not take it: %v", said)
		}
	}()
	_ = rules().Var(d.fallback.Interface(), d.rule)
	return nil
}

// isValid reports whether a value meets the rules.
func (d *addressField) isValid(v reflect.Value) bool {
	return d.rule == "" || rules().Var(v.Interface(), d.rule) == nil
}

// Read reads the parameters of a URL. What is missing is the default. What can't be read or is not valid is the
// default, too, if the field has one, and else an error: 404 of a parameter in the path, 400 of one in the query.
// Of a parameter that is there several times the first counts. Others are ignored.
func (a *Address) Read(in Input) (reflect.Value, error) {
	p := reflect.New(a.typ).Elem()
	if a.action >= 0 {
		p.Field(a.action).SetString(cmp.Or(in.Action, a.actions[0]))
	}
	for i := range a.fields {
		d := &a.fields[i]
		var texts []string
		if d.inPath {
			texts = []string{in.Path(d.name)}
		} else {
			texts = all(in.Query, d.name)
		}
		if err := d.read(p.Field(d.index), texts); err != nil {
			if failed, ok := errors.AsType[*fault.Panic](err); ok {
				return p, failed // the application's code is wrong, not what was sent
			}
			if d.inPath {
				return p, &fault.Status{Code: 404, Text: "Not found"}
			}
			return p, &fault.Status{Code: 400, Text: "The address has a parameter that can't be read."}
		}
	}
	return p, nil
}

// read sets a field.
func (d *addressField) read(v reflect.Value, texts []string) error {
	v.Set(d.fallback)
	if len(texts) == 0 || texts[0] == "" && !d.isList {
		if d.hasFallback || d.isValid(v) {
			return nil
		}
		return fmt.Errorf("%w: nothing is no valid value", fault.ErrParams)
	}
	err := d.parse(v, texts)
	if err == nil && !d.isValid(v) {
		err = fmt.Errorf("%w: it is not valid", fault.ErrParams)
	}
	if err != nil && d.hasFallback {
		if _, ok := errors.AsType[*fault.Panic](err); !ok {
			v.Set(d.fallback)
			return nil
		}
	}
	return err
}

func (d *addressField) parse(v reflect.Value, texts []string) error {
	if !d.isList {
		return Parse(v, texts[0])
	}
	list := reflect.MakeSlice(v.Type(), len(texts), len(texts))
	for i, text := range texts {
		if text == "" {
			continue
		}
		if err := Parse(list.Index(i), text); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

// ErrEmpty is the error of an address whose path would have an empty value in it.
var ErrEmpty = errors.New("the path of the address would have an empty value in it")

// Write writes the address for the parameters q. The pattern is that of the route, whose {name} is the field with
// that path tag; path is that of the page, which is the address's if q has no fields for the path. A query parameter that
// has its default, or is the zero value without one, is left out; the others are in the order of the struct.
func (a *Address) Write(pattern, path string, q any) (string, error) {
	v := reflect.ValueOf(q)
	if !v.IsValid() || v.Type() != a.typ {
		return "", fmt.Errorf("the page takes %v from its address, not %T", a.typ, q)
	}
	if len(a.PathNames()) > 0 {
		var err error
		if path, err = a.path(pattern, v); err != nil {
			return "", err
		}
	}
	return path + a.query(v), nil
}

func (a *Address) query(v reflect.Value) string {
	b := []byte{}
	add := func(name string, v reflect.Value) {
		sep := byte('&')
		if len(b) == 0 {
			sep = '?'
		}
		b = append(b, sep)
		b = append(append(append(b, url.QueryEscape(name)...), '='), url.QueryEscape(Format(v))...)
	}
	for i := range a.fields {
		d := &a.fields[i]
		f := v.Field(d.index)
		switch {
		case d.inPath:
		case d.isList:
			for i := range f.Len() {
				add(d.name, f.Index(i))
			}
		case Format(f) != Format(d.fallback):
			add(d.name, f)
		}
	}
	return string(b)
}

// path fills in the places of a pattern.
func (a *Address) path(pattern string, v reflect.Value) (path string, err error) {
	route := pattern
	for {
		before, rest, found := strings.Cut(pattern, "{")
		if path += before; strings.Contains(before, "*") {
			return "", a.notFilled(route)
		}
		if !found {
			return path, nil
		}
		depth, end := 1, 0 // of chi's places with expressions, such as {id:[0-9]{3}}
		for end < len(rest) && depth > 0 {
			switch rest[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
			end++
		}
		name, _, _ := strings.Cut(strings.TrimSuffix(rest[:end], "}"), ":")
		text, ok := a.pathText(strings.TrimSuffix(name, "..."), v)
		if !ok {
			return "", a.notFilled(route)
		}
		if text == "" {
			return "", fmt.Errorf("%w: %s", ErrEmpty, name)
		}
		path += text
		pattern = rest[end:]
	}
}

func (a *Address) notFilled(pattern string) error {
	return fmt.Errorf("the fields of %v do not fill the places of the route %s", a.typ, pattern)
}

func (a *Address) pathText(name string, v reflect.Value) (text string, ok bool) {
	for i := range a.fields {
		if d := &a.fields[i]; d.inPath && d.name == name {
			return url.PathEscape(Format(v.Field(d.index))), true
		}
	}
	return "", false
}

// PathNames are the names of the parameters in the path; none of a nil Address, which takes nothing.
func (a *Address) PathNames() (names []string) {
	if a == nil {
		return nil
	}
	for i := range a.fields {
		if d := &a.fields[i]; d.inPath {
			names = append(names, d.name)
		}
	}
	return names
}
