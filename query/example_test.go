package query_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/pubsub"
	"github.com/sideband-go/sideband/query"
	"github.com/sideband-go/sideband/views"
)

// Book is a row of a query.
type Book struct {
	ISBN, Title string
}

// Books are those that a page shows.
var Books = query.NewKey[Book]("books")

// Library lists books. Its fields are filled where it is registered.
type Library struct {
	All     func(ctx context.Context, limit, offset int) ([]Book, error)
	Count   func(ctx context.Context) (int, error)
	Changed pubsub.Topic[string]
}

// Which is what the address says.
type Which struct {
	Page int `query:"page" default:"1" validate:"min=1"`
}

// Mount has nothing to do: the address says what is shown.
func (Library) Mount(*views.Socket, Which) error { return nil }

// HandleParams keeps the page live that the address names.
func (l Library) HandleParams(s *views.Socket, q Which) error {
	Books.Keep(s, query.Live[Book]{
		Load: func(ctx context.Context, w query.Window) ([]Book, error) {
			return l.All(ctx, w.Limit, w.Offset) // SELECT … ORDER BY title LIMIT $1 OFFSET $2
		},
		Count:   l.Count,
		ID:      func(b Book) string { return b.ISBN },
		Page:    query.Page{Number: q.Page, Size: 2},
		Refetch: []pubsub.AnyTopic{l.Changed},
		AtMost:  time.Second,
		Shared:  "books", // everybody may see all of them
		Wait:    200 * time.Millisecond,
	})
	return nil
}

// Render is written with templ as a rule:
//
//	<ul id="books">
//		@views.Each(Books.Get(ctx).Rows(), query.Row[Book].Key, book)
//	</ul>
func (Library) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		r := Books.Get(ctx)
		fmt.Fprintf(w, `<p id="where">Page %d of %d</p><ul id="books">`, r.Page.Number, r.Page.Last())
		if err := views.Each(r.Rows(), query.Row[Book].Key, book).Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, `</ul>`)
		return err
	})
}

func book(r query.Row[Book]) templ.Component {
	return templ.Raw(fmt.Sprintf(`<li id="book-%s">%s</li>`, templ.EscapeString(r.ID), templ.EscapeString(r.Item.Title)))
}

// A page of books is kept up to date.
func Example() {
	shelf := []Book{{"1", "Emma"}, {"2", "Ivanhoe"}, {"3", "Ulysses"}}
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	defer func() { _ = kit.Shutdown(context.Background()) }()
	page := handlers.View(kit, Library{
		All: func(_ context.Context, limit, offset int) ([]Book, error) {
			return shelf[min(offset, len(shelf)):min(offset+limit, len(shelf))], nil
		},
		Count:   func(context.Context) (int, error) { return len(shelf), nil },
		Changed: pubsub.NewTopic[string](new(pubsub.Bus), "books"),
	})
	for _, address := range []string{"/?page=2", "/?page=99"} {
		w := httptest.NewRecorder()
		kit.Middleware(page).ServeHTTP(w, httptest.NewRequest("GET", address, nil))
		list := regexp.MustCompile(`(?s)<p id="where">.*</ul>`).FindString(w.Body.String())
		fmt.Println(strings.TrimSpace(list))
	}
	// Output:
	// <p id="where">Page 2 of 2</p><ul id="books"><li id="book-3">Ulysses</li></ul>
	// <p id="where">Page 2 of 2</p><ul id="books"><li id="book-3">Ulysses</li></ul>
}

// The parameters of an address say which page is meant, whoever has written them.
func ExamplePageFrom() {
	for _, address := range []string{"page=3&size=50", "page=-1", "page=many", "size=100000&count=true"} {
		params, err := url.ParseQuery(address)
		if err != nil {
			fmt.Println(err)
			continue
		}
		p := query.PageFrom(params, 20, 50)
		fmt.Printf("page %d of %d rows\n", p.Number, p.Size)
	}
	// Output:
	// page 3 of 50 rows
	// page 1 of 20 rows
	// page 1 of 20 rows
	// page 1 of 20 rows
}

// A link says which page it leads to.
func ExamplePage_Link() {
	p := query.Page{Number: 2, Size: 20, Total: 55, More: true}
	for _, to := range []query.Target{query.First, query.Prev, query.Next, query.Last, 3, 4} {
		params, ok := p.Link(to)
		fmt.Printf("?%s %v\n", params.Encode(), ok)
	}
	// Output:
	// ? true
	// ? true
	// ?page=3 true
	// ?page=3 true
	// ?page=3 true
	// ? false
}
