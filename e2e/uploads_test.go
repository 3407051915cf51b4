package e2e_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// fileOf writes a file for a person to choose.
func fileOf(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pictureOf writes a picture of a number of bytes.
func pictureOf(t *testing.T, name string, size int) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return fileOf(t, name, append(b.Bytes(), make([]byte, max(0, size-b.Len()))...))
}

// stored waits for a file in the list of those that are stored.
func stored(p *browser.Page, name string) {
	p.WaitFor(`[...document.querySelectorAll("#stored a")].some(a => a.textContent === ` + quote(name) + `)`)
}

const noAlert = `!document.querySelector("#avatar-files strong")`

func TestUploadsInChromium(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, demo.at(t, "/uploads")).Within(patience)
	live(t, p)
	stay(p)

	// One that is sent at once.
	p.Upload("input[name=avatar]", pictureOf(t, "me-scripted.png", 100_000))
	stored(p, "me-scripted.png")
	p.WaitFor(`[...document.querySelectorAll("#stored img")].some(i => i.alt === "Avatar" && i.naturalWidth === 8)`)
	p.WaitFor(`document.querySelector("input[name=avatar]").files.length === 0`)
	p.Upload("input[name=avatar]", fileOf(t, "notes.txt", []byte("no picture")))
	p.WaitText("#avatar-files strong", "Invalid file type: files of this kind are not accepted.")
	p.Upload("input[name=avatar]", pictureOf(t, "large.png", 5<<20+1))
	p.WaitText("#avatar-files strong", "This file is too large.")
	p.Click("#avatar-files button")
	p.WaitFor(noAlert)

	// One that can't fit is refused before it is sent to the end, and its page says why.
	p.AllowErrors("answered 413", "ERR_", "htmx:error", "htmx:response:error")
	p.Upload("input[name=avatar]", pictureOf(t, "huge.png", 40<<20))
	p.WaitFor(`document.querySelector("#avatar-files li")?.textContent.includes("huge.png")`)
	p.WaitText("#avatar-files strong", "This file is too large.")
	p.Click("#avatar-files button")
	p.WaitFor(noAlert)

	// Several, with captions.
	p.Upload("input[name=gallery]", pictureOf(t, "one-scripted.png", 3<<20), fileOf(t, "two-scripted.txt", []byte("two")))
	p.WaitCount("#gallery-files input[name=caption]", 2)
	p.Fill("#gallery-files li:nth-child(2) input[name=caption]", "The second")
	p.Upload("input[name=gallery]", fileOf(t, "three-scripted.txt", []byte("three")))
	p.WaitCount("#gallery-files input[name=caption]", 3)
	if got := p.Value("#gallery-files li:nth-child(2) input[name=caption]"); got != "The second" {
		t.Errorf("the caption is %q after another file has come", got)
	}
	p.Click("#gallery-files li:nth-child(1) button")
	p.WaitCount("#gallery-files li", 2)
	p.ClickText("button", "Save the gallery")
	p.WaitCount("#gallery-files li", 0)
	stored(p, "two-scripted.txt")
	p.WaitFor(`[...document.querySelectorAll("#stored li")].some(i => i.textContent.includes("The second"))`)
	if n := p.Count(`#stored a[href]`); n < 3 {
		t.Errorf("%d files are stored", n)
	}
	p.ClickText("button", "Delete me-scripted.png")
	p.WaitFor(`![...document.querySelectorAll("#stored a")].some(a => a.textContent === "me-scripted.png")`)
	stayed(t, p)
}
