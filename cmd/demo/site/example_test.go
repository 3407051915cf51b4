package site_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
)

func Example() {
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	w := httptest.NewRecorder()
	site.Routes(kit, nil).ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/counter", nil))
	fmt.Println(w.Code, strings.Contains(w.Body.String(), "<title>Counter · Sideband</title>"))
	// Output: 200 true
}
