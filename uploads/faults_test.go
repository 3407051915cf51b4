package uploads_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// shows waits until the page has what is asked for. Each look is an event, whose patch brings what has changed.
func (c *client) shows(want string) {
	c.t.Helper()
	c.shown = ""
	waitFor(c.t, want, func() bool {
		_, patch := c.fields("Chosen", nil)
		c.shown += patch
		return strings.Contains(c.shown, want)
	})
}

// begin sends what a pipe gets, in an own goroutine; the channel gets the status, 0 without an answer.
func (c *client) begin(event, kind string) (*io.PipeWriter, <-chan int) {
	r, w := io.Pipe()
	done := make(chan int, 1)
	go func() {
		status, _, _ := c.try(event, r, kind)
		r.Close()
		done <- status
	}()
	return w, done
}

func TestACutUploadLeavesNothing(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 3})
	c := s.open(t)
	b, kind := body(part{"title", "", "T"}, part{"gallery", "a.txt", "whole"}, part{"gallery", "b.bin", strings.Repeat("x", 1<<20)})
	w, done := c.begin("Save", kind)
	if _, err := w.Write(b.Bytes()[:b.Len()*99/100]); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "two files", func() bool { return len(s.files(t)) == 2 })
	_ = w.CloseWithError(errors.New("cut"))
	<-done
	c.shows("|false|The connection was lost. Try again.]")
	waitFor(t, "one file", func() bool { return len(s.files(t)) == 1 }) // what has arrived stays
	s.took(t)
	c.fields("Save", url.Values{"title": {"T"}})
	s.took(t, "T a.txt text/plain 5 whole")
}

func TestAnUploadThatBreaksOffInItsBody(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{})
	c := s.open(t)
	b, kind := body(part{"gallery", "b.bin", strings.Repeat("x", 10_000)})
	for _, n := range []int{b.Len() * 99 / 100, b.Len() - 9_900, 60} {
		status, _ := c.send("Save", bytes.NewReader(b.Bytes()[:n]), kind)
		if status != 400 {
			t.Errorf("%d bytes are answered %d", n, status)
		}
	}
	c.shows("The connection was lost. Try again.")
	s.nothingLeft(t)
	s.took(t)
}

// Case 28: what can be wrong with parts.
func TestHostileParts(t *testing.T) {
	s := newSite(t, handlers.Config{Limits: handlers.Limits{Body: 10_000}}, uploads.Config{}, uploads.Config{MaxFiles: 2, MaxBytes: 1000})
	c := s.open(t)
	many := make([]part, 1001)
	for i := range many {
		many[i] = part{"t", "", ""}
	}
	for name, q := range map[string]struct {
		parts []part
		want  int
	}{
		"1,001 parts":             {many, 413},
		"too much in fields":      {[]part{{"title", "", strings.Repeat("x", 10_001)}}, 413},
		"too much for all":        {[]part{{"gallery", "a", strings.Repeat("x", 9_000_000)}}, 413},
		"a file nobody takes":     {[]part{{"other", "a.txt", "x"}}, 415},
		"a large one":             {[]part{{"other", "a.txt", strings.Repeat("x", 20_000)}}, 413},
		"a part without a name":   {[]part{{"", "", "x"}}, 204},
		"a file without a field":  {[]part{{"", "a.txt", "x"}}, 415},
		"a header without an end": {[]part{{strings.Repeat("n", 30_000), "a.txt", "x"}}, 413},
	} {
		t.Run(name, func(t *testing.T) {
			if status, _ := c.parts("Save", q.parts...); status != q.want && (q.want != 204 || status != 200) {
				t.Errorf("answered %d, want %d", status, q.want)
			}
		})
	}
	for _, kind := range []string{"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x"} {
		if status, _ := c.send("Save", strings.NewReader("--y\r\n\r\n"), kind); status != 400 {
			t.Errorf("%q is answered %d", kind, status)
		}
	}
	s.nothingLeft(t)
	s.took(t)
}

func TestALengthThatLies(t *testing.T) {
	s := newSite(t, handlers.Config{Timeouts: handlers.Timeouts{Body: 200 * time.Millisecond}}, uploads.Config{}, uploads.Config{MaxBytes: 1000})
	c := s.open(t)
	b, kind := body(part{"gallery", "a.txt", "hello"})
	at, _ := url.Parse(s.URL)
	for _, length := range []int{b.Len() * 2, b.Len() - 20, 1 << 40} {
		conn, err := net.Dial("tcp", at.Host)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(patience))
		cookies := ""
		for _, k := range c.http.Jar.Cookies(at) {
			cookies += k.Name + "=" + k.Value + "; "
		}
		fmt.Fprintf(conn, "POST /?event=Save HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nSideband-Ticket: %s\r\nHX-Request: true\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", at.Host, cookies, c.ticket, kind, length)
		_, _ = conn.Write(b.Bytes()) // it may be closed before the end
		text, _ := io.ReadAll(conn)
		conn.Close()
		if length < b.Len() && !bytes.Contains(text, []byte(" 400 ")) {
			t.Errorf("too short: %.100s", text)
		}
	}
	waitFor(t, "no file", func() bool { return len(s.files(t)) <= 1 }) // the whole one may wait for the page
}

func TestAnUploadWithOneFileThatSaysItIsTooLarge(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{MaxBytes: 1000}, uploads.Config{})
	c := s.open(t)
	pad := strings.Repeat("x", 3<<20)
	b, kind := body(part{"avatar", "big.png", pad})
	status, _, err := c.try("Chosen", b, kind) // the answer may come before all is written
	if err == nil && status != 413 {
		t.Errorf("answered %d", status)
	}
	c.shows("[big.png||0|false|This file is too large.]")
	s.nothingLeft(t)
}

// Case 30: a disk that is full.
func TestAFullStoreAndADiskThatFails(t *testing.T) {
	small := uploads.NewStore(t.TempDir(), 10)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var log record
	s := newSite(t, handlers.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}, uploads.Config{Store: small}, uploads.Config{Store: uploads.NewStore(file, 1000)})
	c := s.open(t)
	_, patch := c.parts("Chosen", part{"avatar", "a.txt", "12345678901"}, part{"gallery", "b.txt", "x"})
	contains(t, "the page", patch, "[a.txt|text/plain|11|false|There is no room for this file at the moment.]", "[b.txt|text/plain|0|false|This file could not be stored.]")
	contains(t, "the log", log.String(), "upload=avatar", "the store is full", "upload=gallery", file)
	if n := strings.Count(log.String(), "could not be stored"); n != 2 {
		t.Errorf("%d lines for two files: %s", n, log.String())
	}
	if strings.Contains(patch, file) || small.Bytes() != 0 {
		t.Errorf("%d bytes are left; %s", small.Bytes(), patch)
	}
	if _, patch = c.parts("Chosen", part{"avatar", "a.txt", "1234567890"}); small.Bytes() != 10 {
		t.Errorf("what fits is refused: %s", patch)
	}
}

// sum is a Writer of an author.
type sum struct {
	hash.Hash
	fails   error
	panics  bool
	closed  chan string
	aborted chan bool
}

func (w *sum) Write(p []byte) (int, error) {
	if w.panics {
		panic("writer")
	}
	if w.fails != nil {
		return 0, w.fails
	}
	return w.Hash.Write(p)
}

func (w *sum) Close() error { w.closed <- hex.EncodeToString(w.Sum(nil)); return nil }
func (w *sum) Abort()       { w.aborted <- true }

// discard is a Config.To that keeps nothing.
func discard(context.Context, uploads.Entry) (uploads.Writer, error) { return nowhere{}, nil }

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }
func (nowhere) Abort()                      {}

func TestAWriterOfTheAuthors(t *testing.T) {
	w := &sum{closed: make(chan string, 9), aborted: make(chan bool, 9)}
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{To: func(_ context.Context, e uploads.Entry) (uploads.Writer, error) {
		if e.Type != "text/plain" {
			return nil, errors.New("given up after a look at the head")
		}
		w.Hash = sha256.New()
		return w, nil
	}})
	c := s.open(t)
	_, patch := c.parts("Chosen", part{"gallery", "a.txt", "hello"})
	contains(t, "the page", patch, "[a.txt|text/plain|5|true|]")
	if got, want := <-w.closed, fmt.Sprintf("%x", sha256.Sum256([]byte("hello"))); got != want {
		t.Errorf("got %s", got)
	}
	_, patch = c.parts("Chosen", part{"gallery", "b.png", png})
	contains(t, "given up", patch, "[b.png|image/png|0|false|This file could not be stored.]")
	w.fails = errors.New("no")
	_, patch = c.parts("Chosen", part{"gallery", "c.txt", "hello"})
	contains(t, "a writer that fails", patch, "[c.txt|text/plain|5|false|This file could not be stored.]")
	<-w.aborted
	w.panics = true
	if status, patch := c.parts("Chosen", part{"gallery", "d.txt", "hello"}); status >= 300 || strings.Contains(patch, "writer") {
		t.Errorf("a writer that panics is answered %d %s", status, patch)
	}
	<-w.aborted
	w.panics, w.fails = false, nil
	c.parts("Chosen", part{"gallery", "e.txt", "hello"})
	<-w.closed
	<-w.aborted           // the first one, whose place it has taken
	c.fields("Save", nil) // the page takes it, and can't read it
	s.page.fail = nil
	if len(w.aborted) > 0 {
		t.Error("what was kept is aborted")
	}
}

func TestSlowUploadsDoNotHoldOthersUp(t *testing.T) {
	s := newSite(t, handlers.Config{Timeouts: handlers.Timeouts{Body: 300 * time.Millisecond}, Limits: handlers.Limits{Uploads: 140, SessionUploads: 100}}, uploads.Config{}, uploads.Config{MaxFiles: 100})
	c := s.open(t)
	b, kind := body(part{"gallery", "a.txt", "hello, " + strings.Repeat("x", headSize)})
	var all sync.WaitGroup
	for range 100 {
		w, done := c.begin("Chosen", kind)
		all.Go(func() {
			for _, x := range b.Bytes() { // a byte at a time, until the server has enough of it
				if _, err := w.Write([]byte{x}); err != nil {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			<-done
		})
	}
	waitFor(t, "100 uploads", func() bool { return s.kit.Stats().Uploads == 100 })
	s.open(t).get("/")
	if status, _ := s.open(t).fields("Save", nil); status >= 300 {
		t.Errorf("another page's event is answered %d", status)
	}
	all.Wait()
	s.nothingLeft(t)
}

const headSize = 3072

func TestLimitsOfASession(t *testing.T) {
	s := newSite(t, handlers.Config{Limits: handlers.Limits{SessionUploads: 1, Uploads: 2, SessionUploadBytes: 3000}}, uploads.Config{}, uploads.Config{MaxFiles: 9})
	c, d, e := s.open(t), s.open(t), s.open(t)
	b, kind := body(part{"gallery", "a.txt", "hello"})
	half := b.Len() / 2
	w, done := c.begin("Chosen", kind)
	_, _ = w.Write(b.Bytes()[:half])
	waitFor(t, "an upload", func() bool { return s.kit.Stats().Uploads == 1 })
	if status, _ := c.parts("Chosen", part{"gallery", "b.txt", "x"}); status != http.StatusTooManyRequests {
		t.Errorf("a session's second upload is answered %d", status)
	}
	v, done2 := d.begin("Chosen", kind)
	_, _ = v.Write(b.Bytes()[:half])
	waitFor(t, "two uploads", func() bool { return s.kit.Stats().Uploads == 2 })
	if status, _ := e.parts("Chosen", part{"gallery", "b.txt", "x"}); status != http.StatusTooManyRequests {
		t.Errorf("a third upload is answered %d", status)
	}
	for _, w := range []*io.PipeWriter{w, v} {
		_, _ = w.Write(b.Bytes()[half:])
		w.Close()
	}
	if a, b := <-done, <-done2; a >= 300 || b >= 300 {
		t.Errorf("answered %d and %d", a, b)
	}
	if status, _ := e.parts("Chosen", part{"gallery", "b.txt", strings.Repeat("x", 3000)}); status >= 300 {
		t.Errorf("later: %d", status)
	}
	if status, _ := e.parts("Chosen", part{"gallery", "b.txt", "x"}); status != http.StatusTooManyRequests {
		t.Errorf("too many bytes in a minute are answered %d", status)
	}
	if n := s.kit.Stats().UploadsRefused; n != 3 {
		t.Errorf("%d are counted as refused", n)
	}
}

// Case 478: who has many sessions takes three quarters of the uploads, and others still upload.
func TestANetworkHasAShareOfTheUploads(t *testing.T) {
	s := newSite(t, handlers.Config{Limits: handlers.Limits{Uploads: 8, SessionUploads: 1}}, uploads.Config{}, uploads.Config{MaxFiles: 9})
	b, kind := body(part{"gallery", "a.txt", "hello"})
	half := b.Len() / 2
	var bodies []*io.PipeWriter
	var ends []<-chan int
	hold := func(from string) { // begins an upload with a session of its own
		c := s.open(t)
		c.from = from
		w, done := c.begin("Chosen", kind)
		_, _ = w.Write(b.Bytes()[:half])
		bodies, ends = append(bodies, w), append(ends, done)
		waitFor(t, "an upload", func() bool { return s.kit.Stats().Uploads == uint64(len(ends)) })
	}
	for i := range 6 {
		hold(fmt.Sprintf("[2001:db8:0:1::%d]:1", i)) // one network
	}
	stranger := s.open(t)
	stranger.from = "[2001:db8:0:1::99]:1"
	if status, _ := stranger.parts("Chosen", part{"gallery", "b.txt", "x"}); status != http.StatusTooManyRequests {
		t.Errorf("a seventh upload of the network is answered %d", status)
	}
	hold("203.0.113.7:1") // of another one
	for _, w := range bodies {
		_, _ = w.Write(b.Bytes()[half:])
		w.Close()
	}
	for _, end := range ends {
		if status := <-end; status >= 300 {
			t.Errorf("answered %d", status)
		}
	}
	if status, _ := stranger.parts("Chosen", part{"gallery", "b.txt", "x"}); status >= 300 {
		t.Errorf("later: %d", status)
	}
}

func TestTheEndOfAViewRemovesItsFiles(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2})
	c := s.open(t)
	c.parts("Chosen", part{"gallery", "a.txt", "hello"})
	b, kind := body(part{"gallery", "b.bin", strings.Repeat("x", 1<<20)})
	w, done := c.begin("Chosen", kind)
	_, _ = w.Write(b.Bytes()[:b.Len()/2])
	waitFor(t, "two files", func() bool { return len(s.files(t)) == 2 })
	s.kit.Disconnect("")
	_, _ = w.Write(b.Bytes()[b.Len()/2:])
	w.Close()
	if status := <-done; status < 400 {
		t.Errorf("an upload to a page that has ended is answered %d", status)
	}
	s.nothingLeft(t)
}

func TestCancelWhileItArrives(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2})
	c := s.open(t)
	b, kind := body(part{"gallery", "a.bin", strings.Repeat("x", 1<<20)}, part{"gallery", "b.txt", "hello"})
	w, done := c.begin("Chosen", kind)
	_, _ = w.Write(b.Bytes()[:b.Len()/2])
	waitFor(t, "a file", func() bool { return len(s.files(t)) == 1 })
	c.shows("[a.bin|")
	c.fields("Chosen", url.Values{"sb-cancel": {"gallery.all"}})
	_, _ = w.Write(b.Bytes()[b.Len()/2:])
	w.Close()
	if status := <-done; status >= 300 {
		t.Errorf("answered %d", status)
	}
	c.fields("Save", nil)
	s.took(t, " b.txt text/plain 5 hello")
}

func TestAFolderThatIsGoneIsMadeAgain(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 9})
	c := s.open(t)
	gone := func(what string) {
		t.Helper()
		own, err := filepath.Glob(filepath.Join(s.dir, "process-*"))
		if err != nil || len(own) != 1 {
			t.Fatalf("%s: folders %v, %v", what, own, err)
		}
		if err := os.RemoveAll(own[0]); err != nil {
			t.Fatal(err)
		}
	}
	c.parts("Chosen", part{"gallery", "a.txt", "hello"})
	gone("with a file")
	_, patch := c.parts("Chosen", part{"gallery", "b.txt", "hello"})
	contains(t, "while one waits", patch, "[b.txt|text/plain|5|true|]")
	gone("with the second")
	c.fields("Chosen", url.Values{"sb-cancel": {"gallery.all"}})
	_, patch = c.parts("Chosen", part{"gallery", "c.txt", "hello"})
	contains(t, "after the last one", patch, "[c.txt|text/plain|5|true|]")
	c.fields("Save", nil)
	s.took(t, " c.txt text/plain 5 hello")
	s.nothingLeft(t)
}

func TestWithoutJavaScript(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{Accept: []string{".png"}, MaxBytes: 5 << 20}, uploads.Config{MaxFiles: 2})
	c := s.open(t)
	contains(t, "the page", c.html, `enctype="multipart/form-data"`, "<noscript><button>Upload</button></noscript>")
	native := func(event string, parts ...part) string {
		t.Helper()
		b, kind := body(append([]part{{"sb-ticket", "", c.ticket}}, parts...)...)
		res, err := c.http.Post(s.URL+"/?event="+event, kind, b)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("answered %d", res.StatusCode)
		}
		return c.get("/" + res.Header.Get("Location"))
	}
	big := png + strings.Repeat("x", 4<<20) // more than an event may have otherwise
	contains(t, "a file", native("Chosen", part{"avatar", "a.png", big}), "[a.png|image/png|4194333|true|]")
	contains(t, "another type", native("Chosen", part{"avatar", "a.gif", "GIF89a"}), "Invalid file type")
	page := native("Save", part{"title", "", "T"}, part{"gallery", "b.txt", "hello"})
	s.took(t, "T a.png image/png 4194333 \x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01", "T b.txt text/plain 5 hello")
	if regexp.MustCompile(`\[b.txt`).MatchString(page) {
		t.Errorf("still shown: %s", page)
	}
	s.nothingLeft(t)
}
