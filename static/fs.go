package static

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FS is a set of files that are served under hashed names. Make one with [New]. It never
// changes, so all methods may be called from any goroutine.
type FS struct {
	names  []string
	byName map[string]*file
	byPath map[string]*file
}

type file struct {
	path        string
	hash        string
	contentType string
	plain       []byte
	variants    func() []variant // made when first asked for
}

// New reads all files of fsys. It panics if one cannot be read: with an [embed.FS] that
// does not happen.
func New(fsys fs.FS) *FS {
	f := &FS{byName: make(map[string]*file), byPath: make(map[string]*file)}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		f.add(name, data)
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("static: %v", err))
	}
	slices.Sort(f.names)
	return f
}

func (f *FS) add(name string, data []byte) {
	sum := sha256.Sum256(data)
	hash, ext := hex.EncodeToString(sum[:8]), path.Ext(name)
	one := &file{
		path:        strings.TrimSuffix(name, ext) + "." + hash + ext,
		hash:        hash,
		contentType: contentType(ext),
		plain:       data,
		variants:    sync.OnceValue(func() []variant { return variants(data) }),
	}
	f.names = append(f.names, name)
	f.byName[name] = one
	f.byPath[one.path] = one
}

// types are those that pages use. The system's table, which mime reads, differs from
// machine to machine.
var types = map[string]string{
	".avif":        "image/avif",
	".css":         "text/css; charset=utf-8",
	".gif":         "image/gif",
	".html":        "text/html; charset=utf-8",
	".ico":         "image/x-icon",
	".jpeg":        "image/jpeg",
	".jpg":         "image/jpeg",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".map":         "application/json",
	".mjs":         "text/javascript; charset=utf-8",
	".pdf":         "application/pdf",
	".png":         "image/png",
	".svg":         "image/svg+xml",
	".txt":         "text/plain; charset=utf-8",
	".wasm":        "application/wasm",
	".webmanifest": "application/manifest+json",
	".webp":        "image/webp",
	".woff":        "font/woff",
	".woff2":       "font/woff2",
	".xml":         "application/xml",
}

func contentType(ext string) string {
	ext = strings.ToLower(ext)
	if t := types[ext]; t != "" {
		return t
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Names returns the names of all files in order.
func (f *FS) Names() []string { return slices.Clone(f.names) }

// Path returns the hashed name of a file, without a slash in front: what stands in a page
// after the address at which [FS.Handler] is mounted. It panics if there is no such file:
// a mistake in the program that shows with the first page.
func (f *FS) Path(name string) string { return f.must(name).path }

func (f *FS) must(name string) *file {
	one := f.byName[name]
	if one == nil {
		panic(fmt.Sprintf("static: no file %q; there are %s", name, strings.Join(f.names, ", ")))
	}
	return one
}

// Size says how many bytes a file has: as it is, and as it is sent to browsers that
// accept a coding.
type Size struct{ Plain, Gzip, Zstd int }

// SizeOf returns the sizes of a file. It panics if there is no such file.
func (f *FS) SizeOf(name string) Size {
	data := f.must(name).plain
	return Size{Plain: len(data), Gzip: len(gzipped(data)), Zstd: len(zstandard(data))}
}

// Handler serves the files at the root of the URL: mount it with [http.StripPrefix]. It
// answers GET and HEAD for hashed names and nothing else. Answers may be kept for ever by
// browsers and proxies; that a name is not there may not, so that an old page can ask
// again in the middle of a deploy.
func (f *FS) Handler() http.Handler { return http.HandlerFunc(f.serve) }

func (f *FS) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	one := f.byPath[strings.TrimPrefix(r.URL.Path, "/")]
	if one == nil {
		h.Set("Cache-Control", "no-store")
		http.NotFound(w, r)
		return
	}

	v := one.choose(r.Header.Values("Accept-Encoding"))
	if v.coding != "" {
		h.Set("Content-Encoding", v.coding)
		h.Set("Content-Length", strconv.Itoa(len(v.body))) // ServeContent leaves it out beside a coding
	}
	h.Set("ETag", strconv.Quote(one.hash+v.coding))
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", one.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(v.body))
}
