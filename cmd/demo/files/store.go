package files

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // what the demo decodes
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sideband-go/sideband/uploads"
)

const (
	// maxFiles and maxBytes bound what the demo keeps.
	maxFiles = 100
	maxBytes = 1 << 30
)

// Stored is a file that the demo keeps.
type Stored struct {
	ID, Name, Type, Caption string
	Size                    int64
	Time                    time.Time
}

// Address is where it is served.
func (f Stored) Address() string { return Path + "/stored/" + f.ID }

// Folder keeps files in a folder: each by a random name, with what is known of it beside it. A nil *Folder keeps none.
type Folder struct {
	path string
	mu   sync.Mutex
}

// OpenFolder makes the folder if it is not there.
func OpenFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	return &Folder{path: path}, nil
}

var (
	errNoFolder = errors.New("files: the demo has no folder for files")
	errFull     = errors.New("files: the demo keeps too much")
)

const about = ".json"

// Save keeps a file and returns its name in the folder. What says that it is a picture and can't be decoded is none.
func (d *Folder) Save(f uploads.File, caption string) (id string, err error) {
	if d == nil {
		return "", errNoFolder
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	kept := f.Size
	list := d.list()
	for _, s := range list {
		kept += s.Size
	}
	if len(list) >= maxFiles || kept > maxBytes {
		return "", errFull
	}
	if uploads.IsPicture(f.Type) && !isDecodable(f) {
		f.Type = "application/octet-stream"
	}
	s := Stored{ID: rand.Text(), Name: f.Name, Type: f.Type, Caption: caption, Size: f.Size, Time: time.Now()}
	text, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("files: %w", err)
	}
	err = f.SaveAs(filepath.Join(d.path, s.ID))
	if err == nil {
		err = os.WriteFile(filepath.Join(d.path, s.ID+about), text, 0o600)
	}
	if err != nil {
		d.remove(s.ID)
		return "", fmt.Errorf("files: %w", err)
	}
	return s.ID, nil
}

// maxPixels bounds a picture that is decoded, which takes four bytes for each.
const maxPixels = 20_000_000

// isDecodable reports whether a picture is one. It reads from where f stands.
func isDecodable(f io.ReadSeeker) bool {
	c, _, err := image.DecodeConfig(f)
	if err != nil || c.Width > maxPixels || c.Height > maxPixels || c.Width*c.Height > maxPixels {
		return false
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false
	}
	_, _, err = image.Decode(f)
	return err == nil
}

// List returns what is kept, the newest first.
func (d *Folder) List() []Stored {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.list()
}

func (d *Folder) list() (list []Stored) {
	names, _ := filepath.Glob(filepath.Join(d.path, "*"+about))
	for _, name := range names {
		text, err := os.ReadFile(name)
		var s Stored
		if err == nil && json.Unmarshal(text, &s) == nil && s.ID+about == filepath.Base(name) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b Stored) int { return b.Time.Compare(a.Time) })
	return list
}

// Delete removes a file, if it is there.
func (d *Folder) Delete(id string) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.ContainsFunc(d.list(), func(s Stored) bool { return s.ID == id }) {
		d.remove(id)
	}
}

func (d *Folder) remove(id string) {
	_ = os.Remove(filepath.Join(d.path, id+about)) // what is gone is gone
	_ = os.Remove(filepath.Join(d.path, id))
}

// batch is what a callback has saved, which goes again if that does not succeed.
type batch struct {
	folder *Folder
	mu     sync.Mutex
	ids    []string
	undone bool
}

// add notes a file that was saved. A callback that was given up may still save one.
func (b *batch) add(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.undone {
		b.folder.Delete(id)
		return
	}
	b.ids = append(b.ids, id)
}

// undo deletes what was saved.
func (b *batch) undo() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.undone = true
	for _, id := range b.ids {
		b.folder.Delete(id)
	}
}

// ServeHTTP serves a file.
func (d *Folder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimPrefix(r.URL.Path, Path+"/stored/")
	list := d.List()
	i := slices.IndexFunc(list, func(s Stored) bool { return s.ID == id })
	if i < 0 {
		http.NotFound(w, r)
		return
	}
	f, err := os.Open(filepath.Join(d.path, list[i].ID))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer func() { _ = f.Close() }() // it was only read
	uploads.Serve(w, r, uploads.Served{Name: list[i].Name, Type: list[i].Type, Content: f, Time: list[i].Time, Checked: true})
}
