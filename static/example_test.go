package static_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing/fstest"

	"github.com/sideband-go/sideband/static"
)

func Example() {
	mux := http.NewServeMux()
	mux.Handle("/kit/", http.StripPrefix("/kit", static.Handler()))

	address := "/kit/" + static.Path("sideband.css")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	fmt.Println(w.Header().Get("Cache-Control"))
	// Output:
	// 200 text/css; charset=utf-8
	// public, max-age=31536000, immutable
}

// An application embeds its files with go:embed and serves them in the same way.
func ExampleNew() {
	files := fstest.MapFS{"app.css": {Data: []byte("p { margin: 0 }")}}
	app := static.New(files)
	fmt.Println(app.Names())
	fmt.Println(app.Path("app.css"))
	// Output:
	// [app.css]
	// app.ec85a1831a0e1930.css
}
