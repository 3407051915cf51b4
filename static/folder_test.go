package static_test

import (
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/sideband-go/sideband/static"
)

// A folder's name changes with any file of it, and with nothing else; the files beside it stay.
func TestAFolder(t *testing.T) {
	base := static.New(some)
	files := fstest.MapFS{"app.js": {Data: []byte("a")}, "parts/b.mjs": {Data: []byte("b")}, "parts/c.CSS": {Data: []byte("c")}, "d.go": {Data: []byte("d")}, ".e.js": {Data: []byte("e")}, ".f/g.js": {Data: []byte("g")}}
	f, folder := base.WithFolder(files)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		f.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+path, nil))
		return w
	}
	for name, body := range map[string]string{"app.js": "a", "parts/b.mjs": "b", "parts/c.CSS": "c"} {
		if f.Path(folder+"/"+name) != folder+"/"+name {
			t.Errorf("%s is at %s", name, f.Path(folder+"/"+name))
		}
		if w := get(folder + "/" + name); w.Code != 200 || w.Body.String() != body {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for _, name := range []string{"d.go", ".e.js", ".f/g.js", "", "parts", "../app.js"} {
		if w := get(folder + "/" + name); w.Code != 404 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := get(f.Path("app.css")); w.Code != 200 {
		t.Errorf("a file of before: %d", w.Code)
	}
	if _, again := base.WithFolder(files); again != folder {
		t.Error("the same files, and another name")
	}
	for _, change := range []func(fstest.MapFS){
		func(m fstest.MapFS) { m["parts/b.mjs"] = &fstest.MapFile{Data: []byte("B")} },
		func(m fstest.MapFS) { delete(m, "app.js") },
		func(m fstest.MapFS) { m["app2.js"] = m["app.js"]; delete(m, "app.js") },
	} {
		other := maps.Clone(files)
		change(other)
		if _, name := base.WithFolder(other); name == folder {
			t.Errorf("other files, and the same name: %v", other)
		}
	}
}

type brokenFS struct{}

func (brokenFS) Open(string) (fs.File, error) { return nil, errors.New("broken") }

func TestAFolderThatCannotBeRead(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	static.New(some).WithFolder(brokenFS{})
}
