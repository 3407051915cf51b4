package handlers_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/board"
	"github.com/sideband-go/sideband/internal/htmxdom"
	tabs "github.com/sideband-go/sideband/internal/tab"
	"github.com/sideband-go/sideband/views"
)

// reader is somebody who looks at a page of a list, in fake time.
type reader struct {
	*tabs.Tab
	t    *testing.T
	wire *wire
	kit  *handlers.Kit
	list *board.List
	log  *record
}

func readBoard(t *testing.T, p board.Page, c handlers.Config, do func(r *reader)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &reader{t: t, wire: &wire{conns: make(chan net.Conn), done: make(chan struct{})}, list: p.List, log: &record{}}
		c.Logger = slog.New(slog.NewTextHandler(r.log, nil))
		r.kit = handlers.New(c)
		router := chi.NewRouter()
		router.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r.TLS = &tls.ConnectionState{HandshakeComplete: true}
				next.ServeHTTP(w, r)
			})
		})
		router.Use(r.kit.Middleware)
		router.Mount(r.kit.AssetsPath(), r.kit.Assets())
		router.Handle("/", handlers.View(r.kit, p))
		server := &http.Server{Handler: router, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
		go func() { _ = server.Serve(r.wire) }()
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: r.wire.dial, DialTLSContext: r.wire.dial, DisableCompression: true}}
		r.Tab, err = tabs.Open(tabs.Config{Client: client, Observe: func(e tabs.Event) {
			fmt.Fprintln(r.log, time.Now().Format("04:05.000"), e.Kind, e.Method, e.Status, e.ID, len(e.Text), e.Err)
		}}, "https://site.test/")
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			r.wire.stall(false)
			r.wire.cut(true)
			r.Close()
			if err := r.kit.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
			_ = server.Close()
		}()
		do(r)
	})
}

// live waits until the page has a stream and nothing is under way.
func (r *reader) live() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := r.Wait(ctx, func(v tabs.View) bool { return v.Live && !v.Busy() }); err != nil {
		r.t.Fatalf("the page is not live: %v\n%s", err, r.log)
	}
	synctest.Wait()
}

// shows returns what is wrong with what the page shows.
func (r *reader) shows() (wrong string) {
	var want []string
	for _, l := range r.list.Lines() {
		want = append(want, board.Lines.DOMID(l)+" "+l.Text)
	}
	var got []string
	length := ""
	r.Read(func(v tabs.View) {
		if v.Document == nil {
			wrong = fmt.Sprint("no page: ", v.Err)
			return
		}
		for _, n := range v.Document.Find("#list > *") {
			text := strings.TrimSpace(htmxdom.Text(n))
			for _, a := range n.Attr {
				switch a.Key {
				case "id":
					text = a.Val + " " + text
				case "hidden", "hx-preserve":
					text += " " + a.Key
				}
			}
			got = append(got, text)
		}
		length = htmxdom.Text(v.Document.Find("#length")[0])
	})
	if wrong == "" && (!slices.Equal(got, want) || length != fmt.Sprint(len(want))) {
		wrong = fmt.Sprintf("shows %q (%s)\nnot   %q", got, length, want)
	}
	return wrong
}

// expect waits until the page shows the list.
func (r *reader) expect() {
	r.t.Helper()
	r.live()
	wrong := r.shows()
	for range 20 {
		if wrong == "" {
			return
		}
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		wrong = r.shows()
	}
	r.t.Fatalf("%s\n%s", wrong, r.log)
}

// mounts is how often the page was mounted.
func (r *reader) mounts() int { s := r.kit.Stats(); return int(s.Mounts + s.Remounts) }

func lines(ids ...string) (list []board.Line) {
	for _, id := range ids {
		list = append(list, board.Line{ID: id, Text: "(" + id + ")"})
	}
	return list
}

func (r *reader) do(kind string, ids ...string) {
	r.list.Do(board.Change{Kind: kind, Lines: lines(ids...)}, views.Ref{})
}

func (r *reader) click(id string) {
	r.t.Helper()
	if err := r.Click(tabs.First("#" + id)); err != nil {
		r.t.Fatal(err)
	}
}

func TestItemsThatCameWhileNobodyLooked(t *testing.T) {
	list := &board.List{}
	list.Do(board.Change{Kind: "append", Lines: lines("a", "b")}, views.Ref{})
	readBoard(t, board.Page{List: list}, handlers.Config{}, func(r *reader) {
		r.expect()
		r.do("append", "c")
		r.expect()
		r.Hide()
		synctest.Wait()
		r.do("append", "d", "e")
		r.do("delete", "b")
		r.do("update", "a")
		r.do("prepend", "0")
		r.Show()
		r.expect()
		if n := list.Rendered(); r.mounts() != 1 || n != 2+1+2+1+1 {
			t.Errorf("mounted %d times, rendered %d items", r.mounts(), n)
		}
	})
}

func TestItemsOnTheirWayWhenTheStreamBreaks(t *testing.T) {
	readBoard(t, board.Page{List: &board.List{}}, handlers.Config{}, func(r *reader) {
		r.do("append", "a", "b")
		r.expect()
		r.wire.swallow()
		r.do("append", "c")
		synctest.Wait()
		r.do("prepend", "d")
		synctest.Wait()
		r.wire.cut(false)
		r.expect()
		if r.mounts() != 1 {
			t.Errorf("mounted %d times", r.mounts())
		}
	})
}

func TestMoreItemsOnTheirWayThanTheLogHolds(t *testing.T) {
	readBoard(t, board.Page{List: &board.List{}, Large: strings.Repeat("x", 5000)}, handlers.Config{}, func(r *reader) {
		r.do("append", "a", "b")
		r.expect()
		r.wire.swallow()
		for i := range 10 {
			r.do("append", fmt.Sprint(i))
			synctest.Wait()
		}
		r.wire.cut(false)
		r.expect()
		if r.mounts() != 2 {
			t.Errorf("mounted %d times", r.mounts())
		}
	})
}

func TestAWholeViewLeavesItemsThatThePageHas(t *testing.T) {
	readBoard(t, board.Page{List: &board.List{}}, handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: time.Minute}}, func(r *reader) {
		r.do("append", "a", "b")
		r.expect()
		for i := range 5 {
			r.do("prepend", fmt.Sprint(i))
			r.expect()
			// A script has changed what is not an item.
			r.Read(func(v tabs.View) { v.Document.Find("#length")[0].FirstChild.Data = "?" })
			time.Sleep(2 * time.Minute)
			r.expect()
		}
		if r.mounts() != 1 {
			t.Errorf("mounted %d times", r.mounts())
		}
	})
}

func TestAnEventOfAPageThatMayMissItems(t *testing.T) {
	readBoard(t, board.Page{List: &board.List{}}, handlers.Config{}, func(r *reader) {
		r.do("append", "a")
		r.expect()
		r.click("add")
		r.expect()
		r.wire.swallow()
		r.do("append", "b")
		synctest.Wait()
		r.wire.cut(false)
		synctest.Wait()
		r.click("write") // comes before the stream does
		r.live()
		r.expect()
		r.Read(func(v tabs.View) {
			if note := htmxdom.Text(v.Document.Find("#note")[0]); note != "x" {
				t.Errorf("the event is lost: %q", note)
			}
		})
		if r.mounts() != 2 {
			t.Errorf("mounted %d times", r.mounts())
		}
	})
}

// A view that was remounted begins with all that there is. If that does not arrive,
// it is sent once more.
func TestTheFirstWordsOfAnotherLifeAreLost(t *testing.T) {
	readBoard(t, board.Page{List: &board.List{}}, handlers.Config{}, func(r *reader) {
		r.do("append", "a", "b")
		r.expect()
		r.list.Ref().Restart()
		synctest.Wait()
		for r.mounts() < 2 {
			time.Sleep(time.Millisecond)
			r.wire.swallowAnswers()
			synctest.Wait()
		}
		r.do("append", "c")
		synctest.Wait()
		r.wire.cut(false)
		r.expect()
		if r.mounts() != 2 {
			t.Errorf("mounted %d times", r.mounts())
		}
	})
}

func TestPagesOfAnotherLife(t *testing.T) {
	readBoard(t, board.Page{List: &board.List{}}, handlers.Config{}, func(r *reader) {
		r.do("append", "a", "b", "c")
		r.expect()
		for i := range 3 {
			r.wire.swallow()
			r.do("append", fmt.Sprint(i))
			r.do("delete", "b")
			r.list.Ref().Restart()
			synctest.Wait()
			r.wire.cut(false)
			r.expect()
			r.do("prepend", fmt.Sprint("p", i))
			r.click("add")
			r.expect()
		}
		if r.mounts() != 4 {
			t.Errorf("mounted %d times", r.mounts())
		}
	})
}
