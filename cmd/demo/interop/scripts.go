package interop

import (
	"embed"
	"io/fs"
)

//go:embed scripts
var files embed.FS

// Scripts are the page's elements; Script is the one that a page loads.
var Scripts = must(fs.Sub(files, "scripts"))

// Script is the name of the module in Scripts that a page loads.
const Script = "app.js"

func must(fsys fs.FS, err error) fs.FS {
	if err != nil {
		panic(err) // the folder is embedded
	}
	return fsys
}
