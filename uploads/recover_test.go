package uploads_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

const inControl = "[object File]" // what htmx posts of a file

// Case 520: files that have not reached the view are in the control still, and can be sent from there.
func TestWhatTheControlHoldsIsSentAgain(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 9})
	c := s.open(t)
	c.parts("Chosen", part{"gallery", "before.txt", "hello"}) // its control has its second id now
	_, patch := c.fields("Chosen", url.Values{"sb-held": {"avatar-0"}, "avatar": {inControl}})
	contains(t, "one that sends at once", patch, "[||0|false|The connection was lost. Try again.]", "Try again</button>", "One file was cut, since the connection was lost.")
	_, patch = c.parts("Chosen", part{"avatar", "a.txt", "hello"})
	contains(t, "sent again", patch, "[a.txt|text/plain|5|true|]", `id="avatar-1"`)
	if strings.Contains(patch, "Try again</button>") {
		t.Errorf("it is still offered: %s", patch)
	}
	for _, q := range []url.Values{
		{"sb-held": {"avatar-0"}, "avatar": {inControl}},                     // the control before
		{"sb-held": {"avatar-1"}},                                            // it is empty
		{"sb-held": {"gallery-1"}, "gallery": {inControl}},                   // not sent yet
		{"sb-held": {"gallery-1"}, "sb-cancel": {"gallery.file-X.done.x"}},   // no id
		{"sb-held": {"gallery-7"}}, {"sb-held": {"x-0"}}, {"sb-held": {"-"}}, // no control
	} {
		status, patch := c.fields("Chosen", q)
		contains(t, "the page", patch, `id="avatar-1"`, `id="gallery-1"`, "[before.txt|text/plain|5|true|]")
		if status >= 300 || strings.Contains(patch, "Try again") || strings.Contains(patch, "lost") {
			t.Errorf("%v is answered %d %s", q, status, patch)
		}
	}
}

// Case 516: a view that knows of no file takes up what its page shows, and the id of its control.
func TestWhatAnEarlierProcessHadIsLost(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2})
	c := s.open(t)
	id := "file-" + strings.Repeat("A", 26)
	_, patch := c.fields("Chosen", url.Values{"sb-held": {"gallery-1"}, "sb-cancel": {
		"gallery." + id + ".done.a.b.txt", "gallery." + strings.ReplaceAll(id, "A", "B") + "..c.txt", "avatar." + id + ".done.x",
	}})
	contains(t, "the page", patch, `id="gallery-1"`, `<li id="`+id+`">[a.b.txt||0|false|This file was lost. Choose it again.]`, "[c.txt||0|false|The connection was lost. Try again.]")
	if strings.Contains(patch, "[x|") {
		t.Error("it takes another one's")
	}
	contains(t, "for the next process", patch, `"gallery.`+id+`.done.a.b.txt"`, `"gallery.`+strings.ReplaceAll(id, "A", "B")+`..c.txt"`)
	_, patch = c.parts("Chosen", part{"gallery", "a.b.txt", "hello"}, part{"gallery", "c.txt", "hello"})
	contains(t, "sent again", patch, "[a.b.txt|text/plain|5|true|]", "[c.txt|text/plain|5|true|]", `id="gallery-0"`)
	if strings.Contains(patch, "lost") {
		t.Errorf("it says still: %s", patch)
	}
}

// Case 540: each file of an earlier view is there once, whatever its name and however far it was.
func TestEachFileOfAnEarlierViewIsThereOnce(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{MaxFiles: 5}, uploads.Config{})
	id := func(letter string) string { return "file-" + strings.Repeat(letter, 26) }
	told := func(texts ...string) url.Values {
		return url.Values{"sb-held": {"avatar-0"}, "avatar": {inControl, inControl, inControl}, "sb-cancel": texts}
	}
	_, patch := s.open(t).fields("Chosen", told("avatar."+id("A")+".done.a.txt", "avatar."+id("B")+"..b.txt"))
	contains(t, "the page", patch, "[a.txt||0|false|This file was lost. Choose it again.]", "[b.txt||0|false|The connection was lost. Try again.]")
	if n := strings.Count(patch, "<li"); n != 3 {
		t.Errorf("%d entries: %s", n, patch)
	}
	_, patch = s.open(t).fields("Chosen", told("avatar."+id("A")+".done.image.jpg", "avatar."+id("B")+".done.image.jpg", "avatar."+id("B")+".done.image.jpg"))
	if n := strings.Count(patch, "[image.jpg||0|false|This file was lost. Choose it again.]"); n != 2 {
		t.Errorf("%d entries of two files of one name: %s", n, patch)
	}
}

// A server that goes down says so to who uploads.
func TestAnUploadWhileTheServerGoesDown(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	c := s.open(t)
	b, kind := body(part{"gallery", "a.bin", strings.Repeat("x", 1<<20)})
	w, done := c.begin("Chosen", kind)
	_, _ = w.Write(b.Bytes()[:1<<19])
	waitFor(t, "a file", func() bool { return len(s.files(t)) == 1 })
	if err := s.kit.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	_, _ = w.Write(b.Bytes()[1<<19:])
	w.Close()
	if status := <-done; status != http.StatusServiceUnavailable {
		t.Errorf("answered %d", status)
	}
	s.nothingLeft(t)
}
