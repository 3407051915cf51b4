package handlers_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// Case 552: tabs that show the same address connect by addresses of their own, of which the application sees nothing.
func TestTabsConnectByAddressesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s, guard := portedSite(t, handlers.Config{}, rooms.Page{})
	b := s.browser(t)
	address := regexp.MustCompile(`hx-sse:connect="([^"]*)"`)
	seen := map[string]bool{}
	for range 3 {
		p := b.open("/rooms/a?from=5")
		to := strings.ReplaceAll(address.FindStringSubmatch(p.html)[1], "&amp;", "&")
		if !strings.HasPrefix(to, "?sideband=stream&sideband-tab=") || seen[to] {
			t.Errorf("%s after %v", to, seen)
		}
		seen[to] = true
		guard.last()
		p.connectTo(to, "")
		if saw := guard.last(); saw != "GET sideband=stream&from=5" {
			t.Errorf("middleware saw %s", saw)
		}
	}
}
