package account_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/account"
	"github.com/sideband-go/sideband/cmd/demo/internal/probe"
	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/handlers"
)

func visit(t *testing.T) *probe.Visitor {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	return probe.Visit(t, site.Routes(kit), kit)
}

func TestStrangersAreSentToSignIn(t *testing.T) {
	v := visit(t)
	page := v.Open(account.Path)
	if got := page.Find("main h1").Text(); got != "Sign in" {
		t.Fatalf("a stranger sees %q", got)
	}
	for _, name := range []string{"", "  ", strings.Repeat("x", 500)} {
		v.Post(account.SignInPath, url.Values{"name": {name}})
		if got := v.Open(account.Path).Find("main h1").Text(); got != "Sign in" {
			t.Errorf("signed in as %.20q: %q", name, got)
		}
	}
}

func TestSigningIn(t *testing.T) {
	v := visit(t)
	answer := v.Post(account.SignInPath, url.Values{"name": {"<Ann>"}})
	if !strings.Contains(answer.Body, "Signed in as &lt;Ann&gt;") {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	if cache := v.Get(account.Path).Header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("browsers may keep the page: %q", cache)
	}
	page := v.Open(account.Path)
	stream := page.Stream("")
	if status, _ := page.Change("draft", "Grüße"); status != http.StatusNoContent {
		t.Errorf("typing: %d", status)
	}
	if got := stream.Next(); !strings.Contains(got, "5 letters") {
		t.Errorf("the stream brings %q", got)
	}
}

func TestSigningOutEndsTheOtherPages(t *testing.T) {
	v := visit(t)
	v.Post(account.SignInPath, url.Values{"name": {"Ann"}})
	page := v.Open(account.Path)
	stream := page.Stream("")
	v.Post(account.SignOutPath, nil)
	if got := stream.Next(); !strings.Contains(got, `http-equiv="refresh"`) {
		t.Errorf("the stream brings %q", got)
	}
	if status, _ := page.Change("draft", "x"); status != http.StatusNoContent && status != http.StatusForbidden {
		t.Errorf("an event of the page afterwards: %d", status)
	}
	if got := v.Open(account.Path).Find("main h1").Text(); got != "Sign in" {
		t.Errorf("signed out, one sees %q", got)
	}
}
