package site

import (
	"context"
	"path"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/cmd/demo/account"
	"github.com/sideband-go/sideband/cmd/demo/index"
)

// repository is where the sources are read.
const repository = "https://github.com/sideband-go/sideband"

// page is what the layout says about a page.
type page struct {
	index.Entry
	folder string // its sources are the two files that are named for it
}

var home = page{index.Entry{
	Path: "/",
	Name: "Start",
	About: "A static page: it is rendered for each request, nothing of it is kept on the server, " +
		"and it opens no stream.",
}, "index"}

// pages are in the order of the navigation.
var pages = []page{
	{index.Entry{
		Path: "/counter",
		Name: "Counter",
		About: "The smallest live page: two keys and three events. The count lives on the server, " +
			"and each tab that you open has a counter of its own.",
	}, "counter"},
	{index.Entry{
		Path: "/table",
		Name: "Table",
		About: "The operations of the js-framework-benchmark on 1,000 rows. Rows that did not change " +
			"are neither rendered nor sent: selecting one costs two open tags.",
	}, "table"},
	{index.Entry{
		Path: "/clock",
		Name: "Clock",
		About: "The server pushes the time once a second while you look. Bring another tab to the front " +
			"and it stops; come back and it goes on.",
	}, "clock"},
	{index.Entry{
		Path: account.Path,
		Name: "Account",
		About: "Ordinary middleware lets nobody in who has not signed in, also not by an event or a stream. " +
			"Open the page in two tabs and sign out in one of them: the other one leaves as well, at once.",
	}, "account"},
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
		if p.Path == pattern {
			return p, true
		}
	}
	return page{}, false
}

// sources are the names of the page's files.
func (p page) sources() []string { return []string{p.folder + ".go", p.folder + ".templ"} }

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
