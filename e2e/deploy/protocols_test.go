package deploy_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

func TestAPageWorksOverHTTP2WithoutEncryption(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi())
	visit(t, over((*http.Protocols).SetUnencryptedHTTP2)).works(a.url() + "/count")
}

// The session's cookie is Secure, except on the browser's own machine.
func TestOverPlainHTTPFromAnotherMachineAPageSaysThatItIsNotLive(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi())
	p := visit(t, http1())
	p.finds("site.example", a.addr)
	p.open("http://site.example/count").ask()
	if data, _ := p.next(); !strings.Contains(data, "not live") || strings.Contains(data, "refresh") {
		t.Errorf("the stream brings %q", data)
	}
}

// encrypted puts TLS before an app, as http.Server's ServeTLS does.
func encrypted(t *testing.T, routes routing) (url string) {
	t.Helper()
	cert, key := certificate(t)
	a := start(t, "", handlers.Config{Security: handlers.Security{ContentSecurityPolicy: handlers.Policy("frame-ancestors 'self'")}}, routes)
	server := &http.Server{Handler: a.server.Handler, ErrorLog: a.server.ErrorLog, ReadHeaderTimeout: patience}
	pair, err := tls.LoadX509KeyPair(cert, key)
	check(t, err)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}})
	check(t, err)
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	t.Cleanup(func() { a.stop(); server.Close(); <-served })
	return "https://" + listener.Addr().String()
}

func TestAPageWorksOverTLS(t *testing.T) {
	t.Parallel()
	url := encrypted(t, onChi())
	visit(t, http1()).works(url + "/count")
	visit(t, over((*http.Protocols).SetHTTP2)).works(url + "/count")
}

// Over HTTP/1.1 a browser has six connections to a server: a seventh visible page would
// take the last one from the events of all.
func TestEightPagesOfABrowserAreLiveOverHTTP2(t *testing.T) {
	t.Parallel()
	const pages = 8
	url := encrypted(t, func(kit *handlers.Kit, page http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/", onChi()(kit, page))
		mux.HandleFunc("/pages", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!doctype html>"+strings.Repeat(`<iframe src="/count" width="200" height="150"></iframe>`, pages))
		})
		return mux
	})
	p := browser.Open(t, "").TrustAnyCertificate()
	p.Goto(url + "/count") // one page first, for the session: eight at once would make eight
	p.Goto(url + "/pages")
	var all struct {
		Live           int
		Notices, Texts []string
	}
	look := func() {
		p.Eval(`(() => {
			const docs = [...document.querySelectorAll("iframe")].map(f => f.contentDocument);
			return {
				live: docs.filter(d => d.getElementById("sb-stream")?._htmx?.sse?.reader).length,
				notices: docs.map(d => d.getElementById("sb-notice")?.textContent),
				texts: docs.map(d => d.getElementById("count")?.textContent),
			};
		})()`, &all)
	}
	defer func() {
		if t.Failed() {
			t.Logf("%+v; its requests: %v", all, p.Requests())
		}
	}()
	until(t, "all pages are live", func() bool { look(); return all.Live == pages })
	p.Eval(`document.querySelectorAll("iframe").forEach(f => f.contentDocument.querySelector("button").click())`, nil)
	want := slices.Repeat([]string{"Count: 1"}, pages)
	until(t, "all pages count", func() bool { look(); return slices.Equal(all.Texts, want) })
	if all.Live != pages {
		t.Errorf("%d pages are live after an event", all.Live)
	}
	var protocol string
	if p.Eval(`performance.getEntriesByType("navigation")[0].nextHopProtocol`, &protocol); protocol != "h2" {
		t.Errorf("the browser speaks %s", protocol)
	}
}
