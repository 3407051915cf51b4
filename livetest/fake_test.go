package livetest_test

import (
	"log/slog"
	"net/http"
	"regexp"
	"testing"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/livetest/internal/catalog"
	"github.com/sideband-go/sideband/livetest/internal/faulty"
	"github.com/sideband-go/sideband/livetest/internal/gestures"
	"github.com/sideband-go/sideband/livetest/internal/orders"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(patient{browser.Tests{M: m}}) }

// patient waits, after the tests, for the idle goroutines of their kits, which nobody
// shuts down.
type patient struct{ m browser.Tests }

func (p patient) Run() int {
	code := p.m.Run()
	for range 100 {
		if goleak.Find() == nil {
			break
		}
	}
	return code
}

func kit() *handlers.Kit {
	return handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler), Security: handlers.Security{Secrets: [][]byte{[]byte("for tests, of which there are 32 ")}}})
}

// site is the site with a little of everything.
func site() http.Handler { return orders.Site(kit()) }

func gesturesSite() http.Handler { return gestures.Site(kit()) }

func catalogSite() http.Handler { return catalog.Site(kit()) }

func faultySite() http.Handler { return faulty.Site(kit()) }

// sized is a text without the sizes of patches, which change with what the kit writes.
func sized(text string) string {
	return regexp.MustCompile(`patch of \d+ bytes`).ReplaceAllString(text, "patch of … bytes")
}

// placed is a text without the numbers of lines.
func placed(text string) string {
	return regexp.MustCompile(`\.go:\d+`).ReplaceAllString(text, ".go:…")
}
