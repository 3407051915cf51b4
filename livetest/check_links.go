package livetest

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"
)

// followLinks finds the links that lead nowhere.
func (s *Site) followLinks() {
	f := s.found
	f.mu.Lock()
	links, skipped := maps.Clone(f.links), f.skipped[DeadLinks]
	f.mu.Unlock()
	if skipped {
		return
	}
	for _, address := range slices.Sorted(maps.Keys(links)) {
		u, err := url.Parse(address)
		if err == nil && !s.leads(u, links[address].person) {
			f.add(DeadLinks, "%s: %s", links[address].on, u.RequestURI())
		}
	}
}

func (s *Site) leads(u *url.URL, person *Person) bool {
	switch h := (*s.handler.Load()).(type) {
	case chi.Routes:
		return h.Match(chi.NewRouteContext(), http.MethodGet, u.EscapedPath())
	case *http.ServeMux:
		_, pattern := h.Handler(&http.Request{Method: http.MethodGet, URL: u, Host: host})
		return pattern != ""
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.Patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, u.String(), nil)
	if err != nil {
		return false
	}
	client := s.line().client(person)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusGone
}
