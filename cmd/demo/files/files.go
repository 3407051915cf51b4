// Package files is a page that takes files: a picture that is kept at once, and a gallery whose files wait for captions.
package files

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/uploads"
	"github.com/sideband-go/sideband/views"
)

// Path is where the page is.
const Path = "/uploads"

// What the page takes.
var (
	Avatar  = uploads.New("avatar", uploads.Config{Accept: []string{"image/png", "image/jpeg", "image/gif", "image/webp"}, MaxBytes: 5 << 20})
	Gallery = uploads.New("gallery", uploads.Config{MaxFiles: 20, MaxBytes: 50 << 20})
)

// List is what is stored.
var List = state.NewKey[[]Stored]("stored").WithEqual(slices.Equal[[]Stored])

// Page is the page.
type Page struct{ Folder *Folder }

// Mount lets the page take files.
func (p Page) Mount(s *views.Socket, _ views.NoParams) error {
	s.SetTitle("Uploads")
	Avatar.Allow(s)
	Gallery.Allow(s)
	List.Set(s, p.Folder.List())
	return nil
}

// SetAvatar keeps a picture as soon as it is there.
func (p Page) SetAvatar(s *views.Socket, _ *uploads.Event) error {
	return p.save(s, Avatar, func(uploads.File) string { return "Avatar" })
}

// Choose shows what was chosen, which the uploads do by themselves.
func (Page) Choose(*views.Socket, *uploads.Event) error { return nil }

// Captions are what the form of the gallery holds: a caption for each file.
type Captions struct {
	Files    []string `form:"file"`
	Captions []string `form:"caption"`
}

// maxCaption bounds a caption, in bytes.
const maxCaption = 200

// Save keeps what was chosen for the gallery.
func (p Page) Save(s *views.Socket, c Captions) error {
	return p.save(s, Gallery, func(f uploads.File) string {
		i := slices.Index(c.Files, f.ID)
		if i < 0 || i >= len(c.Captions) {
			return ""
		}
		return strings.ToValidUTF8(c.Captions[i][:min(maxCaption, len(c.Captions[i]))], "")
	})
}

func (p Page) save(s *views.Socket, u *uploads.Upload, caption func(uploads.File) string) error {
	b := &batch{folder: p.Folder}
	stop := s.OnEnd(b.undo) // also if the callback fails, or takes too long
	s.OnCommit(func() { stop() })
	s.OnRollback(b.undo)
	err := u.Consume(s, func(f uploads.File) error {
		id, err := p.Folder.Save(f, caption(f))
		if err == nil {
			b.add(id)
		}
		return err
	})
	switch {
	case errors.Is(err, errFull):
		return views.Error(507, "The demo keeps too many files already: delete some.")
	case err != nil:
		return err
	}
	List.Set(s, p.Folder.List())
	return nil
}

// Delete deletes a stored file.
func (p Page) Delete(s *views.Socket, id string) error {
	p.Folder.Delete(id)
	List.Set(s, p.Folder.List())
	return nil
}

// isReady reports whether there is a file to be saved.
func isReady(entries []uploads.Entry) bool {
	return slices.ContainsFunc(entries, func(e uploads.Entry) bool { return e.Done })
}

// long is from which time on people want to know how long an upload takes.
const long = 5 * time.Second

// formatProgress writes how far an upload is, for people.
func formatProgress(p uploads.Progress) string {
	text := formatSize(p.Received) + " of " + formatSize(p.Total)
	if p.Left >= long {
		text += ", " + formatLeft(p.Left) + " left"
	}
	return text
}

// formatLeft writes a time for people.
func formatLeft(d time.Duration) string {
	if d >= 2*time.Minute {
		return fmt.Sprintf("%d minutes", int(d.Round(time.Minute).Minutes()))
	}
	return fmt.Sprintf("%d seconds", int(d.Seconds()))
}

// formatSize writes a number of bytes for people.
func formatSize(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
