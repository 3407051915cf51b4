// Package htmxdom is a model, in Go, of what htmx 4.0.1 with its hx-sse extension does to a document.
// Tests apply messages to a [Document] and check what a user would see, without a browser.
//
// The model follows htmx step by step: how a message becomes a fragment, in which order partials find
// their targets and are swapped, how a morph matches old nodes with new ones, which nodes survive, and
// where the focus stays. Besides the tree it has the state that only a browser has: the values of
// controls, checked boxes, chosen options, and the focus. Package htmxdom/chromium runs the same pages
// and messages with the real htmx, and a test compares the results.
//
// The model also knows htmx's requests: which elements an event of the DOM triggers
// ([Document.Dispatch]), the requests that they make ([Document.Request]), and what the responses do
// ([Document.Answer]). It sends nothing and has no clock: package tab does and has.
//
// Controls have the state of the HTML standard: a value, a checkedness and a selectedness, each with
// its dirty flag, which says that the attribute no longer counts. Morphs, swaps, users and resets
// change them as in a browser.
//
// [Document.Invalid] finds what keeps a browser from submitting a form, [Document.Submission] is what it sends
// itself, and [ParsePlain] reads a page where no scripts run.
//
// The model leaves out scripts and event handlers, CSS (an element is shown unless its HTML hides it),
// scrolling, carets and selections, shadow trees, modal dialogs, colors that are not hexadecimal, and
// extensions other than hx-sse. It supports the selectors of cascadia; type selectors never match SVG
// elements with capitals in their names.
//
// A Document is not safe for concurrent use.
package htmxdom
