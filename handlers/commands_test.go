package handlers_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/views"
)

// bound is a page with a binding.
type bound struct{}

func (bound) Mount(*views.Socket, views.NoParams) error { return nil }

func (bound) Do(*views.Socket, views.NoParams) error { return nil }

func (bound) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<button")
		if err := templruntime.RenderAttributes(ctx, w, w, "button", views.OnClick(ctx, bound.Do)); err != nil {
			return err
		}
		_, err := io.WriteString(w, ">x</button>")
		return err
	})
}

// servedWith is the page as it is served, and its policy. before is middleware.
func servedWith(c handlers.Config, before func(http.ResponseWriter)) (page, policy string) {
	c.Logger = slog.New(slog.DiscardHandler)
	k := handlers.New(c)
	w := httptest.NewRecorder()
	k.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before != nil {
			before(w)
		}
		handlers.View(k, bound{}).ServeHTTP(w, r)
	})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://site.test/", nil))
	return w.Body.String(), strings.Join(w.Header()["Content-Security-Policy"], ", ")
}

var (
	pageTicket = regexp.MustCompile(`Sideband-Ticket[^}]*}|sideband-tab=\w+`)
	pageNonce  = regexp.MustCompile(` ?(hx-)?nonce="([\w-]{22})"`)
)

// Case 447: a page without commands has none of what they need, and one with them has nothing else.
func TestPagesWithoutCommandsAreAsBefore(t *testing.T) {
	without, policy := servedWith(handlers.Config{}, nil)
	if strings.Contains(without, "nonce") || strings.Contains(without, "csp") || policy != handlers.DefaultPolicy {
		t.Errorf("without commands the page is\n%s\nand its policy %s", without, policy)
	}
	with, policy := servedWith(handlers.Config{Commands: true}, nil)
	nonces := pageNonce.FindAllStringSubmatch(with, -1)
	for _, n := range nonces {
		if n[2] != nonces[0][2] || !strings.HasSuffix(policy, "; script-src 'self' 'nonce-"+n[2]+"'") {
			t.Errorf("the nonce %s, the policy %s", n[2], policy)
		}
	}
	if len(nonces) < 6 {
		t.Errorf("%d nonces", len(nonces))
	}
	stripped := pageNonce.ReplaceAllString(with, "")
	stripped = regexp.MustCompile(`htmx-csp-sse\.\w+\.js`).ReplaceAllString(stripped, regexp.MustCompile(`htmx-sse\.\w+\.js`).FindString(without))
	stripped = regexp.MustCompile(`sideband-commands\.\w+\.css`).ReplaceAllString(stripped, regexp.MustCompile(`sideband\.\w+\.css`).FindString(without))
	stripped = strings.Replace(stripped, `hx-csp,sse&#34;,&#34;safeEval&#34;:true`, `sse&#34;`, 1)
	if a, b := pageTicket.ReplaceAllString(stripped, ""), pageTicket.ReplaceAllString(without, ""); a != b {
		t.Errorf("with commands, what they need taken out, the page is\n%s\nand without\n%s", a, b)
	}
}

// Case 448: the nonce is added to the policies of a page, whoever has written them, and to no scripts that are all allowed.
func TestPoliciesOfPagesWithCommands(t *testing.T) {
	for policy, want := range map[string]string{
		"default-src 'self'": "default-src 'self'; script-src 'self' 'nonce-N'",
		"default-src 'none'; script-src 'self' https://a.test": "default-src 'none'; script-src 'self' https://a.test 'nonce-N'",
		"script-src-elem 'self'; default-src 'self'":           "script-src-elem 'self' 'nonce-N'; default-src 'self'; script-src 'self' 'nonce-N'",
		"script-src 'unsafe-inline'":                           "script-src 'unsafe-inline'",
		"default-src 'self' 'unsafe-inline'":                   "default-src 'self' 'unsafe-inline'",
		"script-src 'strict-dynamic' 'unsafe-inline'":          "script-src 'strict-dynamic' 'unsafe-inline' 'nonce-N'",
		"img-src 'self'":     "img-src 'self'",
		"default-src 'none'": "default-src 'none'; script-src 'nonce-N'",
	} {
		check := func(whose, got string) {
			t.Helper()
			if got = regexp.MustCompile(`'nonce-[\w-]{22}'`).ReplaceAllString(got, "'nonce-N'"); got != want {
				t.Errorf("%s policy %s becomes %s, not %s", whose, policy, got, want)
			}
		}
		_, got := servedWith(handlers.Config{Commands: true, Security: handlers.Security{ContentSecurityPolicy: policy}}, nil)
		check("the kit's", got)
		_, got = servedWith(handlers.Config{Commands: true, Security: handlers.Security{ContentSecurityPolicy: "-"}}, func(w http.ResponseWriter) {
			w.Header().Set("Content-Security-Policy", policy)
		})
		check("middleware's", got)
	}
}
