package render

import (
	"context"
	"io"
	"reflect"
	"unsafe"

	"github.com/a-h/templ"
)

// bound is content that one component gives to another: it reads and sends as the parent.
type bound struct {
	content templ.Component
	parent  *Component
}

// Render is part of templ.Component.
func (b bound) Render(ctx context.Context, w io.Writer) error {
	return b.content.Render(&renderContext{ctx, b.parent}, w)
}

// binder binds the slots in an addressable value to the parent.
type binder func(v reflect.Value, parent *Component)

var contentType = reflect.TypeFor[templ.Component]()

// binderOf returns the binder of the slots in a type of props: contents, functions that return one,
// and structs, slices, arrays and maps of those. It is nil if there are none. above are the types
// that this one is part of.
func binderOf(t reflect.Type, above map[reflect.Type]bool) binder {
	if above[t] {
		return nil // a type that holds itself: its slots further down stay as they are
	}
	above[t] = true
	defer delete(above, t)
	switch {
	case t == contentType:
		return func(v reflect.Value, parent *Component) {
			if c, ok := v.Interface().(templ.Component); ok {
				v.Set(reflect.ValueOf(bound{c, parent}))
			}
		}
	case t.Kind() == reflect.Func && t.NumOut() == 1 && t.Out(0) == contentType:
		return bindFunc
	}
	switch t.Kind() {
	case reflect.Struct:
		return structBinder(t, above)
	case reflect.Slice:
		if each := binderOf(t.Elem(), above); each != nil {
			return func(v reflect.Value, parent *Component) {
				if v.IsNil() {
					return
				}
				list := reflect.MakeSlice(t, v.Len(), v.Len())
				reflect.Copy(list, v)
				for i := range list.Len() {
					each(list.Index(i), parent)
				}
				v.Set(list)
			}
		}
	case reflect.Array:
		if each := binderOf(t.Elem(), above); each != nil {
			return func(v reflect.Value, parent *Component) {
				for i := range v.Len() {
					each(v.Index(i), parent)
				}
			}
		}
	case reflect.Map:
		if each := binderOf(t.Elem(), above); each != nil {
			return func(v reflect.Value, parent *Component) {
				if v.IsNil() {
					return
				}
				m := reflect.MakeMapWithSize(t, v.Len())
				for it := v.MapRange(); it.Next(); {
					e := reflect.New(t.Elem()).Elem()
					e.Set(it.Value())
					each(e, parent)
					m.SetMapIndex(it.Key(), e)
				}
				v.Set(m)
			}
		}
	}
	return nil
}

func structBinder(t reflect.Type, above map[reflect.Type]bool) binder {
	type field struct {
		i    int
		bind binder
	}
	var fields []field
	for i := range t.NumField() {
		if b := binderOf(t.Field(i).Type, above); b != nil {
			fields = append(fields, field{i, b})
		}
	}
	if fields == nil {
		return nil
	}
	return func(v reflect.Value, parent *Component) {
		for _, f := range fields {
			at := v.Field(f.i)
			// Slots may be unexported: a component is used in its own package, too.
			f.bind(reflect.NewAt(at.Type(), unsafe.Pointer(at.UnsafeAddr())).Elem(), parent)
		}
	}
}

// bindFunc binds what a slot with arguments returns.
func bindFunc(v reflect.Value, parent *Component) {
	if v.IsNil() {
		return
	}
	f, t := reflect.ValueOf(v.Interface()), v.Type()
	v.Set(reflect.MakeFunc(t, func(args []reflect.Value) []reflect.Value {
		var out []reflect.Value
		if t.IsVariadic() {
			out = f.CallSlice(args)
		} else {
			out = f.Call(args)
		}
		if c, ok := out[0].Interface().(templ.Component); ok {
			out[0] = reflect.New(contentType).Elem()
			out[0].Set(reflect.ValueOf(bound{c, parent}))
		}
		return out
	}))
}
