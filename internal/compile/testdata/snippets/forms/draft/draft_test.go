package snippets

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
)

func routes(articles *Articles, store stash.Store) http.Handler {
	kit := handlers.New(handlers.Config{
		Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte("s"), 32)}}, Stash: handlers.Stash{Store: store},
	})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/article", handlers.View(kit, Page{Articles: articles}))
	return r
}

// A draft is there after a reload, and gone after its submit.
func TestADraftIsKeptUntilItIsSaved(t *testing.T) {
	articles, store := new(Articles), new(stash.Memory)
	page := livetest.Open(t, routes(articles, store), "/article")
	form := page.Form("article")
	form.Fill("Title", "On drafts")
	form.Fill("Text", "Not yet")
	page.AwaitSaved()
	page.Reload()
	form.Field("Title").ExpectValue("On drafts")
	page.Site().Restart(routes(articles, store))
	form.Field("Text").ExpectValue("Not yet")
	page.NewTab("/article").Field("Title").ExpectValue("On drafts")

	form.Submit("Save")
	if len(articles.all) != 1 || articles.all[0] != (Article{"On drafts", "Not yet"}) {
		t.Errorf("saved: %v", articles.all)
	}
	form.Field("Title").ExpectValue("")
	page.AwaitSaved()
	page.Reload()
	form.Field("Title").ExpectValue("")
}
