// Command floor is the least that a page with events and a stream can cost in Go: net/http,
// a hand-written line for each event on the stream of the page that sent it, or on all, and
// nothing else. No sessions, no router, no log, no replay, no heartbeat, no deadlines.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "where to listen")
	flag.Parse()
	if err := run(*addr); err != nil {
		log.Fatal(err)
	}
}

func run(addr string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	s := &http.Server{Handler: &pages{open: map[string]*page{}}}
	closed := context.AfterFunc(ctx, func() { _ = s.Close() }) // an error does not matter any more
	defer closed()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// pages are the pages whose streams are open.
type pages struct {
	mu   sync.Mutex
	open map[string]*page
	said int
}

type page struct {
	mu    sync.Mutex
	count int
	lines chan []byte
}

const ticketHeader = "Sideband-Ticket"

func (ps *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost && r.URL.RawQuery == "say":
		ps.say(w)
	case r.Method == http.MethodPost && r.URL.RawQuery == "body":
		keep(w, r.Body)
	case r.Method == http.MethodPost && r.URL.RawQuery == "parts":
		keepParts(w, r)
	case r.Method == http.MethodPost:
		ps.event(w, r)
	case r.URL.RawQuery == "stream":
		ps.stream(w, r)
	case r.URL.Path == "/":
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, html, ticketHeader, rand.Text())
	default:
		http.NotFound(w, r)
	}
}

const html = `<!DOCTYPE html>
<html lang="en"><head><title>Counter</title></head>
<body hx-headers:inherited='{"%s":"%s"}'>
<div hx-sse:connect="?stream"></div>
<main><h1 id="count">Count: 0</h1><button hx-post="?add">Increment</button>
<button hx-post="?say">Say good morning</button><ol id="messages"></ol></main>
</body></html>
`

// event counts and tells the page.
func (ps *pages) event(w http.ResponseWriter, r *http.Request) {
	ps.mu.Lock()
	p := ps.open[r.Header.Get(ticketHeader)]
	ps.mu.Unlock()
	if p == nil {
		http.Error(w, "no such page", http.StatusGone)
		return
	}
	p.mu.Lock()
	p.count++
	n := strconv.Itoa(p.count)
	p.mu.Unlock()
	select {
	case p.lines <- []byte("id: " + n + "\ndata: Count: " + n + "\n\n"):
		w.WriteHeader(http.StatusNoContent)
	default:
		http.Error(w, "the page does not read", http.StatusServiceUnavailable)
	}
}

// say tells all pages the same.
func (ps *pages) say(w http.ResponseWriter) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.said++
	n := strconv.Itoa(10_000 + ps.said)
	line := []byte("id: " + n + "\ndata: <li id=\"message-" + n + "\"><b>Guest 1</b> " +
		"<time datetime=\"2026-05-04T09:30:00Z\">09:30</time> <span>Good morning, everybody.</span></li>\n\n")
	for _, p := range ps.open {
		select {
		case p.lines <- line:
		default: // it does not read
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// stream writes messages until the client goes.
func (ps *pages) stream(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get(ticketHeader)
	p := &page{lines: make(chan []byte, 16)}
	ps.mu.Lock()
	ps.open[id] = p
	ps.mu.Unlock()
	defer func() {
		ps.mu.Lock()
		delete(ps.open, id)
		ps.mu.Unlock()
	}()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	line := []byte("id: 0\n\n")
	for {
		if _, err := w.Write(line); err != nil || out.Flush() != nil {
			return
		}
		select {
		case line = <-p.lines:
		case <-r.Context().Done():
			return
		}
	}
}

// keepParts keeps the files of a body, one after the other.
func keepParts(w http.ResponseWriter, r *http.Request) {
	parts, err := r.MultipartReader()
	for err == nil {
		var part io.Reader
		if part, err = parts.NextPart(); err == nil {
			err = copyToFile(part)
		}
	}
	answer(w, err)
}

// keep keeps a body as it is.
func keep(w http.ResponseWriter, body io.Reader) {
	err := copyToFile(body)
	if err == nil {
		err = io.EOF
	}
	answer(w, err)
}

func answer(w http.ResponseWriter, err error) {
	if !errors.Is(err, io.EOF) {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// copyToFile copies to a file, which is removed afterwards.
func copyToFile(r io.Reader) error {
	f, err := os.CreateTemp("", "sideband-bench-floor-")
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
