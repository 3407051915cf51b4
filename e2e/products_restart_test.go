package e2e_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// Case 275. A restart in the middle of a search, with the details of a product open: the page comes back where it is.
func TestProductsGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	data, err := site.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	check(t, err)
	t.Cleanup(func() { check(t, data.Close()) })
	var now atomic.Pointer[http.Handler]
	boot := func() *handlers.Kit {
		kit := handlers.New(site.Config(handlers.Config{
			Logger: slog.New(slog.DiscardHandler), Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte("r"), 32)}},
		}))
		h := site.Routes(kit, data)
		now.Store(&h)
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			check(t, kit.Shutdown(ctx))
		})
		return kit
	}
	boot()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*now.Load()).ServeHTTP(w, r) }))
	t.Cleanup(srv.Close)
	p := browser.Open(t, srv.URL+"/products?q=kettle&page=3").Within(patience)
	p.AllowErrors(lost...)
	live(t, p)
	stay(p)
	p.Click("#sort-price")
	p.WaitText("#found", "1 to 20 of 200 products")
	p.Click("#next")
	p.WaitText("#found", "21 to 40 of 200 products")
	var id string
	p.Eval(`document.querySelector("#products tr").id.slice(8)`, &id)
	p.Click("#product-" + id + " a")
	focused(t, p, "#close")
	name := p.Text("#details-name")
	restart := func() {
		kit := boot()
		srv.CloseClientConnections()
		until(t, "the view is remounted", func() bool { return kit.Stats().Remounts == 1 })
		live(t, p)
	}
	restart()
	p.WaitFor("location.href === " + quote(srv.URL+"/products/"+id+"?q=kettle&sort=price&page=2"))
	p.WaitText("#details-name", name)
	p.WaitFor(`document.getElementById("behind").inert`)
	focused(t, p, "#close")
	p.Press("Escape")
	p.WaitCount("#details", 0)
	p.WaitFor("location.href === " + quote(srv.URL+"/products?q=kettle&sort=price&page=2"))
	p.WaitText("#found", "21 to 40 of 200 products")
	restart()
	p.Eval("history.back()", nil)
	p.WaitText("#details-name", name)
	p.Eval("history.go(-3)", nil)
	p.WaitFor("location.href === " + quote(srv.URL+"/products?q=kettle&page=3"))
	p.WaitCount("#details", 0)
	p.WaitText("#found", "41 to 60 of 200 products")
	stayed(t, p)
}
