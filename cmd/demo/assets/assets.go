// Package assets holds what the demo's browsers load besides the kit: Pico CSS, what the demo adds to
// it, and an icon.
package assets

import (
	"embed"

	"github.com/sideband-go/sideband/static"
)

//go:embed pico.min.css demo.css pages.css icon.svg
var files embed.FS

// Files serves "pico.min.css", "demo.css" (what all pages look like), "pages.css" (what
// single ones add) and "icon.svg" under hashed names.
var Files = static.New(files)
