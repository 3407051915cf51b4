// Package archive is a page that takes files, for the tests of package livetest.
package archive

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

var (
	// archiveFiles is sent at once, and kept nowhere but in a number of bytes.
	archiveFiles = uploads.New("archive", uploads.Config{MaxFiles: 2, MaxBytes: 4 << 30, To: weigh})
	// photo is sent with its form.
	photo      = uploads.New("photo", uploads.Config{Accept: []string{".png"}})
	photoTaken = state.NewKey[string]("photo taken")
	weighed    atomic.Int64
)

func weigh(context.Context, uploads.Entry) (uploads.Writer, error) { return scales{}, nil }

// scales weigh what is written.
type scales struct{}

func (scales) Write(p []byte) (int, error) { weighed.Add(int64(len(p))); return len(p), nil }
func (scales) Close() error                { return nil }
func (scales) Abort()                      {}

// Page is the page.
type Page struct{}

// Mount lets it take files.
func (Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Archive")
	archiveFiles.Allow(s)
	photo.Allow(s)
	photoTaken.Set(s, "")
	return nil
}

// Chosen is the event of what is sent at once.
func (Page) Chosen(*views.Socket, *uploads.Event) error { return nil }

// Send takes the photo.
func (Page) Send(s *views.Socket, f struct {
	Name string `form:"name"`
},
) error {
	taken := "nothing"
	err := photo.Consume(s, func(file uploads.File) error {
		b, err := io.ReadAll(file)
		taken = fmt.Sprintf("%s: %s %s", f.Name, file.Name, b)
		return err
	})
	photoTaken.Set(s, taken)
	return err
}

// Render is part of views.View.
func (Page) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		a, p := uploads.Bind(ctx, archiveFiles, Page.Chosen), uploads.Bind(ctx, photo, Page.Chosen)
		tag := func(name string, a templ.OrderedAttributes) string {
			t := "<" + name
			for _, v := range a {
				t += fmt.Sprintf(` %s="%s"`, v.Key, templ.EscapeString(fmt.Sprint(v.Value)))
			}
			return t + ">"
		}
		var b strings.Builder
		b.WriteString(`<h1 id="title">Archive</h1>` + tag("form", append(a.Form(), templ.KV[string, any]("id", "archive-form"))))
		if err := a.Hidden("Upload").Render(ctx, &b); err != nil {
			return err
		}
		b.WriteString(`<label id="files">Files ` + tag("input", a.AtOnce()) + `</label></form><p id="progress">`)
		if p := archiveFiles.Progress(ctx); p != nil {
			fmt.Fprintf(&b, `%d%%`, 100*p.Received/p.Total)
		}
		b.WriteString(`</p><ul id="entries">`)
		for _, e := range archiveFiles.Entries(ctx) {
			fmt.Fprintf(&b, `<li id="%s"><span id="%[1]s-says">%s %d %v %s</span>%sCancel</button></li>`, e.ID, e.Name, e.Size, e.Done, strings.Join(archiveFiles.Errors(ctx, e), " "),
				tag("button", append(a.Cancel(e), templ.KV[string, any]("id", e.ID+"-cancel"), templ.KV[string, any]("aria-label", "Cancel "+e.Name))))
		}
		b.WriteString("</ul>" + tag("form", append(uploads.Form(views.OnSubmit(ctx, Page.Send)), templ.KV[string, any]("id", "photo-form"))))
		if err := views.TicketField().Render(ctx, &b); err != nil {
			return err
		}
		fmt.Fprintf(&b, `<label id="name-label" for="name">Name</label><input id="name" name="name"><label id="photo">Photo %s</label><button id="send">Send</button></form><p id="taken">%s</p>`,
			tag("input", p.Input()), photoTaken.Get(ctx))
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// Site is a site with the page.
func Site(kit *handlers.Kit) http.Handler {
	r := chi.NewRouter()
	r.Use(kit.Middleware)
	r.Mount(kit.AssetsPath(), kit.Assets())
	r.Handle("/", handlers.View(kit, Page{}))
	return r
}

// Weighed returns how many bytes have arrived in its archive.
func Weighed() int64 { return weighed.Load() }
