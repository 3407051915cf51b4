package pubsub_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Order is a page that shows the status of an order.
type Order struct{ Status pubsub.Topic[string] }

// OrderID is the order of the URL.
type OrderID struct {
	ID string `path:"id"`
}

var OrderStatus = state.NewKey[string]("status")

func (p Order) Mount(s *views.Socket, o OrderID) error {
	if err := pubsub.Subscribe(s, p.Status.Of(o.ID), Order.changed); err != nil {
		return err
	}
	OrderStatus.Set(s, "ordered") // read it from the database here: nothing is missed in between
	return nil
}

func (Order) changed(s *views.Socket, status string) error {
	OrderStatus.Set(s, status)
	return nil
}

func (Order) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<p id="status">%s</p>`, templ.EscapeString(OrderStatus.Get(ctx)))
		return err
	})
}

// An ordinary handler, here the webhook of a carrier, publishes to the pages of one order.
func ExampleSubscribe() {
	run(func(t testing.TB) {
		status := pubsub.NewTopic[string](new(pubsub.Bus), "orders")
		kit := handlers.New(handlers.Config{Logger: quiet})
		t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })
		r := chi.NewRouter()
		r.Post("/carrier/{id}", func(w http.ResponseWriter, r *http.Request) {
			if err := status.Of(chi.URLParam(r, "id")).Publish(r.Context(), r.FormValue("status")); err != nil {
				http.Error(w, "try again", http.StatusServiceUnavailable)
			}
		})
		r.Group(func(r chi.Router) {
			r.Use(kit.Middleware)
			r.Mount(kit.AssetsPath(), kit.Assets())
			r.Handle("/orders/{id}", handlers.View(kit, Order{status}))
		})

		site := livetest.Serve(t, r)
		page, other := site.Open("/orders/7"), site.Open("/orders/8")
		r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/carrier/7?status=shipped", nil))
		page.Wait("#status", "shipped")
		fmt.Println(page.Find("#status").Text())
		fmt.Println(other.Find("#status").Text())
	})
	// Output:
	// shipped
	// ordered
}
