package pubsub_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Article is a page that shows how many people read it, and lets them wave at each other.
type Article struct {
	Readers pubsub.Presence[string]
	Waves   pubsub.Topic[string]
}

// Reader is what the page takes from the URL.
type Reader struct {
	Name string `query:"name"`
}

var (
	ReaderName  = state.NewKey[string]("reader")
	ReaderCount = state.NewKey[int]("readers")
	WaveFrom    = state.NewKey[string]("wave")
)

func (p Article) Mount(s *views.Socket, r Reader) error {
	ReaderName.Set(s, r.Name)
	if err := pubsub.Subscribe(s, p.Waves, Article.waved); err != nil {
		return err
	}
	return pubsub.JoinCount(s, p.Readers, r.Name, Article.counted)
}

func (Article) counted(s *views.Socket, n int) error     { ReaderCount.Set(s, n); return nil }
func (Article) waved(s *views.Socket, from string) error { WaveFrom.Set(s, from); return nil }

// Wave is an event: everybody but the page that it comes from gets a message.
func (p Article) Wave(s *views.Socket, _ views.NoParams) error {
	return p.Waves.PublishToOthers(s, ReaderName.Get(s))
}

// Render would be a templ template: <button { views.OnClick(ctx, Article.Wave)... }>Wave</button>
func (Article) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := fmt.Fprintf(w, `<p id="readers">%d reading</p><p id="wave">%s</p><button `,
			ReaderCount.Get(ctx), templ.EscapeString(WaveFrom.Get(ctx))); err != nil {
			return err
		}
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, Article.Wave)); err != nil {
			return err
		}
		_, err := io.WriteString(w, `>Wave</button>`)
		return err
	})
}

func article(t testing.TB) *livetest.Site {
	var bus pubsub.Bus
	page := Article{pubsub.NewPresence[string](&bus, "readers"), pubsub.NewTopic[string](&bus, "waves")}
	kit := handlers.New(handlers.Config{Logger: quiet})
	t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, page))
	return livetest.Serve(t, r)
}

// A page that shows the number of its readers.
func ExampleJoinCount() {
	run(func(t testing.TB) {
		site := article(t)
		ann := site.Open("/?name=ann")
		ann.Wait("#readers", "1 reading")
		site.Open("/?name=bob")
		ann.Wait("#readers", "2 reading")
		fmt.Println(ann.Find("#readers").Text())
	})
	// Output: 2 reading
}

// An event that reaches all pages but its own.
func ExampleTopic_PublishToOthers() {
	run(func(t testing.TB) {
		site := article(t)
		ann, bob := site.Open("/?name=ann"), site.Open("/?name=bob")
		bob.Button("Wave").Click()
		ann.Wait("#wave", "bob")
		fmt.Printf("ann sees %q, bob sees %q\n", ann.Find("#wave").Text(), bob.Find("#wave").Text())
	})
	// Output: ann sees "bob", bob sees ""
}
