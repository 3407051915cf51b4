package pubsub_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

var (
	Posts = state.NewKey[[]string]("posts")
	Here  = state.NewKey[[]string]("here")
	Room  = state.NewKey[string]("room")
)

// Chat is a page in which people talk. Its Render would be a templ template.
type Chat struct {
	Posts  pubsub.Topic[string]
	People pubsub.Presence[string]
}

// Query is what the page takes from the URL.
type Query struct {
	Room string `path:"room"`
	Name string `query:"name"`
}

func (p Chat) Mount(s *views.Socket, q Query) error {
	Room.Set(s, q.Room)
	if err := pubsub.Subscribe(s, p.Posts.Of(q.Room), Chat.posted); err != nil {
		return err
	}
	Posts.Set(s, nil) // what a database has of the room: nothing is missed in between
	return pubsub.Join(s, p.People.Of(q.Room), q.Name, Chat.present)
}

func (p Chat) Say(s *views.Socket, text string) error {
	return p.Posts.Of(Room.Get(s)).Publish(s, text)
}

func (Chat) posted(s *views.Socket, text string) error {
	Posts.Set(s, append(slices.Clone(Posts.Get(s)), text))
	return nil
}

func (Chat) present(s *views.Socket, r pubsub.Roster[string]) error {
	Here.Set(s, r.All)
	return nil
}

func (Chat) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, `<p id="posts">%s</p><p id="here">%s</p>`,
			templ.EscapeString(strings.Join(Posts.Get(ctx), " ")), templ.EscapeString(strings.Join(Here.Get(ctx), " ")))
		return err
	})
}

func chat(bus *pubsub.Bus) (Chat, *handlers.Kit, http.Handler) {
	page := Chat{pubsub.NewTopic[string](bus, "posts"), pubsub.NewPresence[string](bus, "people")}
	kit := handlers.New(handlers.Config{Logger: quiet, Limits: handlers.Limits{SessionMounts: 100_000}})
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/{room}", handlers.View(kit, page))
	return page, kit, r
}

// Two processes, with two people each, as their pages show it.
func TestAChatInTwoProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broker := &memory{}
		var pages []*livetest.Page
		var buses []*pubsub.Bus
		for _, names := range [][]string{{"ann", "bob"}, {"cat", "dan"}} {
			bus := &pubsub.Bus{Broker: broker}
			buses = append(buses, bus)
			_, kit, h := chat(bus)
			t.Cleanup(func() { _ = kit.Shutdown(context.Background()) })
			site := livetest.Serve(t, h)
			for _, name := range names {
				pages = append(pages, site.Open("/go?name="+name))
				time.Sleep(time.Second)
			}
		}
		for _, p := range pages {
			p.Wait("#here", "ann bob cat dan")
		}
		if err := views.Send(pages[0].View(), Chat.Say, "hello"); err != nil {
			t.Fatal(err)
		}
		for _, p := range pages {
			p.Wait("#posts", "hello")
		}
		pages[1].Close()
		time.Sleep(20 * time.Second)
		for _, p := range []*livetest.Page{pages[0], pages[2], pages[3]} {
			p.Wait("#here", "ann cat dan")
		}
		for _, b := range buses {
			b.Close()
		}
	})
}

// Case 46: 100 goroutines publish while views come and go.
func TestPublishersWhileViewsComeAndGo(t *testing.T) {
	bus := &pubsub.Bus{}
	page, kit, h := chat(bus)
	site := livetest.Serve(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	for range 100 {
		work.Go(func() {
			for ctx.Err() == nil {
				if err := page.Posts.Of("go").Publish(ctx, "x"); err != nil {
					t.Error(err)
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	var visits sync.WaitGroup
	for i := range 8 {
		client, address := site.Person().Client(), site.Person().Address("/go")
		visits.Go(func() {
			for n := range 15 {
				req, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s?name=%d-%d", address, i, n), nil)
				if err != nil {
					t.Error(err)
					return
				}
				res, err := client.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
				if res.StatusCode != http.StatusOK {
					t.Errorf("status %d", res.StatusCode)
				}
			}
		})
	}
	visits.Wait()
	waitFor(t, "messages", func() bool { return bus.Stats().Delivered > 1000 })
	cancel()
	work.Wait()
	if err := kit.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if st := bus.Stats(); st.Topics+st.Subscribers+st.Present != 0 {
		t.Errorf("when all views have ended: %+v", st)
	}
}
