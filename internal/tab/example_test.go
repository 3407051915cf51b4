package tab_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
)

func Example() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.Method == http.MethodPost {
			io.WriteString(w, `<hx-partial id="count" hx-swap="textContent">1</hx-partial>`)
			return
		}
		io.WriteString(w, `<p id="count">0</p><button hx-post="?event=Add" hx-swap="none">Add</button>`)
	}))
	defer srv.Close()

	t, err := tab.Open(tab.Config{}, srv.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer t.Close()
	shows := func(want string) error {
		return t.Wait(context.Background(), func(v tab.View) bool {
			return v.Document != nil && htmxdom.Text(v.Document.ByID("count")) == want
		})
	}
	fmt.Println(shows("0"))
	fmt.Println(t.Click(tab.WithText("button", "Add")))
	fmt.Println(shows("1"))
	// Output:
	// <nil>
	// <nil>
	// <nil>
}
