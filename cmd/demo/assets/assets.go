// Package assets holds the demo's stylesheets: Pico CSS and what the demo adds to it.
package assets

import (
	"embed"

	"github.com/sideband-go/sideband/static"
)

//go:embed pico.min.css demo.css
var files embed.FS

// Files serves the stylesheets "pico.min.css" and "demo.css" under hashed names.
var Files = static.New(files)
