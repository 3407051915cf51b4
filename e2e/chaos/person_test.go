package chaos_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/tab"
)

// person has some tabs of one browser, all on the model of htmx, and a network.
type person struct {
	ctx     context.Context // of the whole test
	t       testing.TB
	name    string
	random  *rand.Rand
	network *network
	client  *http.Client
	tabs    []*page
	tokens  int  // texts that were made
	audits  int  // pages compared on the way
	member  bool // uses the page for who has signed in
}

// page is a tab with what it did.
type page struct {
	*tab.Tab
	hidden bool
	member bool // it may have to sign in again, and so leave

	mu       sync.Mutex
	trail    []string
	moves    []string // the part of it that has to do with the address
	reloads  []string // by itself, although it had been live
	live     bool     // since it was loaded
	asked    bool     // its stream was taken over by the test, since it was loaded
	epoch    string
	number   uint64
	problems []string
	ledger   ledger
}

func newPerson(ctx context.Context, t testing.TB, w *world, seed uint64, i, tabs int) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{
		ctx: ctx, t: t, name: fmt.Sprintf("person %d", i), random: random(seed, uint64(100+i)), network: newNetwork(t, w),
		client: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}, member: i%members == members-1,
	}
	if p.member {
		if err := w.data.Accounts.Add(ctx, p.email(), password); err != nil {
			t.Fatal(err)
		}
	}
	for i := range tabs {
		p.open()
		if i == 0 { // else each tab would begin a session, and all but one lose theirs
			err := p.tabs[0].Wait(ctx, func(v tab.View) bool { return !v.Loading })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

var addresses = []string{ordersPath, "/counter", "/table", ordersPath, productsPath, productsPath, "/checkout", "/counter", "/clock"}

// members are one in so many.
const members = 8

func (p *person) address() string {
	if p.member {
		return "/account"
	}
	return addresses[p.random.IntN(len(addresses))]
}

func (p *person) open() {
	pg := &page{member: p.member, ledger: ledger{clerk: p.network.world.clerk}}
	// Numbers that the tabs vary their waits by: of their own, so that a person's actions
	// do not depend on how often a stream was opened.
	jitter := rand.New(rand.NewPCG(p.random.Uint64(), 0))
	var mu sync.Mutex
	t, err := tab.Open(tab.Config{
		Client: p.client, Observe: pg.observe, Hidden: p.random.IntN(10) == 0,
		Random: func() float64 {
			mu.Lock()
			defer mu.Unlock()
			return jitter.Float64()
		},
	}, p.network.address+p.address())
	if err != nil {
		p.t.Error(err)
		return
	}
	pg.Tab = t
	p.tabs = append(p.tabs, pg)
}

// What pages are told that are to go without their stream.
const (
	takenOver = "This page is open elsewhere"
	notLive   = "This page is not live"
)

// appendLast appends a line to the last sixty.
func appendLast(lines []string, line string) []string {
	if lines = append(lines, line); len(lines) > 60 {
		lines = lines[1:]
	}
	return lines
}

// observe follows a tab and holds it to what always holds.
func (pg *page) observe(e tab.Event) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	line := fmt.Sprintf("%s %s %s %s %d", time.Now().Format("05.000"), e.Kind, e.Method, strings.TrimPrefix(e.Address, "http://127.0.0.1"), e.Status)
	if e.Cause != "" {
		line += " " + string(e.Cause)
	}
	if e.Kind == tab.Message || e.Kind == tab.Ended || e.Kind == tab.Closed {
		line += " id " + e.ID
	}
	if v := e.Header.Get("Last-Event-ID"); v != "" {
		line += " after " + v
	}
	if e.Text != "" {
		line += fmt.Sprintf(" %d bytes %.320q", len(e.Text), e.Text)
	}
	if e.Err != nil {
		line += " " + e.Err.Error()
	}
	pg.trail = appendLast(pg.trail, line)
	if e.Method == http.MethodGet && !strings.Contains(e.Address, "/_sideband/") || e.Kind == tab.Moved || e.Kind == tab.Shown || strings.Contains(e.Text, "sb-visit") {
		pg.moves = appendLast(pg.moves, line)
	}
	switch e.Kind {
	case tab.Loaded, tab.LoadFailed:
		switch e.Cause {
		case tab.Refresh, tab.Header, tab.Redirect:
			if pg.live && !pg.member {
				pg.reloads = append(pg.reloads, strings.Join(pg.trail, "\n  "))
			}
		}
		pg.live, pg.asked, pg.epoch, pg.number = false, false, "", 0
		pg.ledger = ledger{clerk: pg.ledger.clerk}
	case tab.Sent:
		if strings.Contains(e.Address, "&recover=") {
			pg.ledger.restore()
		}
	case tab.Broken:
		pg.problems = append(pg.problems, "htmx threw: "+line)
	case tab.Message:
		if !pg.asked && strings.Contains(e.Text, takenOver) || !pg.member && strings.Contains(e.Text, notLive) {
			pg.problems = append(pg.problems, "a page has lost its stream:\n  "+strings.Join(pg.trail, "\n  "))
		}
		if e.Numbered {
			pg.live = true
			pg.numbered(e, line)
		}
	}
}

// numbered checks that messages come in order.
func (pg *page) numbered(e tab.Event, line string) {
	epoch, text, ok := strings.Cut(e.ID, "-")
	if !ok {
		epoch, text = "", e.ID
	}
	text, _, _ = strings.Cut(text, "_") // what comes after it says where the page is
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case err != nil:
		pg.problems = append(pg.problems, "an id that is none: "+line)
		return
	case e.Text == "":
		// What the browser named, or what the server begins with.
	case epoch == pg.epoch && n <= pg.number:
		pg.problems = append(pg.problems, fmt.Sprintf("after %d came %s", pg.number, line))
	}
	pg.epoch, pg.number = epoch, n
}

// drive does at random what people do, and what befalls them, until ctx is done.
func (p *person) drive(ctx context.Context, w *world, pace time.Duration) {
	for wait(ctx, pace/4+time.Duration(p.random.Int64N(int64(pace)))) {
		pg := p.tabs[p.random.IntN(len(p.tabs))]
		switch n := p.random.IntN(100); {
		case n < 40:
			p.act(pg)
		case n < 46:
			for range 2 + p.random.IntN(5) {
				p.act(pg)
			}
		case n < 60:
			p.network.plan(false, p.eventFault())
			p.act(pg)
		case n < 67:
			p.network.cut(true)
		case n < 74:
			p.network.plan(true, p.streamFault())
			p.network.cut(true)
		case n < 76:
			p.network.cut(false)
		case n < 78:
			p.network.offline(true)
			wait(ctx, time.Duration(p.random.Int64N(int64(4*time.Second))))
			p.network.offline(false)
		case n < 80:
			p.audit(w, pg)
		case n < 88:
			if pg.hidden = !pg.hidden; pg.hidden {
				pg.Hide()
			} else {
				pg.Show()
			}
		case n < 91:
			_ = pg.Reload() // it may still be on its way
		case n < 93:
			_ = pg.Back() // there may be nothing to go back to
		case n < 94:
			_ = pg.Forward()
		case n < 97:
			p.must(pg.Goto(p.network.address + p.address()))
		default:
			pg.Close()
			p.finished(pg)
			i := 0
			for p.tabs[i] != pg {
				i++
			}
			p.tabs = append(p.tabs[:i], p.tabs[i+1:]...)
			p.open()
		}
	}
}

// audit compares a page with its view in the midst of it all, but with servers that stay.
func (p *person) audit(w *world, pg *page) {
	w.steady.RLock()
	defer w.steady.RUnlock()
	w.done.Wait() // a process that ends sends its pages to the next one, which remounts their views
	p.network.heal()
	pg.hidden = false
	p.compareAll([]*page{pg})
	p.audits++
	_ = pg.Reload() // its stream has been taken over
}

func (p *person) must(err error) {
	if err != nil {
		p.t.Errorf("%s: %v", p.name, err)
	}
}

func (p *person) eventFault() fault {
	short := time.Duration(p.random.Int64N(int64(2 * time.Second)))
	return []fault{
		{name: "delay", before: short},
		{name: "late", before: short, late: true},
		{name: "refuse", refuse: true},
		{name: "twice, last answer", twice: true},
		{name: "twice, first answer", twice: true, first: true},
		{name: "answer lost", lost: true},
		{name: "bad gateway", status: http.StatusBadGateway},
		{name: "too many", status: http.StatusTooManyRequests},
		{name: "unavailable", status: http.StatusServiceUnavailable},
		{name: "answer cut", after: 1 + p.random.IntN(300)},
		{name: "slow answer", stall: short},
	}[p.random.IntN(11)]
}

func (p *person) streamFault() fault {
	short := time.Duration(p.random.Int64N(int64(3 * time.Second)))
	return []fault{
		{name: "delay", before: short},
		{name: "refuse", refuse: true},
		{name: "answer lost", lost: true},
		{name: "bad gateway", status: http.StatusBadGateway},
		{name: "unavailable", status: http.StatusServiceUnavailable},
		{name: "cut at the beginning", after: 1 + p.random.IntN(60)},
		{name: "cut", after: 1 + p.random.IntN(20_000)},
		{name: "stall", stall: short},
	}[p.random.IntN(8)]
}

// finished reports what a tab has found wrong.
func (p *person) finished(pg *page) {
	pg.mu.Lock()
	defer pg.mu.Unlock()
	for _, text := range pg.problems {
		p.t.Errorf("%s: %s", p.name, text)
	}
	for _, trail := range pg.reloads {
		p.t.Errorf("%s: a page that was live loaded itself anew:\n  %s", p.name, trail)
	}
	pg.problems, pg.reloads = nil, nil
}

func (p *person) close() {
	for _, pg := range p.tabs {
		pg.Close()
		p.finished(pg)
	}
	p.client.CloseIdleConnections()
	p.network.close()
}
