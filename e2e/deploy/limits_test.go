package deploy_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/handlers"
)

func TestAStreamWithADeadlineIsCutAndSaid(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi(middleware.Timeout(200*time.Millisecond)))
	p := visit(t, http1()).open(a.url() + "/count")
	for range 2 {
		p.connect()
		if data, ok := p.next(); ok {
			t.Errorf("instead of its end the stream brings %q", data)
		}
	}
	const said = "a middleware gives the connection a deadline"
	if n := a.log.count(said); n != 1 {
		t.Errorf("%q was logged %d times", said, n)
	}
}

// What http.TimeoutHandler answers is buffered to its end, which a stream does not have.
func TestAHandlerThatBuffersIsSaid(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi(func(next http.Handler) http.Handler {
		return http.TimeoutHandler(next, patience, "")
	}))
	p := visit(t, http1()).open(a.url() + "/count")
	if res := p.ask(); res.StatusCode != http.StatusInternalServerError {
		t.Errorf("the stream is answered %s", res.Status)
	}
	if said := "a middleware hides the response writer"; a.log.count(said) == 0 {
		t.Errorf("%q was not logged", said)
	}
}

// busy checks what a page gets of a middleware that refuses its requests with a status
// that may pass.
func busy(t *testing.T, a *app, p *tab, status int) {
	t.Helper()
	got := p.click()
	if got.status != status || !strings.Contains(got.body, `id="sb-notice"`) || strings.Contains(got.body, "<html") {
		t.Errorf("an event is answered %d %q", got.status, got.body)
	}
	if got.header.Get("HX-Refresh")+got.header.Get("HX-Redirect") != "" {
		t.Errorf("an event sends the page away: %v", got.header)
	}
	// htmx tries again after a pause. It would not, had this status the type of a stream.
	res, err := p.request()
	check(t, err)
	defer res.Body.Close()
	if res.StatusCode != status || res.Header.Get("Content-Type") == "text/event-stream" {
		t.Errorf("a stream is answered %s %v", res.Status, res.Header)
	}
	const said = "a middleware does not let a page's requests through"
	if n := a.log.count(said); n != 1 {
		t.Errorf("%q was logged %d times", said, n)
	}
}

// A handler that gives up since the browser has left is no middleware that is in the page's way.
func TestABrowserThatHasLeftIsNotRefused(t *testing.T) {
	t.Parallel()
	come, answered := make(chan struct{}), make(chan struct{})
	a := start(t, "", handlers.Config{}, onChi(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost {
				next.ServeHTTP(w, r)
				return
			}
			close(come)
			<-r.Context().Done()
			http.Error(w, "no answer from the database", http.StatusServiceUnavailable)
			close(answered)
		})
	}))
	p := visit(t, http1()).open(a.url() + "/count").connect()
	ctx, cancel := context.WithCancel(p.ctx)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"?event=Add&value=1", nil)
	check(t, err)
	r.Header.Set("Sideband-Ticket", p.ticket)
	go func() {
		<-come
		cancel()
	}()
	if res, err := p.client.Do(r); err == nil {
		res.Body.Close()
		t.Errorf("the event was answered %s", res.Status)
	}
	<-answered
	if n := a.log.count("a middleware does not let a page's requests through"); n != 0 {
		t.Errorf("it was logged %d times that a middleware is in the way", n)
	}
}

func TestStreamsTakePlacesOfAThrottle(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi(middleware.Throttle(2)))
	first, second := visit(t, http1()).open(a.url()+"/count"), visit(t, http1()).open(a.url()+"/count")
	first.connect()
	first.counts("Count: 1")
	second.connect()
	busy(t, a, first, http.StatusTooManyRequests)
	second.close()
	until(t, "the throttle has a place again", func() bool { return first.click().status != http.StatusTooManyRequests })
	first.expect("Count: 2")
}

func TestAPageBeyondItsRateGoesOnLater(t *testing.T) {
	t.Parallel()
	const rate = 10
	a := start(t, "", handlers.Config{}, onChi(limit(rate)))
	p := visit(t, http1()).open(a.url() + "/count").connect()
	for range rate - 2 {
		p.counts("Count:")
	}
	busy(t, a, p, http.StatusTooManyRequests)
	if a.mounts.Load() != 1 {
		t.Errorf("%d mounts", a.mounts.Load())
	}
}

func TestAServerThatIsDownForRepairIsNoReasonToReload(t *testing.T) {
	t.Parallel()
	down := make(chan struct{})
	a := start(t, "", handlers.Config{}, onChi(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-down:
				http.Error(w, "<html>down", http.StatusServiceUnavailable)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}))
	p := visit(t, http1()).open(a.url() + "/count").connect()
	p.counts("Count: 1")
	close(down)
	busy(t, a, p, http.StatusServiceUnavailable)
}

// Streams that a middleware compresses work, though each costs its compressor's memory.
func TestAStreamThatAMiddlewareCompressesIsFlushed(t *testing.T) {
	t.Parallel()
	a := start(t, "", handlers.Config{}, onChi(middleware.Compress(5, "text/html", "text/event-stream")))
	visit(t, http1()).works(a.url() + "/count")
}
