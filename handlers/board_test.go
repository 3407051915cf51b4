package handlers_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/board"
	"github.com/sideband-go/sideband/internal/htmxdom"
	tabs "github.com/sideband-go/sideband/internal/tab"
	"github.com/sideband-go/sideband/sse"
	"github.com/sideband-go/sideband/views"
)

// wire is the network between a tab and a server, in memory.
type wire struct {
	conns chan net.Conn
	done  chan struct{}

	mu   sync.Mutex
	down bool
	ours []*end
	goOn chan struct{} // closed when a tab reads again; nil if it reads
}

// end is a tab's end of a connection.
type end struct {
	net.Conn
	wire *wire
	mu   sync.Mutex
	hole bool // nothing arrives at the server any more
	deaf bool // nor at the tab
}

func (e *end) lost() (hole, deaf bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.hole, e.deaf
}

func (e *end) Read(p []byte) (int, error) {
	for {
		e.wire.mu.Lock()
		goOn := e.wire.goOn
		e.wire.mu.Unlock()
		if goOn != nil {
			<-goOn
		}
		n, err := e.Conn.Read(p)
		if _, deaf := e.lost(); err != nil || !deaf {
			return n, err
		}
	}
}

func (e *end) Write(p []byte) (int, error) {
	if hole, _ := e.lost(); hole {
		return len(p), nil
	}
	return e.Conn.Write(p)
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { close(w.done); return nil }
func (w *wire) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	w.mu.Lock()
	down := w.down
	e := &end{Conn: ours, wire: w}
	w.ours = append(w.ours, e)
	w.mu.Unlock()
	if down {
		return nil, io.ErrUnexpectedEOF
	}
	select {
	case w.conns <- theirs:
		return e, nil
	case <-w.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// swallow has what is sent from now on get lost, until the connections are cut.
func (w *wire) swallow() { w.lose(func(e *end) { e.hole, e.deaf = true, true }) }

// swallowAnswers is swallow for what the server says.
func (w *wire) swallowAnswers() { w.lose(func(e *end) { e.deaf = true }) }

func (w *wire) lose(f func(e *end)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.ours {
		e.mu.Lock()
		f(e)
		e.mu.Unlock()
	}
}

// stall has the tab read nothing for a while.
func (w *wire) stall(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.goOn != nil {
		close(w.goOn)
		w.goOn = nil
	}
	if on {
		w.goOn = make(chan struct{})
	}
}

// cut ends all connections; if down, no others are made.
func (w *wire) cut(down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = down
	for _, e := range w.ours {
		_ = e.Close()
	}
	w.ours = nil
}

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

// Case 49: TestStreamsThroughFaults changes a list at random, while connections break, get lost and
// grow old, tabs hide and views go, and compares what the page shows in the end.
// SIDEBAND_PAIRS says how many seeds it begins with, if not the usual number.
func TestStreamsThroughFaults(t *testing.T) {
	t.Parallel()
	seeds := 48
	if n, err := strconv.Atoi(os.Getenv("SIDEBAND_PAIRS")); err == nil {
		seeds = n
	}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := board.Page{List: &board.List{}}
			if seed%3 == 2 {
				p.Large = strings.Repeat("y", 3000)
			}
			c := handlers.Config{Timeouts: handlers.Timeouts{ConnectionAge: 40 * time.Second}}
			if seed%4 > 0 {
				c.Connection = sse.Config{MaxPending: int(seed % 4)}
			}
			readBoard(t, p, c, func(r *reader) { throughFaults(r, seed) })
		})
	}
}

func throughFaults(r *reader, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 9))
	r.live()
	for range 12 {
		for range 1 + rnd.IntN(12) {
			id := func() string { return fmt.Sprint(rnd.IntN(25), []string{"", " ", "é"}[rnd.IntN(3)]) }
			ids := make([]string, 1+rnd.IntN(3))
			for i := range ids {
				ids[i] = id()
			}
			switch rnd.IntN(18) {
			case 0, 1, 2:
				r.do("append", ids...)
			case 3:
				r.do("prepend", ids...)
			case 4:
				r.list.Do(board.Change{Kind: "insert", At: rnd.IntN(10), Lines: lines(ids...)}, views.Ref{})
			case 5, 6:
				r.do("delete", ids...)
			case 7:
				changed := lines(ids[0])
				changed[0].Text += fmt.Sprint(" changed ", rnd.IntN(100))
				r.list.Do(board.Change{Kind: "update", Lines: changed}, views.Ref{})
			case 8:
				if rnd.IntN(4) == 0 {
					r.do("reset", ids...)
				}
			case 9:
				if err := r.Click(tabs.First([]string{"#add", "#write"}[rnd.IntN(2)])); err != nil && !errors.Is(err, tabs.ErrNoPage) {
					r.t.Fatal(err)
				}
			case 10:
				r.wire.swallow()
			case 11:
				r.wire.cut(false)
			case 12:
				r.Hide()
			case 13:
				r.Show()
			case 14:
				if rnd.IntN(3) == 0 {
					r.list.Ref().Restart()
				}
			case 15:
				r.wire.stall(true)
			case 16:
				r.wire.stall(false)
			case 17:
				time.Sleep(time.Duration(rnd.IntN(60)) * time.Second)
			}
			if rnd.IntN(3) > 0 {
				synctest.Wait()
			}
			if rnd.IntN(4) == 0 {
				time.Sleep(time.Duration(rnd.IntN(1500)) * time.Millisecond)
			}
		}
		if rnd.IntN(2) == 0 {
			r.wire.swallow()
			time.Sleep(time.Duration(rnd.IntN(3000)) * time.Millisecond)
		}
		r.wire.stall(false)
		r.wire.cut(false)
		r.Show()
		r.expect()
	}
}
