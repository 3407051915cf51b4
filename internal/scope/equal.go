package scope

import "reflect"

// ByValue reports whether == compares all there is of a value of the type: it holds no pointer,
// interface, slice, map, channel or function through which it could be changed in place.
func ByValue(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		for f := range t.Fields() {
			if !ByValue(f.Type) {
				return false
			}
		}
		return true
	case reflect.Array:
		return ByValue(t.Elem())
	case reflect.Pointer, reflect.UnsafePointer, reflect.Interface, reflect.Slice, reflect.Map, reflect.Chan, reflect.Func, reflect.Invalid:
		return false
	default:
		return true
	}
}

// EqualOf returns the equality of T: its method Equal, else == if T holds no references. It
// returns nil if every value counts as new.
func EqualOf[T any]() func(a, b any) bool {
	t := reflect.TypeFor[T]()
	if k := t.Kind(); k != reflect.Pointer && k != reflect.Interface {
		if _, ok := any(*new(T)).(interface{ Equal(T) bool }); ok {
			return func(a, b any) bool { return a.(interface{ Equal(T) bool }).Equal(b.(T)) }
		}
	}
	return plainEqual(t)
}

// EqualFor is EqualOf for a type that is known only at run time.
func EqualFor(t reflect.Type) func(a, b any) bool {
	if m, ok := t.MethodByName("Equal"); ok && t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface {
		if f := m.Type; f.NumIn() == 2 && f.In(1) == t && f.NumOut() == 1 && f.Out(0) == reflect.TypeFor[bool]() {
			return func(a, b any) bool {
				return m.Func.Call([]reflect.Value{reflect.ValueOf(a), reflect.ValueOf(b)})[0].Bool()
			}
		}
	}
	return plainEqual(t)
}

func plainEqual(t reflect.Type) func(a, b any) bool {
	if ByValue(t) {
		return func(a, b any) bool { return a == b }
	}
	return nil
}
