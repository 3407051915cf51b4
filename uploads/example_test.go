package uploads_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/faketest"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

// Avatar is what the page takes: one picture.
var Avatar = uploads.New("avatar", uploads.Config{Accept: []string{"image/png", "image/jpeg"}, MaxBytes: 5 << 20})

// Profile is a page with a picture. In a program its Render is written as a templ template:
//
//	templ (Profile) Render() {
//		{{ b := uploads.Bind(ctx, Avatar, Profile.SetAvatar) }}
//		<form { b.Form()... }>
//			@b.Hidden("Upload")
//			<label id="picture">Picture <input { b.AtOnce()... }/></label>
//		</form>
//		for _, e := range Avatar.Entries(ctx) {
//			for _, text := range Avatar.Errors(ctx, e) {
//				<p id={ e.ID } role="alert">{ e.Name }: { text }</p>
//			}
//		}
//	}
type Profile struct{}

// Mount lets the page take pictures.
func (Profile) Mount(s *views.Socket, _ views.NoParams) error {
	Avatar.Allow(s)
	return nil
}

// SetAvatar runs when the picture is there.
func (Profile) SetAvatar(s *views.Socket, _ *uploads.Event) error {
	return Avatar.Consume(s, func(f uploads.File) error {
		fmt.Println("stored", f.Name, f.Type, f.Size)
		return nil
	})
}

func (Profile) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		b := uploads.Bind(ctx, Avatar, Profile.SetAvatar)
		io.WriteString(w, `<label id="picture">Picture `)
		element(w, "input", b.AtOnce())
		io.WriteString(w, "</label>")
		for _, e := range Avatar.Entries(ctx) {
			for _, text := range Avatar.Errors(ctx, e) {
				fmt.Fprintf(w, `<p id="%s" role="alert">%s: %s</p>`, e.ID, templ.EscapeString(e.Name), text)
			}
		}
		return nil
	})
}

func routes(page handlers.Route, kit *handlers.Kit) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", page)
	return r
}

// A page takes a picture as soon as it was chosen.
func ExampleUpload() {
	kit := handlers.New(handlers.Config{Logger: slog.New(slog.DiscardHandler)})
	said := faketest.Run(func(t testing.TB) { // func TestProfile(t *testing.T)
		page := livetest.Open(t, routes(handlers.View(kit, Profile{}), kit), "/")
		page.Field("Picture").ChooseFiles(livetest.File{Name: "notes.txt", Content: "no picture"})
		fmt.Println(page.Find("[role=alert]").Text())
		page.Field("Picture").ChooseFiles(livetest.File{Name: "me.png", Content: "\x89PNG\r\n\x1a\n", Size: 2000})
		fmt.Println(page.Find("[role=alert]").Count(), "alerts")
	})
	fmt.Print(said)
	// Output:
	// notes.txt: Invalid file type: files of this kind are not accepted.
	// stored me.png image/png 2000
	// 0 alerts
}

// checksum is where the author wants files to go.
type checksum struct{ hash.Hash }

func (c checksum) Close() error { fmt.Printf("%x\n", c.Sum(nil)[:4]); return nil }
func (checksum) Abort()         {}

// Files go elsewhere while they arrive, and one that is not wanted is refused before it is read.
func ExampleConfig() {
	documents := uploads.New("documents", uploads.Config{
		MaxFiles: 10,
		To: func(_ context.Context, e uploads.Entry) (uploads.Writer, error) {
			if e.Type != "application/pdf" {
				return nil, fmt.Errorf("%s is %s", e.Name, e.Type)
			}
			return checksum{sha256.New()}, nil
		},
	})
	w, err := documents.Config().To(context.Background(), uploads.Entry{Name: "a.pdf", Type: "application/pdf"})
	if err == nil {
		_, _ = io.WriteString(w, "%PDF-1.7")
		err = w.Close()
	}
	fmt.Println(err)
	_, err = documents.Config().To(context.Background(), uploads.Entry{Name: "a.txt", Type: "text/plain"})
	fmt.Println(err)
	// Output:
	// 86edbaa2
	// <nil>
	// a.txt is text/plain
}

// What users have uploaded is saved by those who ask for it, unless it is a picture that was checked.
func ExampleServe() {
	for _, checked := range []bool{false, true} {
		w := httptest.NewRecorder()
		uploads.Serve(w, httptest.NewRequest(http.MethodGet, "/pictures/1", http.NoBody), uploads.Served{
			Name: "me.png", Type: "image/png", Content: strings.NewReader("\x89PNG…"), Checked: checked,
		})
		fmt.Println(w.Header().Get("Content-Type"), "|", w.Header().Get("Content-Disposition"))
	}
	// Output:
	// application/octet-stream | attachment; filename=me.png
	// image/png | inline; filename=me.png
}
