package uploads_test

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

func contains(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%s: no %q in %s", what, p, text)
		}
	}
}

func (s *site) took(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-s.page.taken:
			if got != w {
				t.Errorf("took %q, want %q", got, w)
			}
		default:
			t.Errorf("took nothing, want %q", w)
		}
	}
	if len(s.page.taken) > 0 {
		t.Errorf("took %q, too", <-s.page.taken)
	}
}

func TestFilesOfASubmitAreConsumedOnce(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 3})
	c := s.open(t)
	status, patch := c.parts("Save", part{"title", "", "T"}, part{"gallery", "a.png", png}, part{"gallery", "b.txt", "hello"})
	if status >= 300 {
		t.Fatalf("answered %d %s", status, patch)
	}
	s.took(t, "T a.png image/png 29 "+png[:20], "T b.txt text/plain 5 hello")
	s.nothingLeft(t)
	if _, patch = c.parts("Save", part{"title", "", "again"}); strings.Contains(patch, "a.png") {
		t.Errorf("still shown: %s", patch)
	}
	s.took(t)
}

func TestFilesThatAreSentAtOnceWaitForTheSubmit(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{Accept: []string{"image/*"}}, uploads.Config{})
	c := s.open(t)
	_, patch := c.parts("Chosen", part{"avatar", "me.png", png})
	contains(t, "a choice", patch, "[me.png|image/png|29|true|]")
	if n := len(s.files(t)); n != 1 {
		t.Errorf("%d files wait", n)
	}
	_, patch = c.parts("Chosen", part{"avatar", "you.png", png + "!"})
	contains(t, "another choice", patch, "[you.png|image/png|30|true|]")
	if n := len(s.files(t)); n != 1 {
		t.Errorf("%d files wait after another choice", n)
	}
	c.fields("Save", url.Values{"title": {"T"}})
	s.took(t, "T you.png image/png 30 "+png[:20])
	s.nothingLeft(t)
}

func TestFilesStayWhenTheCallbackFails(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2})
	fails := true
	s.page.fail = func() error {
		if fails {
			return errors.New("no")
		}
		return nil
	}
	c := s.open(t)
	if status, _ := c.parts("Save", part{"gallery", "a.txt", "hello"}); status != 500 {
		t.Errorf("answered %d", status)
	}
	s.took(t, " a.txt text/plain 5 hello")
	if n := len(s.files(t)); n != 1 {
		t.Errorf("%d files are left", n)
	}
	fails = false
	c.fields("Save", url.Values{"title": {"2"}})
	s.took(t, "2 a.txt text/plain 5 hello")
	s.nothingLeft(t)
}

func TestFilesStayWhenThePageCantBeRendered(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2})
	var fails atomic.Bool
	s.page.breaks = func() error {
		if fails.Load() {
			return errors.New("no")
		}
		return nil
	}
	c := s.open(t)
	c.parts("Chosen", part{"gallery", "a.txt", "hello"})
	fails.Store(true)
	if status, _ := c.fields("Save", url.Values{"title": {"1"}}); status != 500 {
		t.Errorf("answered %d", status)
	}
	s.took(t, "1 a.txt text/plain 5 hello")
	fails.Store(false)
	c.fields("Save", url.Values{"title": {"2"}})
	s.took(t, "2 a.txt text/plain 5 hello")
	c.fields("Save", url.Values{"title": {"3"}})
	s.took(t)
	s.nothingLeft(t)
}

// Case 30: names are no paths.
func TestWhatIsRefused(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{Accept: []string{".png", ".svg", "image/*"}, MaxFiles: 2, MaxBytes: 100})
	c := s.open(t)
	for _, q := range []struct {
		name  string
		parts []part
		want  string
	}{
		{"too large", []part{{"gallery", "a.png", png + strings.Repeat("x", 80)}}, "[a.png|image/png|109|false|This file is too large.]"},
		{"empty", []part{{"gallery", "a.png", ""}}, "[a.png||0|false|This file is empty.]"},
		{"another content", []part{{"gallery", "a.png", "hello"}}, "[a.png|text/plain|0|false|Invalid file type: files of this kind are not accepted.]"},
		{"another name", []part{{"gallery", "a.jpg", png}}, "[a.jpg|image/png|0|false|Invalid file type: files of this kind are not accepted.]"},
		{"too many", []part{{"gallery", "a.png", png}, {"gallery", "b.png", png}, {"gallery", "c.png", png}}, "[c.png||0|false|These are too many files.]"},
		{"a path", []part{{"gallery", "../../x.png", png}}, "[x.png|image/png|29|true|]"},
		{"a path of Windows", []part{{"gallery", `C:\\temp\\y.png`, png}}, "[y.png|image/png|29|true|]"},
		{"no name but a path", []part{{"gallery", "..", png}}, "[file|image/png|0|false|Invalid"},
		{"a control character", []part{{"gallery", "a\x00b.png", png}}, ""},
		{"markup", []part{{"gallery", "<b>.png", png}}, "[<b>.png|"},
		{"1,000 letters", []part{{"gallery", strings.Repeat("a", 1000) + ".png", png}}, "[" + strings.Repeat("a", 251) + ".png|image/png|29|true|]"},
		{"a script in a picture", []part{{"gallery", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`}}, "[a.svg|image/svg+xml|71|true|]"},
	} {
		t.Run(q.name, func(t *testing.T) {
			_, patch := c.parts("Chosen", q.parts...)
			contains(t, "the page", patch, q.want)
			for _, m := range regexp.MustCompile(`value="(gallery\.[^"]+)"`).FindAllStringSubmatch(c.get("/"), -1) {
				t.Errorf("another page has %s", m[1])
			}
			c.fields("Chosen", url.Values{"sb-cancel": {"gallery.all"}})
			s.nothingLeft(t)
		})
	}
	s.took(t)
}

func TestCancelOne(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2})
	c := s.open(t)
	_, patch := c.parts("Chosen", part{"gallery", "a.txt", "hello"}, part{"gallery", "b.txt", "world"})
	m := regexp.MustCompile(`name="sb-cancel" value="([^"]+)"`).FindAllStringSubmatch(patch, -1)
	if len(m) != 2 {
		t.Fatalf("cancel buttons %v in %s", m, patch)
	}
	c.fields("Chosen", url.Values{"sb-cancel": {m[0][1]}})
	if n := len(s.files(t)); n != 1 {
		t.Errorf("%d files wait", n)
	}
	other := s.open(t)
	if status, _ := other.fields("Chosen", url.Values{"sb-cancel": {m[1][1]}}); status >= 300 || len(s.files(t)) != 1 {
		t.Errorf("another session's id: %d, %d files left", status, len(s.files(t)))
	}
	if status, _ := c.fields("Chosen", url.Values{"sb-cancel": {"nothing.all"}}); status != 400 {
		t.Errorf("an upload that is none is answered %d", status)
	}
	c.fields("Save", nil)
	s.took(t, " b.txt text/plain 5 world")
}
