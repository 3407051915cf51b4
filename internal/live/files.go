package live

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/sideband-go/sideband/internal/fault"
)

// PostedFile is a file that an event posts, while it arrives.
type PostedFile struct {
	io.Reader        // the rest of it; it fails with an *http.MaxBytesError if the body is too large, else if it was cut
	Field     string // the name of its control
	Name      string // as the browser says, without a path
	Type      string // the media type, as the browser says
	Length    int64  // of the request's body; -1 if the browser does not say
	Before    int64  // bytes of the body that came before, give or take what is read ahead
	Log       *slog.Logger
}

// FileTaker takes the files of a field. It is called while they arrive, on goroutines of requests, several at a time.
type FileTaker interface {
	// Budget is how many bytes one request may bring for the field.
	Budget() int64
	// TakeFile reads a file. With an error the request is not read any further, and its event does not run.
	TakeFile(ctx context.Context, f PostedFile) error
	// EndFiles is called when a request that has brought a file for the field is read, before its event, or can't be read
	// any further: then there is an error, an *http.MaxBytesError if its body is too large, and its event does not run.
	EndFiles(err error)
}

// ShownFile is a file that a page shows before it has taken it.
type ShownFile struct {
	io.ReadSeekCloser
	Type string // a media type that browsers only draw
}

// FileShower is a FileTaker whose files pages show.
type FileShower interface {
	FileTaker
	// ShowFile opens a file by its id. It reports false if there is none to be shown.
	ShowFile(id string) (ShownFile, bool)
}

// takers are who takes the files that events post.
type takers struct {
	mu     sync.Mutex
	fields map[string]FileTaker
}

// TakeFiles has t take the files of a field, once the callback has succeeded and until its component has ended.
func (cb *Callback) TakeFiles(field string, t FileTaker) {
	v := cb.view
	cb.OnCommit(func() {
		v.takers.mu.Lock()
		defer v.takers.mu.Unlock()
		if v.takers.fields == nil {
			v.takers.fields = map[string]FileTaker{}
		}
		v.takers.fields[field] = t
	})
	cb.OnEnd(func() {
		v.takers.mu.Lock()
		defer v.takers.mu.Unlock()
		if v.takers.fields[field] == t {
			delete(v.takers.fields, field)
		}
	})
}

// FileTaker returns who takes the files of a field; nil if nobody does. Safe for concurrent use.
func (v *View) FileTaker(field string) FileTaker {
	v.takers.mu.Lock()
	defer v.takers.mu.Unlock()
	return v.takers.fields[field]
}

// ShowFile opens a file that the page shows. It reports false if there is none. Safe for concurrent use.
func (v *View) ShowFile(id string) (ShownFile, bool) {
	for _, t := range v.fileTakers() {
		if s, ok := t.(FileShower); ok {
			if f, ok := s.ShowFile(id); ok {
				return f, true
			}
		}
	}
	return ShownFile{}, false
}

func (v *View) fileTakers() []FileTaker {
	v.takers.mu.Lock()
	defer v.takers.mu.Unlock()
	return slices.Collect(maps.Values(v.takers.fields))
}

// FileBudget returns how many bytes of files one request may bring, and whether anybody takes any. Safe for
// concurrent use.
func (v *View) FileBudget() (bytes int64, any bool) {
	list := v.fileTakers()
	for _, t := range list {
		bytes += t.Budget()
	}
	return bytes, len(list) > 0
}

// Call runs a function as a callback of the page or component itself, as a message. It never waits; it returns
// fault.ErrFull or fault.ErrGone. Safe for concurrent use.
func (r Ref) Call(name string, run func(cb *Callback) error) error {
	if r.view == nil {
		return fault.ErrGone
	}
	c := r.component
	if c == nil {
		c = r.view.tree.Root()
	}
	if c.HasEnded() {
		return fault.ErrGone
	}
	return r.view.Send(nil, CallOn(c, name, run))
}
