package static

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// folderTypes are the files that WithFolder takes.
var folderTypes = []string{".js", ".mjs", ".css", ".wasm", ".map"}

// WithFolder returns the files of f together with the scripts, stylesheets and WebAssembly of fsys, without hidden files.
// Those keep their names, so that they find each other, below a folder whose name changes with the content of any of
// them: [FS.Path] knows them as folder + "/" + name. It panics if fsys can't be read.
func (f *FS) WithFolder(fsys fs.FS) (g *FS, folder string) {
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch hidden := len(name) > 1 && path.Base(name)[0] == '.'; {
		case err != nil:
			return err
		case hidden && d.IsDir():
			return fs.SkipDir
		case hidden, d.IsDir(), !slices.Contains(folderTypes, strings.ToLower(path.Ext(name))):
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		files[name] = data
		return err
	})
	if err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_, _ = fmt.Fprintf(sum, "%q %d ", name, len(files[name])) // it never fails
		_, _ = sum.Write(files[name])
	}
	hash := hex.EncodeToString(sum.Sum(nil)[:8])
	g = &FS{names: slices.Clone(f.names), byName: maps.Clone(f.byName), byPath: maps.Clone(f.byPath)}
	for name, data := range files {
		full := hash + "/" + name
		one := &file{path: full, hash: hash, contentType: contentType(path.Ext(name)), plain: data, variants: sync.OnceValue(func() []variant { return variants(data) })}
		if g.byName[full] == nil {
			g.names = append(g.names, full)
		}
		g.byName[full], g.byPath[full] = one, one
	}
	slices.Sort(g.names)
	return g, hash
}
