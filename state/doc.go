// Package state holds what views know: typed keys, the scopes that keep their
// values, what a rendering has read of them, and the store of living views.
//
// A [Key] is a package variable that names one assign and its type:
//
//	var Count = state.NewKey[int]("count")
//
// Reading takes any context of a view, so the same call works in templates and in
// callbacks. Writing takes a [Writer], which only a view's socket is: a template
// that tries to set a key does not compile.
//
// An [Async] is a key whose value comes from a function that runs beside the view, and
// tells how that stands: loading, ready, failed, how far. A [Stream] is a list whose items
// are forgotten once the page shows them; their ids and order stay.
//
// # Change tracking
//
// Values are kept in immutable lists. A callback writes into a [Tx] that is
// committed when it succeeds and dropped when it fails. What is dirty is the
// difference between the list as it is and the list as it was last rendered, so a
// key that is set back to its old value before the next rendering is clean again.
//
// Two values of a key are equal by, in this order: the key's own equality
// ([Key.WithEqual]); an Equal method of the type, as time.Time has; == if the type
// holds no pointer, interface, slice, map, channel or function. Values of all other
// types always count as different, since they may have been changed in place.
package state
