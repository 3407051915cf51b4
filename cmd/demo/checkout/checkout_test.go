package checkout_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/stash"
)

func newSite(store stash.Store) http.Handler {
	return site.Routes(handlers.New(site.Config(handlers.Config{
		Logger:   slog.New(slog.DiscardHandler),
		Stash:    handlers.Stash{Store: store},
		Security: handlers.Security{Secrets: [][]byte{bytes.Repeat([]byte{1}, 32)}},
	})), nil)
}

func TestAPurchase(t *testing.T) {
	t.Parallel()
	page := livetest.Open(t, newSite(new(stash.Memory)), "/checkout")
	page.Expect("#title", "Step 1 of 3")
	page.Button("Next").Click()
	page.Expect("#problem", "The basket is empty.")
	page.Find("#add-tea").Click()
	page.Find("#add-tea").Click()
	page.Find("#add-teapot").Click()
	page.Expect("#total", "Total: 38.00 €")
	page.Field("Tea").Fill("3")
	page.Expect("#total", "Total: 42.50 €")
	page.Field("Teapot").Fill("0")
	page.Expect("#total", "Total: 13.50 €")
	page.Button("Next").Click()
	page.Expect("#title", "Step 2 of 3")
	page.Field("Name").Fill("Ann")
	page.Button("Next").Click()
	page.Expect("#problem", "Please fill in the whole address.")
	page.Field("Street").Fill("1 Main Street")
	page.Field("City").Fill("Reykjavík")
	page.Button("Next").Click()
	page.Expect("#title", "Step 3 of 3")
	page.Expect("#to", "To Ann, 1 Main Street, Reykjavík")
	page.Button("Back").Click()
	page.Expect("#title", "Step 2 of 3")
	page.Button("Next").Click()
	page.Button("Pay").Click()
	page.Expect("#paid", "Thank you. 13.50 € are paid.")
	page.Expect("#title", "Step 1 of 3")
	page.Expect("#total", "Total: 0.00 €")
}

// Case 507. The second click of two at once is not for the next step.
func TestTwoClicksAtOnceAreOneStep(t *testing.T) {
	t.Parallel()
	page := livetest.Open(t, newSite(new(stash.Memory)), "/checkout")
	page.Find("#add-tea").Click()
	for _, c := range []struct{ event, title string }{
		{"?event=Next&value=1", "Step 2 of 3"}, {"?event=Back&value=2", "Step 1 of 3"},
	} {
		for range 2 {
			if status, text := page.Forge(c.event, nil); status >= 400 {
				t.Errorf("%s: %d %s", c.event, status, text)
			}
			page.Expect("#title", c.title)
			page.Expect("#problem", "")
		}
	}
}

func TestAPurchaseGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	store := new(stash.Memory)
	page := livetest.Open(t, newSite(store), "/checkout")
	page.Find("#add-coffee").Click()
	page.Button("Next").Click()
	page.Field("Name").Fill("Ann")
	page.AwaitSaved()
	page.Site().Restart(newSite(store))
	page.Expect("#title", "Step 2 of 3")
	page.Reload()
	page.Expect("#title", "Step 2 of 3")
	page.Field("Name").ExpectValue("Ann")
	page.Button("Back").Click()
	page.Expect("#total", "Total: 6.90 €")
}
