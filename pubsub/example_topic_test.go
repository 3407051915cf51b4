package pubsub_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Bid is what is published.
type Bid struct {
	By    string
	Price int
}

var (
	Me     = state.NewKey[string]("me")
	Newest = state.NewKey[Bid]("newest")
)

// Auction is a page that shows the same bid differently to who has made it.
type Auction struct{ Bids pubsub.Topic[Bid] }

// Visitor is what the page takes from the URL.
type Visitor struct {
	Name string `query:"name"`
}

func (p Auction) Mount(s *views.Socket, v Visitor) error {
	Me.Set(s, v.Name)
	return pubsub.Subscribe(s, p.Bids, Auction.bid)
}

func (Auction) bid(s *views.Socket, b Bid) error { Newest.Set(s, b); return nil }

func (Auction) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		by, b := "by somebody else", Newest.Get(ctx)
		switch b.By {
		case "":
			by = "by nobody"
		case Me.Get(ctx):
			by = "by you, " + Me.Get(ctx)
		}
		_, err := fmt.Fprintf(w, `<p id="bid">%d %s</p>`, b.Price, templ.EscapeString(by))
		return err
	})
}

// Case 23: each view renders for itself what is published to many, so that a page holds
// nothing of another one's viewer.
func ExampleTopic() {
	run(func(t testing.TB) {
		var bus pubsub.Bus
		bids := pubsub.NewTopic[Bid](&bus, "bids")
		kit := handlers.New(handlers.Config{Logger: quiet})
		t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })
		r := chi.NewRouter()
		r.Use(kit.Middleware)
		r.Mount(kit.AssetsPath(), kit.Assets())
		r.Method(http.MethodGet, "/", handlers.View(kit, Auction{bids}))
		site := livetest.Serve(t, r)
		ann, bob := site.Open("/?name=ann"), site.Open("/?name=bob")
		ann.TakeMessages()
		bob.TakeMessages()

		if err := bids.Publish(t.Context(), Bid{"ann", 40}); err != nil {
			t.Fatal(err)
		}
		for _, page := range []*livetest.Page{ann, bob} {
			for _, m := range page.TakeMessages() {
				fmt.Println(m.HTML)
			}
		}
	})
	// Output:
	// <hx-partial id="bid" hx-swap="textContent">40 by you, ann</hx-partial>
	// <hx-partial id="bid" hx-swap="textContent">40 by somebody else</hx-partial>
}
