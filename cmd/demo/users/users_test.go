package users_test

import (
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/cmd/demo/users"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

// world is the demo with a database of its own.
type world struct {
	*livetest.Site
	store *users.Store
	file  string
	log   *logbook
}

// logbook is what the program logs.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logbook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func serve(t *testing.T) world {
	t.Helper()
	file := filepath.Join(t.TempDir(), "users.db")
	store, err := users.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	log := &logbook{}
	return world{livetest.Serve(t, program(store, log)), store, file, log}
}

// program is the demo. Pages that are open while it is restarted go on.
func program(store *users.Store, log io.Writer) http.Handler {
	return site.Routes(handlers.New(site.Config(handlers.Config{
		Logger:   slog.New(slog.NewTextHandler(log, nil)),
		Security: handlers.Security{Secrets: [][]byte{[]byte(strings.Repeat("s", 32))}},
	})), &site.Data{Users: store})
}

// names are those in the list, in the order of the page.
func names(page *livetest.Page) []string { return page.Find("#users th").Texts() }

func TestTheListIsSearchedWhileTyping(t *testing.T) {
	page := serve(t).Open("/users")
	page.Expect("#found", "12 users")
	first := page.Find("#users tr").HTML()
	for _, c := range []struct {
		search, found string
		want          []string
	}{
		{"bra", "1 user", []string{"Maria Braun"}},
		{"IA", "3 users", []string{"Chiara Conti", "Ian Fraser", "Maria Braun"}},
		{"nobody", "No user is like that.", nil},
	} {
		page.Field("Name or email").Type(c.search)
		page.Blur()
		page.Expect("#found", c.found)
		if got := names(page); !slices.Equal(got, c.want) {
			t.Errorf("%q finds %q, want %q", c.search, got, c.want)
		}
	}
	page.Field("Name or email").Fill("")
	page.Expect("#found", "12 users")
	if got := page.Find("#users tr").HTML(); got != first {
		t.Errorf("the first row is %s, want %s", got, first)
	}
}

// The address says what is looked for, so that it can be kept and works without scripts.
func TestTheListIsSearchedByItsAddress(t *testing.T) {
	page := serve(t).Open("/users?search=kel")
	page.Field("Name or email").ExpectValue("kel")
	if got := names(page); !slices.Equal(got, []string{"Bruno Keller"}) {
		t.Errorf("found %q", got)
	}
	page.Field("Name or email").Type("jana@")
	page.Button("Search").Click()
	if got := names(page); !slices.Equal(got, []string{"Jana Novak"}) {
		t.Errorf("found %q", got)
	}
	page.Link("Jana Novak").Click()
	page.Expect("h1", "Edit user")
	page.Field("Email").ExpectValue("jana@example.com")
}

func TestAnOpenListFollowsWhatIsSaved(t *testing.T) {
	w := serve(t)
	all, some := w.Open("/users"), w.Open("/users?search=huber")
	form := w.Open("/users/new")
	fill(form, "Zoe Zander", "zoe@example.org")
	form.Button("Save").Click()
	form.Expect("h1", "Users")
	all.Expect("#found", "13 users")
	all.Expect("#users tr:last-child th", "Zoe Zander")
	some.Expect("#found", "1 user")
	edit := w.Open("/users")
	edit.Link("Zoe Zander").Click()
	edit.Field("Name").Fill("Zoe Huber")
	edit.Button("Save").Click()
	edit.Expect("h1", "Users")
	some.Expect("#found", "2 users")
	some.Expect("#users tr:last-child th", "Zoe Huber")
	all.Expect("#found", "13 users")
}
