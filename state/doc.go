// Package state holds what views know: typed keys, streams, values from background tasks, and
// the store of the views that are alive.
//
// A [Key] is a package variable that names one assign and its type:
//
//	var Count = state.NewKey[int]("count")
//
// Get takes any context of a view, so the same call works in templates and in callbacks. Set
// takes a [Writer], which is a view's socket: a template that tries to set a key does not
// compile.
//
// A [Derived] is a value computed from keys. An [Async] is a key whose value comes from a
// background task, with its progress and error. A [Stream] is a list whose items the server
// drops once the page shows them; it keeps their ids and order.
//
// # Scopes
//
// A page and each of its components have a scope of their own. A callback sets values in its
// own scope. Get returns the value of the nearest scope that has one: the component's, else
// that of the components enclosing it, from the inside out, else the page's.
//
// # Change tracking
//
// What a callback sets takes effect when it returns nil; if it fails, nothing has changed.
// The kit records what each region of the page has read, and renders those regions again
// whose reads have another answer. A key that is set back to its old value before the next
// rendering has not changed.
//
// Two values of a key are equal by, in this order: the key's own equality
// ([Key.WithEqual]); an Equal method of the type, as time.Time has; == if the type holds no
// pointer, interface, slice, map, channel or function. Values of all other types always
// count as different, since they may have been changed in place.
package state
