// Package htmxdom is a model, in Go, of what htmx 4.0.1 with its hx-sse
// extension does to a document with one message. Tests apply messages to a
// [Document] and look at what a user would see, without a browser.
//
// The model follows htmx step by step: how a message becomes a fragment, in
// which order partials find their targets and are swapped, how a morph matches
// old nodes with new ones, which nodes survive, where the focus stays. Beside the
// tree it keeps what lives only in a browser: the text in a control as opposed
// to its value attribute, checkedness, chosen options, the focus. Package
// htmxdom/chromium runs the same pages and messages through the real htmx; a
// test compares the two.
//
// It also knows what htmx would ask a server for: which elements an event of the
// DOM triggers ([Document.Dispatch]), the requests they make ([Document.Request]),
// and what comes of the answers ([Document.Answer]). It sends nothing, and has no
// clock: package tab does that.
//
// Controls have the flags of the HTML standard: a value, a checkedness, a selectedness,
// each with whether somebody has touched it, so that the attribute no longer counts; what a
// morph, a swap, a user and a reset do to them is theirs.
//
// What it leaves out: scripts and event handlers, CSS (an element counts as shown unless it is hidden by its HTML),
// scrolling, carets and selections, shadow trees, whether a dialog is modal, colors that are not hexadecimal, and extensions other than
// hx-sse. Selectors are those that cascadia understands; type selectors never
// match SVG elements with capitals in their names.
//
// A Document is not safe for concurrent use.
package htmxdom
