package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

// files is a page that takes files, shows how far they are, and lets go of them when they are there.
type files struct{ upload *uploads.Upload }

// fileSize is how large a file may be.
const fileSize = 50 << 20

func newFiles(folder string) files {
	return files{uploads.New("files", uploads.Config{MaxFiles: 20, MaxBytes: fileSize, Store: uploads.NewStore(folder, 40*fileSize)})}
}

// Mount lets the page take files.
func (p files) Mount(s *views.Socket, _ views.NoParams) error {
	p.upload.Allow(s)
	return nil
}

// Take lets go of what is there.
func (p files) Take(s *views.Socket, _ *uploads.Event) error {
	taken := false
	err := p.upload.Consume(s, func(uploads.File) error { taken = true; return nil })
	if err == nil && !taken {
		err = errors.New("no file has come")
	}
	return err
}

// Render shows how far the files are.
func (p files) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		b := uploads.Bind(ctx, p.upload, files.Take)
		element := func(name string, a templ.OrderedAttributes) {
			_, _ = fmt.Fprint(w, "<", name)
			for _, v := range a {
				_, _ = fmt.Fprintf(w, ` %s="%s"`, v.Key, templ.EscapeString(fmt.Sprint(v.Value)))
			}
			_, _ = fmt.Fprint(w, ">")
		}
		element("input", append(b.AtOnce(), templ.KV[string, any]("aria-label", "Files")))
		received := int64(0)
		if sent := p.upload.Progress(ctx); sent != nil {
			received = sent.Received
		}
		_, _ = fmt.Fprintf(w, `<progress id="progress" max="100" value="%d"></progress><ul id="list">`, received)
		for _, e := range p.upload.Entries(ctx) {
			_, _ = fmt.Fprintf(w, `<li id="%s">%s %d</li>`, e.ID, templ.EscapeString(e.Name), e.Size)
		}
		_, err := io.WriteString(w, "</ul>")
		return err
	})
}
