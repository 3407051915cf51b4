package static

import (
	"embed"
	"net/http"
)

//go:embed htmx.min.js hx-sse.min.js sideband.css
var files embed.FS

var kit = New(files)

// Handler serves the kit's own files: see [FS.Handler].
func Handler() http.Handler { return kit.Handler() }

// Path returns the path of one of the kit's own files: see [FS.Path]. The names are
// "htmx.min.js", "hx-sse.min.js" and "sideband.css".
func Path(name string) string { return kit.Path(name) }

// Names returns the names of the kit's own files in order.
func Names() []string { return kit.Names() }

// SizeOf returns the sizes of one of the kit's own files: see [FS.SizeOf].
func SizeOf(name string) Size { return kit.SizeOf(name) }
