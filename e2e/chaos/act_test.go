package chaos_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
)

// act uses the page that a tab shows.
func (p *person) act(pg *page) {
	var path string
	pg.Read(func(v tab.View) {
		if v.Document != nil && v.Document.ByID("sb-view") != nil {
			path, _, _ = strings.Cut(v.URL, "?")
			if path = strings.TrimPrefix(path, p.network.address); strings.HasPrefix(path, productsPath) {
				path = productsPath
			} else {
				path = path[strings.LastIndexByte(path, '/'):]
			}
		}
	})
	var err error
	switch path {
	case "/counter":
		switch n := p.random.IntN(10); {
		case n < 5:
			err = pg.Click(tab.WithText("button", "Increment"))
		case n < 7:
			err = pg.Click(tab.WithText("button", "Decrement"))
		case n < 8:
			err = pg.Click(tab.WithText("button", "Reset"))
		default:
			err = pg.Change(tab.First("#step"), strconv.Itoa(p.random.IntN(1500)-200))
		}
	case "/table":
		err = p.useTable(pg)
	case ordersPath:
		pg.hidden = false
		pg.Show() // nobody types into a page that is hidden
		err = p.useOrders(pg)
	case productsPath:
		err = p.useProducts(pg)
	case "/checkout":
		switch n := p.random.IntN(10); {
		case n < 2:
			if err = pg.Change(p.some("#basket input[type=number]"), strconv.Itoa(p.random.IntN(120)-10)); err == nil {
				err = pg.Blur()
			}
		case n < 4:
			if err = pg.Change(p.some("#delivery input"), p.token()); err == nil {
				err = pg.Blur() // what is being typed is left alone
			}
		default:
			err = pg.Click(p.some("#sb-view button"))
		}
	case "/account":
		switch n := p.random.IntN(20); {
		case n < 1:
			err = pg.Click(tab.WithText("button", "Log out"))
		case n < 12:
			err = pg.Fill(tab.First("#draft"), p.draft())
		default:
			err = pg.Change(tab.First("#draft"), p.draft())
		}
	case "/log-in":
		err = p.signIn(pg)
	}
	if err != nil && !errors.Is(err, tab.ErrNoPage) && !errors.Is(err, tab.ErrNoElement) && !errors.Is(err, tab.ErrUnusable) {
		p.t.Errorf("%s: %s: %v", p.name, path, err)
	}
}

// draft is what a member writes: always something new.
func (p *person) draft() string { return fmt.Sprintf("Draft %d\nü", p.random.Uint32()) }

// password is that of all members.
const password = "correct horse battery"

func (p *person) email() string { return strings.ReplaceAll(p.name, " ", "") + "@example.org" }

func (p *person) signIn(pg *page) error {
	if err := pg.Fill(tab.First("#log-in-email"), p.email()); err != nil {
		return err
	}
	if err := pg.Fill(tab.First("#log-in-password"), password); err != nil {
		return err
	}
	return pg.Click(tab.WithText("main button", "Log in"))
}

func (p *person) useTable(pg *page) error {
	n := p.random.IntN(100)
	which := p.random.Float64()
	row := func(selector string) tab.Finder {
		return func(d *htmxdom.Document) *html.Node {
			if found := d.Find(selector); len(found) > 0 {
				return found[int(which*float64(len(found)))]
			}
			return nil
		}
	}
	text := "Create 1,000 rows"
	switch {
	case n < 6:
	case n < 9:
		text = "Replace all"
	case n < 10:
		text = "Append 1,000 rows"
	case n < 22:
		text = "Update every 10th row"
	case n < 36:
		text = "Swap rows"
	case n < 40:
		text = "Clear"
	case n < 70:
		return pg.Click(row("#rows td a"))
	default:
		return pg.Click(row("#rows td button"))
	}
	return pg.Click(tab.WithText("button", text))
}
