package uploads_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// ask asks for an address as an image of the page does.
func (c *client) ask(address string) (status int, h http.Header, text string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.site.URL+"/"+address, http.NoBody)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Dest", "image")
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

var previewIn = regexp.MustCompile(`<img src="([^"]+)"`)

func TestPreviewsAreForThePagesOwnUser(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 3})
	c, other := s.open(t), s.open(t)
	_, patch := c.parts("Chosen",
		part{"gallery", "a.png", png}, part{"gallery", "b.html", "<!doctype html><script>alert(1)</script>"},
		part{"gallery", "c.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`})
	found := previewIn.FindAllStringSubmatch(patch, -1)
	if len(found) != 1 {
		t.Fatalf("the page shows %v", found)
	}
	address := html.UnescapeString(found[0][1])
	status, h, text := c.ask(address)
	if status != 200 || text != png {
		t.Errorf("answered %d %q", status, text)
	}
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if status, _, text := other.ask(address); status != 404 || strings.Contains(text, "PNG") {
		t.Errorf("another session is answered %d", status)
	}
	ids := regexp.MustCompile(`id="(file-[^"]+)"`).FindAllStringSubmatch(patch, -1)
	for _, id := range ids[1:] {
		if status, _, _ := c.ask(address[:strings.LastIndexByte(address, '.')+1] + id[1]); status != 404 {
			t.Errorf("what is no picture is answered %d", status)
		}
	}
	for _, wrong := range []string{"?sideband=file", "?sideband=file.", "?sideband=file.x.y", address + "x", strings.Replace(address, "file.", "file.A", 1)} {
		if status, _, text := c.ask(wrong); status == 200 && strings.Contains(text, "PNG") {
			t.Errorf("%s is answered %d", wrong, status)
		}
	}
	c.fields("Save", url.Values{"title": {"T"}})
	if status, _, _ := c.ask(address); status != 404 {
		t.Errorf("after the page has taken it: %d", status)
	}
	s.nothingLeft(t)
}

func TestAFileThatIsElsewhereHasNoPreview(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{To: discard})
	_, patch := s.open(t).parts("Chosen", part{"gallery", "a.png", png})
	contains(t, "the page", patch, "[a.png|image/png|29|true|]")
	if found := previewIn.FindString(patch); found != "" {
		t.Errorf("the page shows %s", found)
	}
}

// The middleware around a page has its say on its previews, and sees the page's query.
func TestPreviewsPassThePagesMiddleware(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	c := s.open(t)
	_, patch := c.parts("Chosen", part{"gallery", "a.png", png})
	address := html.UnescapeString(previewIn.FindStringSubmatch(patch)[1])
	s.guard.Store(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.RawQuery != "" {
			t.Errorf("the middleware sees %q", r.URL.RawQuery)
		}
		http.Error(w, "no", http.StatusForbidden)
		return false
	})
	if _, _, text := c.ask(address); strings.Contains(text, "PNG") {
		t.Error("the middleware is passed by")
	}
}
