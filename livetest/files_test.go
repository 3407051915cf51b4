package livetest_test

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/livetest/internal/archive"
)

func archiveSite() http.Handler { return archive.Site(kit()) }

func TestFilesAreSentWithTheirForm(t *testing.T) {
	for name, open := range map[string]func(*livetest.Person) *livetest.Page{
		"live":            func(p *livetest.Person) *livetest.Page { return p.Open("/") },
		"without scripts": func(p *livetest.Person) *livetest.Page { return p.WithoutScripts().Open("/") },
	} {
		t.Run(name, func(t *testing.T) {
			page := open(livetest.Serve(t, archiveSite()).Person())
			page.Field("Photo").ChooseFiles(livetest.File{Name: "me.png", Content: "PNG"})
			if got := page.Field("Photo").FileNames(); len(got) != 1 || got[0] != "me.png" {
				t.Errorf("chosen are %q", got)
			}
			page.Field("Name").Fill("Ada")
			page.Button("Send").Click()
			page.Expect("#taken", "Ada: me.png PNG")
			if got := page.Field("Photo").FileNames(); len(got) != 0 {
				t.Errorf("still chosen are %q", got)
			}
			page.Button("Send").Click()
			page.Expect("#taken", "nothing")
		})
	}
}

func TestAnUploadOfAGigabyteInSteps(t *testing.T) {
	page := livetest.Open(t, archiveSite(), "/")
	before := archive.Weighed()
	var was, is runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&was)
	const size = 1 << 30
	upload := page.HoldUpload()
	page.Field("Files").ChooseFiles(livetest.File{Name: "large.bin", Content: "head", Size: size})
	page.ExpectNone("li")
	upload.SendPercent(25)
	progress(page, "24%", "25%") // give or take what is read ahead
	upload.SendPercent(75)
	progress(page, "74%", "75%")
	page.Field("Name").Fill("Ada") // other things go on
	upload.Finish()
	page.Wait("#progress", "")
	page.Wait("li span", fmt.Sprintf("large.bin %d true", size))
	runtime.ReadMemStats(&is)
	if got := archive.Weighed() - before; got != size {
		t.Errorf("%d bytes have arrived", got)
	}
	if grown := is.TotalAlloc - was.TotalAlloc; grown > 64<<20 {
		t.Errorf("%d bytes were allocated for it", grown)
	}
}

// progress waits until the page says one of some texts.
func progress(page *livetest.Page, texts ...string) {
	page.WaitFor("the progress is "+strings.Join(texts, " or "), func() bool {
		return slices.Contains(texts, page.AtOnce().Find("#progress").Text())
	})
}

// says waits until an element says something among other things.
func says(page *livetest.Page, selector, text string) {
	page.WaitFor(selector+" says "+text, func() bool {
		e := page.AtOnce().Find(selector)
		return e.Exists() && strings.Contains(e.Text(), text)
	})
}

func TestAnUploadThatIsCut(t *testing.T) {
	page := livetest.Open(t, archiveSite(), "/")
	upload := page.HoldUpload()
	page.Field("Files").ChooseFiles(livetest.File{Name: "a.txt", Content: "whole"}, livetest.File{Name: "b.bin", Size: 1 << 20})
	upload.SendPercent(99)
	upload.Cut()
	says(page, "li:nth-child(2)", "The connection was lost. Try again.")
	says(page, "li:nth-child(1)", "a.txt 5 true")
	if got := page.Field("Files").FileNames(); len(got) != 2 {
		t.Errorf("the control has %q", got)
	}
}

func TestAnUploadThatIsCancelled(t *testing.T) {
	page := livetest.Open(t, archiveSite(), "/")
	upload := page.HoldUpload()
	page.Field("Files").DropFiles(livetest.File{Name: "a.bin", Size: 2 << 20})
	upload.SendPercent(50)
	says(page, "li", "a.bin")
	page.Button("Cancel a.bin").Click()
	page.ExpectNone("li")
	upload.Finish()
	page.ExpectNone("li")
}

func TestFilesThatAPersonCanNotChoose(t *testing.T) {
	for name, q := range map[string]struct {
		do   func(p *livetest.Page)
		want string
	}{
		"two in a control for one": {func(p *livetest.Page) {
			p.Field("Photo").ChooseFiles(livetest.File{Name: "a"}, livetest.File{Name: "b"})
		}, "it takes one file, not 2"},
		"in a field for text": {func(p *livetest.Page) { p.Field("Name").ChooseFiles(livetest.File{Name: "a"}) }, "it takes no files"},
		"nothing dropped":     {func(p *livetest.Page) { p.Field("Photo").DropFiles() }, "there are none"},
		"two uploads held":    {func(p *livetest.Page) { p.HoldUpload(); p.HoldUpload() }, "held already"},
	} {
		t.Run(name, func(t *testing.T) {
			got := faketest.Run(func(tb testing.TB) { q.do(livetest.Open(tb, archiveSite(), "/")) })
			if !strings.Contains(got, q.want) {
				t.Errorf("the test says %q", got)
			}
		})
	}
}

func TestADropOfTwoOnAControlForOne(t *testing.T) {
	page := livetest.Open(t, archiveSite(), "/")
	page.Field("Photo").DropFiles(livetest.File{Name: "a.png", Content: "x"}, livetest.File{Name: "b.png", Content: "y"})
	if got := page.Field("Photo").FileNames(); len(got) != 1 || got[0] != "a.png" {
		t.Errorf("chosen are %q", got)
	}
}
