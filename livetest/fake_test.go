package livetest_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
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

func faultySite() http.Handler { return faulty.Site(kit()) }

// fake is a test that is expected to fail: it notes what it is told.
type fake struct {
	testing.TB
	mu       sync.Mutex
	said     []string
	cleanups []func()
	ctx      context.Context
}

// failing runs a test and returns what it says.
func failing(f func(t testing.TB)) string {
	ctx, cancel := context.WithCancel(context.Background())
	t := &fake{ctx: ctx}
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() {
			cancel()
			for _, c := range slices.Backward(t.cleanups) {
				c()
			}
		}()
		f(t)
	}()
	<-over
	return strings.Join(t.said, "\n")
}

// sized is a text without the sizes of patches, which change with what the kit writes.
func sized(text string) string {
	return regexp.MustCompile(`patch of \d+ bytes`).ReplaceAllString(text, "patch of … bytes")
}

// placed is a text without the numbers of lines.
func placed(text string) string {
	return regexp.MustCompile(`\.go:\d+`).ReplaceAllString(text, ".go:…")
}

func (t *fake) Helper()                  {}
func (t *fake) Context() context.Context { return t.ctx }
func (t *fake) Cleanup(f func())         { t.cleanups = append(t.cleanups, f) }

func (t *fake) Log(args ...any)                   { t.say(fmt.Sprint(args...)) }
func (t *fake) Error(args ...any)                 { t.say(fmt.Sprint(args...)) }
func (t *fake) Errorf(format string, args ...any) { t.say(fmt.Sprintf(format, args...)) }

func (t *fake) Fatal(args ...any) {
	t.say(fmt.Sprint(args...))
	runtime.Goexit()
}

func (t *fake) Fatalf(format string, args ...any) {
	t.say(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (t *fake) say(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = append(t.said, text)
}
