package e2e_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

var (
	letterFiles = uploads.New("letter", uploads.Config{MaxFiles: 2, MaxBytes: 20 << 20})
	letterCount = state.NewKey[int]("count")
	letterNote  = state.NewKey[string]("note")
	letterGot   = state.NewKey[string]("got")
)

// words are what the form of [letter] holds, beside files.
type words struct {
	Note string `form:"note"`
}

// letter is a page whose files are sent with its form.
type letter struct{}

func (letter) Mount(s *views.Socket, _ views.NoParams) error {
	letterFiles.Allow(s)
	state.Assign(s, letterCount.To(0), letterNote.To(""), letterGot.To(""))
	return nil
}

func (letter) Add(s *views.Socket, n int) error {
	letterCount.Update(s, func(c int) int { return c + n })
	return nil
}

func (letter) Note(s *views.Socket, f words) error { letterNote.Set(s, f.Note); return nil }

func (letter) Files(*views.Socket, *uploads.Event) error { return nil }

func (letter) Send(s *views.Socket, f words) error {
	got := f.Note
	err := letterFiles.Consume(s, func(file uploads.File) error {
		n, err := io.Copy(io.Discard, file)
		got += fmt.Sprintf(" %s %d", file.Name, n)
		return err
	})
	letterGot.Set(s, got)
	letterNote.Set(s, "")
	return err
}

// Render shows each value in a line that is there without it too: a button that moves as it is pressed is not clicked.
func (letter) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		b := uploads.Bind(ctx, letterFiles, letter.Files)
		tag := func(name string, a templ.OrderedAttributes) string {
			var t strings.Builder
			t.WriteString("<" + name)
			for _, v := range a {
				if v.Value != true {
					fmt.Fprintf(&t, ` %s="%s"`, v.Key, templ.EscapeString(fmt.Sprint(v.Value)))
				} else {
					t.WriteString(" " + v.Key)
				}
			}
			return t.String() + ">"
		}
		progress := ""
		if p := letterFiles.Progress(ctx); p != nil {
			progress = fmt.Sprintf("%d of %d", p.Received, p.Total)
		}
		_, err := fmt.Fprintf(w, `<h1>Letter</h1>%sAdd</button><p>Count <b id="count">%d</b></p><p>Said <b id="said">%s</b></p><p>Got <b id="got">%s</b></p><p>Progress <b id="progress">%s</b></p>%s%s%s<button id="send">Send</button></form>`,
			tag("button", append(views.OnClick(ctx, letter.Add, 1), templ.KV[string, any]("id", "add"))), letterCount.Get(ctx),
			templ.EscapeString(letterNote.Get(ctx)), templ.EscapeString(letterGot.Get(ctx)), progress,
			tag("form", append(uploads.Form(views.OnSubmit(ctx, letter.Send)), templ.KV[string, any]("id", "form"))),
			tag("input", append(views.OnInput(ctx, letter.Note), templ.KV[string, any]("id", "note"), templ.KV[string, any]("name", "note"), templ.KV[string, any]("value", letterNote.Get(ctx)))),
			tag("input", b.Input()))
		return err
	})
}

// heldBody is a body that stops in the middle.
type heldBody struct {
	io.ReadCloser
	left    int
	release <-chan struct{}
}

func (b *heldBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		<-b.release
	} else {
		p = p[:min(len(p), b.left)]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= n
	return n, err
}

// post is a way to the letter that holds requests with files after some bytes, until they are released.
type post struct {
	url  string
	sent atomic.Int32 // requests with files

	mu   sync.Mutex
	held chan struct{}
}

// hold holds the next requests with files.
func (o *post) hold() (release func()) {
	held := make(chan struct{})
	o.mu.Lock()
	o.held = held
	o.mu.Unlock()
	return sync.OnceFunc(func() { close(held) })
}

const heldAfter = 2 << 20

func newPost(t *testing.T) *post {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	o := &post{}
	r := chi.NewRouter()
	r.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
				o.sent.Add(1)
				o.mu.Lock()
				r.Body = &heldBody{r.Body, heldAfter, o.held}
				o.mu.Unlock()
			}
			next.ServeHTTP(w, r)
		})
	}, kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/letter", handlers.View(kit, letter{}))
	s := httptest.NewServer(r)
	o.url = s.URL + "/letter"
	t.Cleanup(func() {
		_ = kit.Shutdown(context.Background())
		s.CloseClientConnections()
		s.Close()
	})
	return o
}

func TestFilesOfAFormAreSentWithItsSubmitWhileOtherEventsGoOn(t *testing.T) {
	t.Parallel()
	o := newPost(t)
	goOn := o.hold()
	t.Cleanup(goOn)
	p := browser.Open(t, o.url).Within(patience)
	live(t, p)
	stay(p)

	p.Upload("input[name=letter]", pictureOf(t, "a.png", 4<<20))
	p.Fill("#note", "with a picture")
	p.WaitText("#said", "with a picture")
	p.WaitFor(`document.querySelector("input[name=letter]").files.length === 1`) // the patch has left it alone
	if o.sent.Load() != 0 {
		t.Error("the change of a field has sent the file")
	}
	p.Click("#send")
	p.WaitFor(`/^[12]\d{6} of 4\d{6}$/.test(document.getElementById("progress").textContent)`)
	p.Click("#add")
	p.WaitText("#count", "1") // while the request is under way
	p.Fill("#note", "meanwhile")
	p.WaitText("#said", "meanwhile")
	if p.Text("#got") != "" {
		t.Error("the form was sent before its file has arrived")
	}
	goOn()
	p.WaitText("#got", "with a picture a.png 4194304")
	p.WaitText("#progress", "")
	p.WaitFor(`document.querySelector("input[name=letter]").files.length === 0`)
	p.Fill("#note", "again")
	p.WaitText("#said", "again")
	p.Upload("input[name=letter]", fileOf(t, "b.txt", []byte("two")))
	p.Click("#send")
	p.WaitText("#got", "again b.txt 3")
	stayed(t, p)
	if n := o.sent.Load(); n != 2 {
		t.Errorf("%d requests have had files", n)
	}
}

// noteIs waits until the field holds a text.
func noteIs(p *browser.Page, text string) {
	p.WaitFor(`document.getElementById("note").value === ` + quote(text))
}

// What is typed while files are sent is the next submit's, whenever it is typed: the answer to the first one takes
// nothing away, although it clears the field.
func TestWhatIsTypedWhileFilesAreSentStays(t *testing.T) {
	t.Parallel()
	o := newPost(t)
	for _, first := range []string{"first", ""} {
		for name, order := range map[string]func(p *browser.Page, answer func()){
			"and sent before the answer": func(p *browser.Page, answer func()) {
				p.Fill("#note", "since")
				p.WaitText("#said", "since")
				answer()
			},
			"and left before the answer": func(p *browser.Page, answer func()) {
				p.Fill("#note", "since")
				p.Press("Tab")
				p.WaitText("#said", "since")
				answer()
			},
			"and not yet sent at the answer": func(p *browser.Page, answer func()) {
				p.Fill("#note", "s")
				p.WaitText("#said", "s")
				p.Fill("#note", "since")
				answer()
			},
			"after the answer": func(p *browser.Page, answer func()) {
				answer()
				p.Fill("#note", "since")
				p.WaitText("#said", "since")
			},
		} {
			t.Run(fmt.Sprintf("%q, %s", first, name), func(t *testing.T) {
				goOn := o.hold()
				t.Cleanup(goOn)
				p := browser.Open(t, o.url).Within(patience)
				live(t, p)
				p.Upload("input[name=letter]", pictureOf(t, "a.png", 4<<20))
				if first != "" {
					p.Fill("#note", first)
					p.WaitText("#said", first)
				}
				p.Click("#send")
				p.WaitFor(`document.getElementById("progress").textContent !== ""`)
				order(p, func() {
					goOn()
					p.WaitText("#got", strings.TrimSpace(first+" a.png 4194304"))
				})
				noteIs(p, "since")
				p.Upload("input[name=letter]", fileOf(t, "b.txt", []byte("two")))
				p.ClickSlowly("#send", func() {
					if !strings.Contains(name, "left") { // it is now, and tells so
						p.WaitText("#said", "since")
					}
					// What is typed for long enough is sent, and sent again when the field is left: requests with files are in no queue with that.
					p.WaitFor(`!document.querySelector(".htmx-request")`)
				})
				p.WaitText("#got", "since b.txt 3")
				noteIs(p, "")
			})
		}
	}
}

func TestUploadsWithoutScripts(t *testing.T) {
	t.Parallel()
	p := plain(t, "/uploads")
	p.Upload("input[name=avatar]", pictureOf(t, "me-plain.png", 100_000))
	p.Click("#avatar-form noscript button")
	stored(p, "me-plain.png")
	p.WaitFor(isLoaded)
	p.Upload("input[name=avatar]", fileOf(t, "notes.txt", []byte("no picture")))
	p.Click("#avatar-form noscript button")
	p.WaitText("#avatar-files strong", "Invalid file type: files of this kind are not accepted.")
	p.WaitFor(isLoaded)
	p.Upload("input[name=gallery]", pictureOf(t, "one-plain.png", 3<<20), fileOf(t, "two-plain.txt", []byte("two")))
	p.Click("#gallery-form noscript button")
	p.WaitCount("#gallery-files input[name=caption]", 2)
	p.WaitFor(isLoaded)
	p.Click("#gallery-files li:nth-child(1) button")
	p.WaitCount("#gallery-files input[name=caption]", 1)
	p.WaitFor(isLoaded)
	p.Fill("#gallery-files input[name=caption]", "Captioned")
	p.ClickText("button", "Save the gallery")
	stored(p, "two-plain.txt")
	p.WaitFor(`[...document.querySelectorAll("#stored li")].some(i => i.textContent.includes("Captioned"))`)
}
