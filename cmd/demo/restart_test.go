package main

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/tab"
)

// A page that is open has a stream, which http.Server waits for.
func TestEndsInGoodOrderWhileAPageIsOpen(t *testing.T) {
	d := start(t, "-addr", "127.0.0.1:0")
	p := open(t, d.url, &http.Transport{})
	p.add("Count: 1")
	d.end(t)
	p.Read(func(v tab.View) {
		if v.Pages != 1 || v.Loading {
			t.Error("the page was asked to reload from a server that has gone")
		}
	})
}

// free waits until nobody listens at the demo's address any more.
func (d *demo) free(t *testing.T) (addr string) {
	t.Helper()
	addr = strings.TrimPrefix(d.url, "http://")
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return addr
		}
		c.Close()
		select {
		case <-again.C:
		case <-t.Context().Done():
			t.Fatal("the demo goes on listening")
		}
	}
}

func TestOpenPagesGoOnWithTheNextProcess(t *testing.T) {
	for name, c := range map[string]struct {
		secret    []string
		protocols *http.Protocols
	}{
		"with the same secret":           {[]string{"-secret", strings.Repeat("s", 32)}, protocols((*http.Protocols).SetHTTP1)},
		"with the kept secret":           {nil, protocols((*http.Protocols).SetHTTP1)},
		"with the kept one, over HTTP/2": {nil, protocols((*http.Protocols).SetUnencryptedHTTP2)},
	} {
		t.Run(name, func(t *testing.T) {
			first := start(t, append([]string{"-addr", "127.0.0.1:0"}, c.secret...)...)
			pages := make([]*page, 8)
			for i := range pages {
				pages[i] = open(t, first.url, &http.Transport{Protocols: c.protocols})
				pages[i].add("Count: 1")
			}
			first.stop()
			// It need not have ended: pages that leave it later find the other one at once.
			second := start(t, append([]string{"-addr", first.free(t)}, c.secret...)...)
			for _, p := range pages {
				p.shows("Count: 0") // the view is remounted: the count is not stashed
				p.add("Count: 1")
			}
			first.end(t)
			second.end(t)
		})
	}
}
