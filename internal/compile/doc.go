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
//
// # Snippets
//
// Each fenced block of Go and templ in README.md and docs/*.md is compiled, in one module of all documents, and its
// tests are run:
//
//   - The blocks of a document are files of one package. A line
//
//     <!-- program NAME -->
//
//     begins another package.
//
//   - Declarations stand as they are. Statements stand in a function with the names ctx and s (a context and a socket),
//     elements of templ in a component. Imports are added for the packages that the table in snippets_test.go has.
//
//   - What a package needs besides is in testdata/snippets/DOCUMENT or testdata/snippets/DOCUMENT/NAME: Go files,
//     templates (*.templ.txt) and tests, which are run with those of the document.
//
//   - A block below a line that ends in (`path/name.go`): is that file of the application, as in the README. A block of any
//     language below the line <!-- file NAME --> is that file of its package, for tests to read.
package compile
