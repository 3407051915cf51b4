package uploads_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/uploads"
)

// Case 30: what was uploaded does not act as a page of the site.
func TestUploadedFilesAreServedAsAttachments(t *testing.T) {
	for _, q := range []struct {
		f                 uploads.Served
		kind, disposition string
	}{
		{uploads.Served{Name: "a.png", Type: "image/png", Checked: true}, "image/png", "inline; filename=a.png"},
		{uploads.Served{Name: "a.png", Type: "image/png"}, "application/octet-stream", "attachment; filename=a.png"},
		{uploads.Served{Name: "a.svg", Type: "image/svg+xml", Checked: true}, "application/octet-stream", "attachment; filename=a.svg"},
		{uploads.Served{Name: "a.html", Type: "text/html", Checked: true}, "application/octet-stream", "attachment; filename=a.html"},
		{uploads.Served{Name: "a\"\r\nSet-Cookie: x=y", Type: "text/html"}, "application/octet-stream", ""},
		{uploads.Served{Name: "ä.txt"}, "application/octet-stream", "attachment; filename*=utf-8''%C3%A4.txt"},
	} {
		q.f.Content, q.f.Time = strings.NewReader("<script>alert(1)</script>"), time.Now()
		w := httptest.NewRecorder()
		uploads.Serve(w, httptest.NewRequest("GET", "/", nil), q.f)
		h := w.Result().Header
		if got := h.Get("Content-Type"); got != q.kind {
			t.Errorf("%q has the type %q", q.f.Name, got)
		}
		if got := h.Get("Content-Disposition"); got != q.disposition && q.disposition != "" || strings.ContainsAny(got, "\r\n") || !strings.HasPrefix(got, "attachment") && !q.f.Checked {
			t.Errorf("%q is served as %q", q.f.Name, got)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%q has the headers %v", q.f.Name, h)
		}
		if w.Code != 200 || w.Body.Len() != 25 {
			t.Errorf("%q is answered %d with %d bytes", q.f.Name, w.Code, w.Body.Len())
		}
	}
}
