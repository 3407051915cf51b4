// Package compile keeps the promises that the compiler makes to page authors: a misspelt handler, params of the
// wrong type or a write from a template are refused when the program is built, and the compiler's words say why.
//
// It holds tests alone. Each folder of testdata/negative is a package that must not compile; comments at its top,
//
//	// want: a regular expression
//
// say what the compiler must say: every error matches one of them, and each of them matches an error. Package counter
// below makes the same calls rightly, and most cases use its page, so that none can pass because the API it calls is
// no longer there.
//
// docs/errors.md lists what people meet most, and the panics of the kit; each of its rows is compiled or run here.
package compile
