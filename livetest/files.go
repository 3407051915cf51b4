package livetest

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/htmxdom"
	"github.com/sideband-go/sideband/internal/tab"
)

// File is a file for a person to choose.
type File struct {
	Name string
	// Type is the media type that the browser says. Default: that of the name's extension, else application/octet-stream.
	Type    string
	Content string
	// Size is how many bytes it has. What the Content lacks are zeros, which need no memory. Default: those of the Content.
	Size int64
}

// ChooseFiles chooses files in a control for files, as with the browser's own dialog, in place of those that were chosen
// before. Without any, none is chosen. It fails the test for more files than the control takes. As in a browser, any type may
// be chosen: accept is a hint.
func (e Element) ChooseFiles(files ...File) {
	e.page.t.Helper()
	e.files("choose files", files, func(n *html.Node) string {
		if _, many := htmxdom.Attr(n, "multiple"); !many && len(files) > 1 {
			return fmt.Sprintf("it takes one file, not %d", len(files))
		}
		return ""
	})
}

// DropFiles drops files on a control for files. One that takes a single file gets the first of them, as in Chromium.
func (e Element) DropFiles(files ...File) {
	e.page.t.Helper()
	e.files("drop files on", files, func(n *html.Node) string {
		if len(files) == 0 {
			return "there are none"
		}
		if _, many := htmxdom.Attr(n, "multiple"); !many {
			files = files[:1]
		}
		return ""
	})
}

func (e Element) files(what string, files []File, refuses func(n *html.Node) string) {
	e.page.t.Helper()
	e.act(what, func(_ *htmxdom.Document, n *html.Node) (func(tab.Finder) error, string) {
		if n.Data != "input" || htmxdom.InputType(n) != "file" {
			return nil, "it takes no files"
		}
		if why := refuses(n); why != "" {
			return nil, why
		}
		return func(f tab.Finder) error {
			chosen := make([]htmxdom.File, 0, len(files))
			for _, file := range files {
				chosen = append(chosen, file.chosen())
			}
			if _, many := htmxdom.Attr(n, "multiple"); !many {
				chosen = chosen[:min(1, len(chosen))]
			}
			return e.page.tab.ChooseFiles(f, chosen)
		}, ""
	})
}

// chosen is the file as a browser has it.
func (f File) chosen() htmxdom.File {
	if f.Type == "" {
		f.Type = mime.TypeByExtension(path.Ext(f.Name))
	}
	if f.Type == "" {
		f.Type = "application/octet-stream"
	}
	if f.Size == 0 {
		f.Size = int64(len(f.Content))
	}
	return htmxdom.File{Name: f.Name, Type: f.Type, Size: f.Size, Open: func() io.Reader {
		return io.LimitReader(io.MultiReader(strings.NewReader(f.Content), zeros{}), f.Size)
	}}
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// FileNames returns the names of the files that are chosen in a control and not yet sent.
func (e Element) FileNames() (names []string) {
	e.page.t.Helper()
	e.look(func(d *htmxdom.Document, n *html.Node) {
		for _, f := range d.Files(n) {
			names = append(names, f.Name)
		}
	})
	return names
}

// Upload is a request with files that is sent in steps. Meanwhile the page is used as usual: its methods wait for everything
// but the upload. What the server makes of a step it may show a little later: use [Page.Wait].
type Upload struct {
	page *Page

	mu      sync.Mutex
	changed chan struct{} // closed at the next change
	size    int64         // of the body; 0 before the request is sent
	allowed int64
	sent    int64
	waits   bool // for more to be allowed
	cut     bool
	over    bool
}

// HoldUpload holds the next request of the page that brings files, before its first byte. Only one is held at a time.
//
//	upload := page.HoldUpload()
//	page.Field("Picture").ChooseFiles(livetest.File{Name: "me.png", Content: picture})
//	upload.SendPercent(50)
//	page.Wait("progress", …)
//	upload.Finish()
func (p *Page) HoldUpload() *Upload {
	p.t.Helper()
	u := &Upload{page: p, changed: make(chan struct{})}
	p.line.mu.Lock()
	defer p.line.mu.Unlock()
	if p.line.hold != nil || p.line.held != nil {
		p.t.Fatalf("livetest: %s: an upload is held already", p.place())
	}
	p.line.hold = u
	return u
}

// Size returns how many bytes the request brings, with what is around the files. It waits until it is sent.
func (u *Upload) Size() int64 {
	u.page.t.Helper()
	u.await("the upload is sent", func() bool { return u.size > 0 })
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.size
}

// SendPercent sends the request until so many percent of it are on their way. It fails the test if the server
// does not take them.
func (u *Upload) SendPercent(percent int) {
	u.page.t.Helper()
	u.send(u.Size() * int64(min(percent, 100)) / 100)
}

// Send sends so many bytes more.
func (u *Upload) Send(bytes int64) {
	u.page.t.Helper()
	u.Size()
	u.mu.Lock()
	to := min(u.sent+bytes, u.size)
	u.mu.Unlock()
	u.send(to)
}

func (u *Upload) send(to int64) {
	u.page.t.Helper()
	u.change(func() { u.allowed = max(u.allowed, to) })
	u.await("the server takes the upload", func() bool { return u.over || u.sent >= to && (u.waits || to == u.size) })
	(&Page{opened: u.page.opened}).settle()
}

// Finish sends what is left, and waits until the page has settled.
func (u *Upload) Finish() {
	u.page.t.Helper()
	u.Size()
	u.change(func() { u.allowed = u.size })
	u.await("the upload is answered", func() bool { return u.over })
	(&Page{opened: u.page.opened}).settle()
}

// Cut breaks the connection of the request, and waits until the page has settled.
func (u *Upload) Cut() {
	u.page.t.Helper()
	u.Size()
	u.change(func() { u.cut = true })
	u.await("the upload is cut", func() bool { return u.over })
	(&Page{opened: u.page.opened}).settle()
}

func (u *Upload) change(f func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f()
	close(u.changed)
	u.changed = make(chan struct{})
}

func (u *Upload) await(what string, is func() bool) {
	u.page.t.Helper()
	patience := time.NewTimer(u.page.site.Patience)
	defer patience.Stop()
	for {
		u.mu.Lock()
		ok, changed := is(), u.changed
		u.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-patience.C:
			u.page.t.Fatalf("livetest: %s: not within %v: %s", u.page.place(), u.page.site.Patience, what)
		}
	}
}

// take makes the request that is sent the one that is held, if one is to be. The func is called when it is answered.
func (l *line) take(r *http.Request) (held *http.Request, over func()) {
	l.mu.Lock()
	u := l.hold
	if u == nil || r.ContentLength <= 0 || !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		l.mu.Unlock()
		return r, func() {}
	}
	l.hold, l.held = nil, u
	l.mu.Unlock()
	u.change(func() { u.size = r.ContentLength })
	held = r.WithContext(r.Context())
	held.Body = &heldBody{ReadCloser: r.Body, upload: u, closed: make(chan struct{})}
	return held, func() {
		l.mu.Lock()
		l.held = nil
		l.mu.Unlock()
		u.change(func() { u.over = true })
	}
}

// holds reports whether an upload is held.
func (l *line) holds() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held != nil
}

var errCut = errors.New("livetest: the upload is cut")

// heldBody is the body of a request that is sent in steps.
type heldBody struct {
	io.ReadCloser
	upload *Upload
	closed chan struct{}
	once   sync.Once
}

// Read is part of io.Reader.
func (b *heldBody) Read(p []byte) (int, error) {
	u := b.upload
	for {
		u.mu.Lock()
		left, cut, all := u.allowed-u.sent, u.cut, u.sent == u.size
		if left <= 0 && !all && !u.waits {
			u.waits = true
			close(u.changed)
			u.changed = make(chan struct{})
		}
		changed := u.changed
		u.mu.Unlock()
		switch {
		case cut:
			return 0, errCut
		case left > 0 || all:
			n, err := b.ReadCloser.Read(p[:min(int64(len(p)), max(left, 1))])
			u.change(func() { u.sent += int64(n); u.waits = false })
			return n, err
		}
		select {
		case <-changed:
		case <-b.closed:
			return 0, errCut
		}
	}
}

// Close is part of io.Closer.
func (b *heldBody) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.ReadCloser.Close()
}
