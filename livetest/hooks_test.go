package livetest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// as is middleware that has found somebody.
func as(m member) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), memberKey{}, m)))
		})
	}
}

func TestHooksAlone(t *testing.T) {
	t.Parallel()
	stranger := livetest.Hooks(t, livetest.Blank{}, nil, require)
	expect(t, "where strangers are", stranger.Path(), "/login")
	stranger.ExpectFlash(views.FlashError, "Please log in")

	page := livetest.Hooks(t, livetest.Blank{}, as(member{Name: "Ann"}), require)
	expect(t, "where Ann is", page.Path(), "/")
	expect(t, "who it is", current.Get(page.Context()).Name, "Ann")
}

func TestHooksAroundAPage(t *testing.T) {
	t.Parallel()
	for _, m := range []struct {
		member
		notice, deeds string
	}{{member{"Ann", true}, "", "1"}, {member{"Bob", false}, "Not allowed", "0"}} {
		page := livetest.Hooks(t, hall{}, as(m.member), require, adminsOnly)
		page.Button("Open").Click()
		expect(t, "the notice for "+m.Name, page.Notice(), m.notice)
		page.Expect("#deeds", m.deeds)
	}
}
