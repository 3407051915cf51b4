package livetest_test

import (
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// Case 106: TestPagesAreHeldToTheirPolicy opens a page with what the default policy blocks,
// and with policies that allow it.
func TestPagesAreHeldToTheirPolicy(t *testing.T) {
	t.Parallel()
	look := func(policy string, skip ...livetest.Check) string {
		return faketest.Run(func(t testing.TB) {
			kit := handlers.New(handlers.Config{Security: handlers.Security{ContentSecurityPolicy: policy}})
			r := chi.NewRouter()
			r.Use(kit.Middleware)
			r.Mount(kit.AssetsPath(), kit.Assets())
			r.Handle("/", handlers.View(kit, views.Static("Bars", templ.Raw(
				`<div id="bar" style="width:10%">x</div><style>p {}</style><p><img id="logo" src="https://images.example.org/logo.png" alt="Logo"></p>`))))
			page := livetest.Open(t, r, "/")
			page.Skip(skip...)
		})
	}
	golden(t, "policy", look(""))
	for _, policy := range []string{
		handlers.Policy("style-src 'unsafe-inline'", "img-src https://images.example.org"),
		"default-src * 'unsafe-inline'",
		"-",
	} {
		expect(t, "said of a page with the policy "+policy, look(policy), "")
	}
	expect(t, "said without the check", look("", livetest.Policy), "")
}
