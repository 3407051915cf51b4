// Package index is the demo's start page: what there is to see.
package index

// Entry is a page to be seen.
type Entry struct {
	Path  string
	Name  string
	About string // what it shows, in a sentence or three
}
