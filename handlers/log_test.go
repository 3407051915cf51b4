package handlers_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Case 3: tickets are in no address, log or panic.
func TestTicketsAreNowhereElse(t *testing.T) {
	log := &record{}
	s := newSite(t, handlers.Config{Development: true, Limits: handlers.Limits{Fields: 2}}, func(kit *handlers.Kit, r chi.Router) {
		r.Group(func(r chi.Router) {
			r.Use(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					fmt.Fprintln(log, r.URL, r.RequestURI, r.Referer())
					next.ServeHTTP(w, r)
				})
			})
			r.Use(middleware.RequestLogger(&middleware.DefaultLogFormatter{Logger: slog.NewLogLogger(slog.NewTextHandler(log, nil), slog.LevelInfo), NoColor: true}))
			r.Use(middleware.Recoverer)
			r.Handle("/rooms/{room}", handlers.View(kit, rooms.Page{}))
		})
	})
	b := s.browser(t)
	p := b.open("/rooms/a?from=1").connect("")
	for _, how := range []string{"error", "panic", "render", "forbidden"} {
		p.post("event=Fail&value="+how, nil)
	}
	p.post("event=Nope", nil)
	p.post("event=Both", url.Values{"a": {"1"}, "b": {"2"}, "c": {"3"}})
	s.browser(t).do("POST", "/rooms/a?event=Add&value=1", nil, "Sideband-Ticket", p.ticket)
	b.do("POST", "/rooms/b?event=Add&value=1", nil, "Sideband-Ticket", p.ticket)
	b.do("POST", "/rooms/a?event=Add&value=1", nil, "Sideband-Ticket", p.ticket[:40])
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Views.Parked == 1 })
	answer := p.post("event=Add&value=1", nil)
	p.connect("garbage")
	p.post("event=Add&value=1", nil)
	p.body.Close()
	waitFor(t, func() bool { return s.kit.Stats().Connections == 0 })
	text := s.log.String() + log.String() + answer.body
	for at := 0; at+12 <= len(p.ticket); at += 12 {
		if part := p.ticket[at : at+12]; strings.Contains(text, part) {
			t.Fatalf("part of the ticket, %q, is in %s", part, text)
		}
	}
	if !strings.Contains(text, "a secret of the") || !strings.Contains(text, "event=Nope") {
		t.Errorf("nothing was logged: %s", text)
	}
}

// Case 44: what users send is one record, whatever is in it.
func TestLineEndsInLogs(t *testing.T) {
	s := roomSite(t, handlers.Config{}, rooms.Page{})
	p := s.browser(t).open("/rooms/a%0Alevel=ERROR%20msg=forged")
	p.post("event="+url.QueryEscape("x\nlevel=ERROR msg=forged\r\n"), nil)
	p.post("event=Add&value="+url.QueryEscape("1\nlevel=ERROR msg=forged"), nil)
	p.post("event=Write", url.Values{"a": {"\nlevel=ERROR msg=forged"}, "b\nlevel=ERROR msg=forged": {"x"}})
	p.post("event=Add&value=1", nil, "HX-Source", "input#\u2028level=ERROR%0Alevel=ERROR")
	p.do("POST", p.path+"?event=Add", nil, "Sideband-Ticket", "x%0Alevel=ERROR")
	p.do("POST", p.path+"?event=Add", url.Values{"a": {"b"}}, "Sideband-Ticket", p.ticket, "Content-Type", "x\tlevel=ERROR")
	lines := strings.Split(strings.TrimSpace(s.log.String()), "\n")
	if len(lines) < 5 {
		t.Errorf("log: %q", lines)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "time=") || strings.Contains(line, " msg=forged") && !strings.Contains(line, `"`) {
			t.Errorf("a record of its own: %q", line)
		}
	}
}
