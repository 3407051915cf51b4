// Package static serves files that are embedded in the program, under names that change
// with their content, so that browsers may keep them for ever.
//
// The kit's own files are htmx, its extension hx-sse and a small stylesheet: [Handler] serves
// them, [Path] names them, and [With] adds others. An application serves its files in the same way with
// an [FS] of its own.
//
// htmx is vendored from the npm package htmx.org; CHECKSUMS says which version and
// vendor.sh fetches it again.
package static
