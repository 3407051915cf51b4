// Package patch finds, from the HTML of two renderings, the htmx operations that
// turn a page that shows the first into one that shows the second. It does no I/O
// and needs no annotations in the HTML: every element with a usable id (any but those with
// white space, control characters, quotes, commas, &, < or >) can be patched by itself. What
// has none is sent with the nearest enclosing element that has one: nothing is addressed by
// its position, which others than the server may have changed.
//
// A [Tree] is what a view last showed, as digests. [Scan] reads a new rendering,
// [Diff] compares the two, [Tree.Commit] makes the new one the old. Renderings may
// leave out parts that are known to be unchanged, and record that in marks next to the
// HTML. If an operation then needs the HTML that was left out, [ErrNeedAll] asks for
// a rendering of everything. What can't be rendered any more has a stub, for which the
// page keeps its element; see [Keep].
//
// The property that holds for any two renderings A and B: a DOM that shows A, with
// what users typed, focused and opened in it, shows B after the operations were
// applied, and elements with an id that are in both are still the same nodes. White
// space next to tags is not compared. Two exceptions are htmx's, whose morph finds
// elements without ids by likeness: while the focus is in one that goes, its neighbours
// may be created again; and so may what moves from one to another of the same kind (say,
// between table bodies without ids) in the same change.
//
// HTML that the browser's parser would rearrange makes the innermost well-formed
// enclosing element with an id opaque: it is compared and sent whole, and a
// [Warning] tells the author.
package patch
