package static

import (
	"embed"
	"maps"
	"net/http"
	"slices"
)

//go:embed htmx.min.js hx-csp.min.js hx-sse.min.js icon.svg sideband.css commands.css
var files embed.FS

var kit = func() *FS {
	f := New(files)
	// One file for both, since htmx starts in a task of its own soon after it was run: an
	// extension that arrives later finds the page taken up without it.
	both := slices.Concat(f.must("htmx.min.js").plain, []byte("\n;"), f.must("hx-sse.min.js").plain)
	f.add("htmx-sse.js", both)
	f.add("htmx-csp-sse.js", slices.Concat(f.must("htmx.min.js").plain, []byte("\n;"), f.must("hx-csp.min.js").plain, []byte("\n;"), f.must("hx-sse.min.js").plain))
	f.add("sideband-commands.css", slices.Concat(f.must("sideband.css").plain, f.must("commands.css").plain))
	slices.Sort(f.names)
	return f
}()

// Handler serves the kit's own files: see [FS.Handler].
func Handler() http.Handler { return kit.Handler() }

// With returns the kit's own files together with others, by their names.
func With(others map[string][]byte) *FS {
	f := &FS{names: kit.Names(), byName: maps.Clone(kit.byName), byPath: maps.Clone(kit.byPath)}
	for name, data := range others {
		f.add(name, data)
	}
	slices.Sort(f.names)
	return f
}

// Path returns the path of one of the kit's own files: see [FS.Path]. The names are
// "htmx.min.js", "hx-sse.min.js", "htmx-sse.js" (one after the other: what pages load),
// "sideband.css", and "icon.svg". Pages with commands load "htmx-csp-sse.js", which has "hx-csp.min.js" in it, too,
// and "sideband-commands.css", to which "commands.css" is added.
func Path(name string) string { return kit.Path(name) }

// Names returns the names of the kit's own files in order.
func Names() []string { return kit.Names() }

// SizeOf returns the sizes of one of the kit's own files: see [FS.SizeOf].
func SizeOf(name string) Size { return kit.SizeOf(name) }
