package snippets

import (
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/livetest"
)

func TestADialogHasAnAddress(t *testing.T) {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	routes(r)
	page := livetest.Open(t, r, "/tickets?q=vpn")
	page.Link("New ticket").Click()
	page.ExpectPatched("/tickets/new?q=vpn")
	page.Form("new").Fill("Title", "A ticket")
	page.Back()
	page.ExpectPatched("/tickets?q=vpn")
	page.ExpectNone("dialog")
	page.Forward()
	page.Form("new").Field("Title").ExpectValue("")
	page.Find("dialog").Event("close")
	page.ExpectPatched("/tickets?q=vpn")

	page.Visit("/tickets/new")
	page.Find("h2").Expect("New ticket")
	page.Link("Close").Click()
	page.ExpectPatched("/tickets")
}
