package handlers

import (
	"net/http"
	"net/url"
	"sync"

	"github.com/sideband-go/sideband/internal/flash"
	"github.com/sideband-go/sideband/internal/session"
)

// guard is the response that everything below the kit's middleware writes to. It saves
// the session before the response begins, and turns what the application's own
// middleware answers to a page's requests, when it does not let them through, into
// something that htmx and the user understand.
type guard struct {
	http.ResponseWriter
	asked

	kit   *Kit
	outer *guard // of another kit, whose middleware stands around
	known
	ctx   guarded
	r     *http.Request
	page  url.URL // of r, if a page has sent it
	ours  bool    // a page of the kit answers
	begun bool
	mute  bool // the body is the kit's
	stale bool // the request's session had ended before it came
	saved bool // the browser gets the cookie of a new session

	disconnects uint64 // of the kit, before the application's middleware has said who asks

	flash *[]flash.Message // for the next page; nil: what the browser has, if any

	mu    sync.Mutex
	over  bool         // the session is saved, the response begins
	ended []session.ID // sessions that end with it
}

func (g *guard) Write(b []byte) (int, error) {
	if !g.begun {
		g.WriteHeader(http.StatusOK)
	}
	if g.mute {
		return len(b), nil
	}
	return g.ResponseWriter.Write(b)
}

func (g *guard) WriteHeader(status int) {
	if g.begun || status < 200 { // informational ones come before
		g.ResponseWriter.WriteHeader(status)
		return
	}
	g.begin()
	if !g.ours {
		g.mute = g.translate(status)
	}
	if !g.mute {
		g.ResponseWriter.WriteHeader(status)
	}
}

// begin saves the session, once, and ends the pages of sessions that the request has
// ended. Not before: they reload, and should find the browser's new cookie.
func (g *guard) begin() {
	g.begun = true
	defer g.dismiss() // also if the application's store panics
	if !g.saved {
		if err := g.kit.sessions.Save(g.ResponseWriter, g.r); err != nil {
			g.kit.log.Error("sideband: session not saved", "err", err)
		}
	}
	g.writeFlash()
	if g.kit.config.Commands {
		nameNonce(g.Header(), g.r)
	}
}

// dismiss ends the pages of the sessions that the request has ended.
func (g *guard) dismiss() {
	g.mu.Lock()
	g.over = true
	ended := g.ended
	g.mu.Unlock()
	for _, id := range ended {
		g.kit.dismissSession(id)
	}
}

// takes notes a session that ends with this response. It reports false if that has begun.
func (g *guard) takes(id session.ID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.over {
		g.ended = append(g.ended, id)
	}
	return !g.over
}

// end completes a response of which nothing was written.
func (g *guard) end() {
	if !g.begun {
		if g.ours {
			g.begin()
		} else {
			g.WriteHeader(http.StatusOK)
		}
	}
}

// FlushError is for http.ResponseController.
func (g *guard) FlushError() error {
	if !g.begun {
		g.WriteHeader(http.StatusOK)
	}
	if g.mute {
		return nil
	}
	return http.NewResponseController(g.ResponseWriter).Flush()
}

// Flush is for middleware that knows no http.ResponseController.
func (g *guard) Flush() { _ = g.FlushError() }

// Unwrap is for http.ResponseController.
func (g *guard) Unwrap() http.ResponseWriter { return g.ResponseWriter }
