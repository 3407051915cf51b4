package site

import (
	"cmp"
	"context"
	"path"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/account"
	"github.com/sideband-go/sideband/cmd/demo/commands"
	"github.com/sideband-go/sideband/cmd/demo/files"
	"github.com/sideband-go/sideband/cmd/demo/index"
	"github.com/sideband-go/sideband/cmd/demo/products"
	"github.com/sideband-go/sideband/cmd/demo/users"
	"github.com/sideband-go/sideband/examples/auth"
)

// repository is where the sources are read.
const repository = "https://github.com/sideband-go/sideband"

// page is what the layout says about a page.
type page struct {
	index.Entry
	folder  string            // its sources are the two files in it that are named for it
	pattern string            // of its route, if that has parameters: Path is one of its addresses
	below   map[string]string // patterns of further routes that belong to it, and what their sources are named for
	file    string            // what the sources are named for, if not for the folder
}

var home = page{Entry: index.Entry{
	Path: "/",
	Name: "Start",
	About: "A static page: it is rendered for each request, nothing of it is kept on the server, " +
		"and it opens no stream.",
}, folder: "index"}

// pages are in the order of the navigation.
var pages = []page{
	{Entry: index.Entry{
		Path: "/counter",
		Name: "Counter",
		About: "The smallest live page: two keys and three events. The count lives on the server, " +
			"and each tab that you open has a counter of its own.",
	}, folder: "counter"},
	{Entry: index.Entry{
		Path: "/table",
		Name: "Table",
		About: "The operations of the js-framework-benchmark on 1,000 rows. Rows that did not change " +
			"are neither rendered nor sent: selecting one costs two open tags.",
	}, folder: "table"},
	{Entry: index.Entry{
		Path: "/clock",
		Name: "Clock",
		About: "The server pushes the time once a second while you look. Bring another tab to the front " +
			"and it stops; come back and it goes on.",
	}, folder: "clock"},
	{Entry: index.Entry{
		Path: "/components",
		Name: "Components",
		About: "Parts with a state of their own: counters, a selector that tells the page what was chosen, slots, " +
			"a dashboard whose widgets are chosen while you use it, and a part that you may break.",
	}, folder: "components"},
	{Entry: index.Entry{
		Path: "/todos",
		Name: "Todos",
		About: "Each item is a component, and knows by itself whether it is being edited. Add 1,000: " +
			"a click still renders one item, and sends what changed in it.",
	}, folder: "todos"},
	{Entry: index.Entry{
		Path: "/chat/lobby",
		Name: "Chat",
		About: "Who is in the room sees what the others write. The server keeps the last messages of each room for newcomers, " +
			"and of what a page shows no more than the ids. Open it in two windows.",
	}, folder: "chat", pattern: "/chat/{room}"},
	{Entry: index.Entry{
		Path: "/logs",
		Name: "Logs",
		About: "100,000 lines to scroll through, up and down, of which the page holds 200 at most. " +
			"Follow them, and new lines come twice a second.",
	}, folder: "logs"},
	{Entry: index.Entry{
		Path: "/jobs",
		Name: "Jobs",
		About: "Slow work that nobody waits for: it runs in background tasks, says how far it is, fails or is cancelled, " +
			"and the report stays while a new one is made.",
	}, folder: "jobs"},
	{Entry: index.Entry{
		Path: "/checkout",
		Name: "Checkout",
		About: "A purchase in three steps. Stop the demo in the middle, or kill it, and start it again: the step, the basket " +
			"and the address are there, in the open page and after a reload.",
	}, folder: "checkout"},
	{Entry: index.Entry{
		Path: products.Path,
		Name: "Products",
		About: "10,000 products to search, sort and page through. The address says what is shown, without a load: Back and Forward " +
			"walk through it, a reload or a restart of the server comes back to it, and it can be sent to others. What somebody adds, " +
			"changes or deletes is in all lists: at once, or where the rows are.",
	}, folder: "products", below: map[string]string{products.DetailsPath: "products"}},
	{Entry: index.Entry{
		Path: users.Path,
		Name: "Users",
		About: "A list from a database, and forms that are checked while you type. Edit a user in two tabs: the second one " +
			"that saves hears what the first has changed, and an open list follows. All of it works without JavaScript, too.",
	}, folder: "users", below: map[string]string{users.NewPath: "edit", users.EditPath: "edit"}},
	{Entry: index.Entry{
		Path: "/client",
		Name: "Browser",
		About: "What browsers do by themselves, and elements that a script brings to life: a chart that the server feeds, a list " +
			"to drag, a clock in your time zone, menus without a request, rows that go before the server has answered.",
	}, folder: "interop"},
	{Entry: index.Entry{
		Path: commands.Path,
		Name: "Commands",
		About: "What browsers do at once, without a request and without a script of the page's: copying, details that stay open while " +
			"the server pushes, a text that is edited in place, toasts, and a grid of 1,000 rows for the arrow keys.",
	}, folder: "commands"},
	{Entry: index.Entry{
		Path: files.Path,
		Name: "Uploads",
		About: "Files are checked and counted while they arrive, and wait in temporary files until the page takes them: a picture at once, " +
			"a gallery with its captions. Other events go on meanwhile, and all of it works without JavaScript, too.",
	}, folder: "files"},
	{Entry: index.Entry{
		Path: account.Path,
		Name: "Account",
		About: "Registration by mail, log-in with a password or by a link, sessions to look at and to end: the pages of " +
			"examples/auth, to copy. Open this one in two browsers and log out everywhere in one of them: the other one leaves " +
			"as well, at once. Settings ask for the password again after 10 minutes. All of it works without JavaScript, too.",
	}, folder: "account", below: below("account", account.MailPath, auth.LogInPath, auth.SentPath, auth.ForgottenPath, auth.AgainPath,
		auth.SettingsPath, auth.SessionsPath, auth.ConfirmPath, auth.LinkPath, auth.NewPasswordPath, auth.NewAddressPath)},
}

// below are routes whose sources are named for one thing.
func below(file string, patterns ...string) map[string]string {
	m := map[string]string{}
	for _, p := range patterns {
		m[p] = file
	}
	return m
}

func entries() []index.Entry {
	var list []index.Entry
	for _, p := range pages {
		list = append(list, p.Entry)
	}
	return list
}

// current finds the page that a request's route serves. Error pages are none.
func current(ctx context.Context) (page, bool) {
	pattern := chi.RouteContext(ctx).RoutePattern()
	if pattern == home.Path {
		return home, true
	}
	for _, p := range pages {
		file, below := p.below[pattern]
		if below || pattern == cmp.Or(p.pattern, p.Path) {
			p.file = file
			return p, true
		}
	}
	return page{}, false
}

// sources are the names of the page's files.
func (p page) sources() []string {
	file := cmp.Or(p.file, p.folder)
	return []string{file + ".go", file + ".templ"}
}

// address is where a source file of the page is read.
func (p page) address(file string) string {
	return repository + "/blob/main/" + path.Join("cmd/demo", p.folder, file)
}

// mark marks the link to the page that is shown.
func mark(current bool) templ.Attributes {
	if !current {
		return nil
	}
	return templ.Attributes{"aria-current": "page"}
}
