package deploy_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// balanced is nginx before processes, with a rule for choosing one.
func balanced(rule string, apps ...*app) string {
	var servers strings.Builder
	for _, a := range apps {
		servers.WriteString("server " + a.addr + "; ")
	}
	return `
	map $http_cookie $session { default $remote_addr; "~(?:^|; )(?:__Host-)?sideband=(?<value>[^;]+)" $value; }
	upstream app { ` + rule + ` ` + servers.String() + ` }
	server { listen LISTEN; location / { proxy_pass http://app; } }`
}

// A view lives in one process. Where requests go to any, a process that is asked for a
// view of another's mounts it itself: the page works, but forgets with each change what
// Mount does not restore.
func TestWithoutStickinessAViewIsMountedWhereverARequestArrives(t *testing.T) {
	t.Parallel()
	a, b := start(t, "", handlers.Config{}, onChi()), start(t, "", handlers.Config{}, onChi())
	url := "http://" + nginx(t, balanced("", a, b)) + "/count"
	p := visit(t, http1()).open(url) // by one process
	p.connect()                      // to the other
	for range 4 {
		// This is answered by the process that has no stream: so with the patch, and with a
		// stream element that goes on from there.
		if got := p.click(); got.status != http.StatusOK || !strings.Contains(got.body, "Count: ") {
			t.Fatalf("the event is answered %d %s", got.status, got.body)
		}
		p.do(http.MethodGet, url) // so that the turn is the other's
	}
	if n := a.mounts.Load() + b.mounts.Load(); n < 3 {
		t.Errorf("%d mounts", n)
	}
	for _, x := range []*app{a, b} {
		if got := x.kit.Stats().TicketsRefused; got != 0 {
			t.Errorf("a process has refused %d tickets of the other", got)
		}
	}
}

func TestWithStickinessEachPageStaysWithItsProcess(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]string{
		"by address": "ip_hash;",
		"by session": "hash $session consistent;",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := start(t, "", handlers.Config{}, onChi()), start(t, "", handlers.Config{}, onChi())
			url := "http://" + nginx(t, balanced(rule, a, b)) + "/count"
			const people = 20 // all of them by chance with one process: once in 500,000
			for range people {
				p := visit(t, http1())
				p.open(url) // which gives the browser its cookie
				p.works(url)
			}
			if n := a.mounts.Load() + b.mounts.Load(); n != 2*people {
				t.Errorf("%d mounts for %d pages", n, 2*people)
			}
			if one := a.mounts.Load(); rule != "ip_hash;" && (one == 0 || one == 2*people) {
				t.Errorf("one process has %d of the %d pages", one, 2*people)
			}
		})
	}
}

// While one of two processes is replaced, its pages go to the other.
func TestPagesOfAProcessThatEndsGoToAnother(t *testing.T) {
	t.Parallel()
	a, b := start(t, "", handlers.Config{}, onChi()), start(t, "", handlers.Config{}, onChi())
	url := "http://" + nginx(t, balanced("ip_hash;", a, b)) + "/count"
	p := browser.Open(t, "")
	p.AllowErrors(lost...)
	p.Goto(url)
	usable(t, p, 1)
	stay(p)
	if a.mounts.Load() == 0 {
		a, b = b, a
	}
	a.stop()
	p.WaitText("#count", "Count: 0")
	usable(t, p, 1)
	stayed(t, p)
	if n := b.mounts.Load(); n != 1 {
		t.Errorf("the other process has mounted %d views", n)
	}
}

func TestTheNextProcessTakesOverOpenPagesInTheBrowser(t *testing.T) {
	t.Parallel()
	const tabs = 5
	a := start(t, "", handlers.Config{}, onChi())
	var all []*browser.Page
	for range tabs {
		p := browser.Open(t, a.url()+"/count")
		p.AllowErrors(lost...)
		usable(t, p, 1)
		stay(p)
		all = append(all, p)
	}
	rest := a.closes()
	b := start(t, a.addr, handlers.Config{}, onChi())
	rest()
	for _, p := range all {
		p.WaitText("#count", "Count: 0")
		usable(t, p, 1)
		stayed(t, p)
	}
	if n := b.mounts.Load(); n != tabs {
		t.Errorf("the next process has mounted %d views for %d pages", n, tabs)
	}
}

// Secrets are replaced in two steps: the new one first, and the old one goes when no
// page of its time is open any more.
func TestPagesSurviveAChangeOfTheSecret(t *testing.T) {
	t.Parallel()
	newer := []byte(strings.Repeat("n", 32))
	a := start(t, "", handlers.Config{Security: handlers.Security{Secrets: [][]byte{secret}}}, onChi())
	old := visit(t, http1()).open(a.url() + "/count").connect()
	old.counts("Count: 1")
	rest := a.closes()
	b := start(t, a.addr, handlers.Config{Security: handlers.Security{Secrets: [][]byte{newer, secret}}}, onChi())
	rest()
	old.connect()
	old.counts("Count: 1")
	young := visit(t, http1()).open(b.url() + "/count").connect()
	young.counts("Count: 1")
	again := visit(t, old.client.Transport.(*http.Transport))
	again.client.Jar = old.client.Jar // the same browser opens the page anew
	again.open(b.url() + "/count").connect()
	rest = b.closes()
	start(t, b.addr, handlers.Config{Security: handlers.Security{Secrets: [][]byte{newer}}}, onChi())
	rest()
	for name, p := range map[string]*tab{"opened under the new secret": young, "opened anew": again} {
		p.connect()
		p.counts("Count: 1")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	old.ask()
	if data, _ := old.next(); !strings.Contains(data, "refresh") {
		t.Errorf("a page of the time of a secret that is gone is told %q", data)
	}
}

func TestPagesOfAnotherVersionReload(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{Version: "1"}, onChi())
	p := visit(t, http1()).open(a.url() + "/count").connect()
	p.counts("Count: 1")
	rest := a.closes()
	start(t, a.addr, handlers.Config{Version: "2"}, onChi())
	rest()
	p.client.CloseIdleConnections() // a POST is not sent again if one of them was closed meanwhile
	if got := p.click(); got.status != http.StatusGone || got.header.Get("HX-Refresh") != "true" {
		t.Errorf("an event is answered %d %v", got.status, got.header)
	}
	p.ask()
	if data, _ := p.next(); !strings.Contains(data, "refresh") {
		t.Errorf("the stream brings %q", data)
	}
}

func TestTheEndWaitsForAnEventUnderWay(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi())
	p := visit(t, http1()).open(a.url() + "/count")
	answered := make(chan answer, 1)
	go func() { answered <- p.do(http.MethodPost, p.url+"?event=Hold", "Sideband-Ticket", p.ticket) }()
	a.gate <- struct{}{} // the event has begun
	rest := a.closes()
	ended := make(chan struct{})
	go func() { defer close(ended); rest() }()
	until(t, "the kit takes no pages any more", func() bool {
		w := httptest.NewRecorder()
		a.server.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/count", nil))
		return w.Code == http.StatusServiceUnavailable
	})
	select {
	case <-ended:
		t.Error("the app has ended before the event")
	default:
	}
	a.gate <- struct{}{}
	if got := <-answered; got.status != http.StatusOK || !strings.Contains(got.body, "Count: 1") {
		t.Errorf("the event is answered %d %s", got.status, got.body)
	}
	<-ended
}
