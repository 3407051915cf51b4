// Package uploads takes files that users choose in a page: while they arrive it counts and checks them, shows how far
// they are, and keeps them in temporary files until the page takes them.
//
// Declare an upload as a package variable, allow it in Mount, and bind its control in the template:
//
//	var Avatar = uploads.New("avatar", uploads.Config{Accept: []string{"image/png", "image/jpeg"}, MaxBytes: 5 << 20})
//
//	func (Page) Mount(s *views.Socket, _ views.NoParams) error { Avatar.Allow(s); return nil }
//
//	func (p Page) Chosen(s *views.Socket, _ *uploads.Event) error {
//		return Avatar.Consume(s, func(f uploads.File) error { return p.store.Save(f.Entry.Name, f) })
//	}
//
// Sizes are those of the bytes that arrive, and types are what the content looks like: a hint, as a content can be of
// several types. What browsers say of either counts for nothing. Names are texts for people, never paths.
package uploads

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sideband-go/sideband/state"
	"github.com/sideband-go/sideband/views"
)

// Config says what an upload takes. Its zero value works.
type Config struct {
	// Accept lists extensions, as ".jpg", and media types, as "image/png" or "image/*". If it has extensions, a file's name
	// has to end with one of them; if it has media types, its content has to look like one of them. Default: any file.
	Accept []string
	// MaxFiles is how many files may be kept until the page takes them. Default 1.
	MaxFiles int
	// MaxBytes is the largest size of one file. Default 8 MiB.
	MaxBytes int64
	// Store keeps the files until the page takes them. Default: one in the system's folder for temporary files, for all
	// uploads without a Store.
	Store *Store
	// To, if it is set, opens where a file goes in place of the Store, once its type is known. With an error the file is
	// refused. Several may be open at a time.
	To func(ctx context.Context, e Entry) (Writer, error)
	// KeepFor is how long a file waits for the page to take it. Default 1 h.
	KeepFor time.Duration
	// Texts are what users read beside a file. Default: English.
	Texts func(ctx context.Context, p Problem) string
	// Summary is what users read of the whole upload: of a problem, and how many files have it. Default: EnglishSummary.
	Summary func(ctx context.Context, p Problem, files int) string
}

// Writer is where an author wants a file to go, such as a hash or another store.
//
// What is written there counts as kept once Close has returned nil. Abort removes it, if the file is cut, refused, cancelled,
// or never taken by the page; it may be called after Close, and must not
// block. A Writer that hangs is to look at the context of To, which ends with the page, the file and Timeouts.Upload.
type Writer interface {
	io.WriteCloser
	Abort()
}

// Upload is a set of files that a page takes. Make it as a package variable with [New].
type Upload struct {
	name       string
	config     Config
	key        *state.Key[*shown]
	extensions []string
	types      []string
}

// New declares an upload. The name begins with a letter, and has only letters, digits, _ and single - in it; it is the name of
// the control. New panics if it is none, or if Accept has anything else than extensions and media types.
func New(name string, c Config) *Upload {
	if !isName(name) {
		panic(fmt.Sprintf("uploads: %q is no name of an upload: use letters, digits, _ and -, a letter first", name))
	}
	if c.MaxFiles <= 0 {
		c.MaxFiles = 1
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = 8 << 20
	}
	if c.Store == nil {
		c.Store = defaultStore
	}
	if c.KeepFor <= 0 {
		c.KeepFor = defaultKeepFor
	}
	if c.Summary == nil {
		c.Summary = EnglishSummary
	}
	if c.Texts == nil {
		c.Texts = English
	}
	u := &Upload{name: name, config: c, key: state.NewKey[*shown]("upload " + name)}
	for _, a := range c.Accept {
		switch kind, sub, ok := strings.Cut(a, "/"); {
		case len(a) > 1 && a[0] == '.' && !strings.ContainsAny(a, "/, "):
			u.extensions = append(u.extensions, strings.ToLower(a))
		case ok && kind != "" && sub != "" && !strings.ContainsAny(a, ", ;") && kind != "*":
			u.types = append(u.types, strings.ToLower(a))
		default:
			panic(fmt.Sprintf("uploads: %q is no extension, as \".jpg\", and no media type, as \"image/png\" or \"image/*\"", a))
		}
	}
	declare(u)
	return u
}

// fieldSeparator stands between an upload's name and what tells components apart. No name has it.
const fieldSeparator = "--"

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '-' && c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != "" && !strings.Contains(s, fieldSeparator)
}

// Name returns the name given to New.
func (u *Upload) Name() string { return u.name }

// Config returns what the upload takes.
func (u *Upload) Config() Config { return u.config }

// accepts reports whether a file of the name and the content is taken.
func (u *Upload) accepts(name string, is func(mediaType string) bool) bool {
	if len(u.extensions) > 0 && !slices.Contains(u.extensions, strings.ToLower(path.Ext(name))) {
		return false
	}
	return len(u.types) == 0 || slices.ContainsFunc(u.types, is)
}

// Allow lets the page, or the component, take files of the upload from now on. It belongs into Mount.
func (u *Upload) Allow(s *views.Socket) {
	field := u.name
	if s.ID() != "" {
		field += fieldSeparator + idText(s.ID())
	}
	u.config.Store.tidy()
	b := &box{upload: u, ref: s.Ref(), field: field}
	u.key.Set(s, &shown{box: b})
	s.TakeFiles(field, b)
	s.OnEnd(b.end)
}

// idText makes a part of a name of any text.
func idText(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if letter := 'a' <= c|0x20 && c|0x20 <= 'z'; letter || '0' <= c && c <= '9' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	return b.String()
}

// shown is what the page knows of an upload. It is immutable.
type shown struct {
	box     *box
	round   int  // of the control
	cut     bool // the last one was cut
	entries []Entry
	sending *Progress
}

// get returns what the page knows. It panics if the upload is not allowed.
func (u *Upload) get(ctx context.Context) *shown {
	v := u.key.Get(ctx)
	if v == nil {
		panic(fmt.Sprintf("uploads: %q is not allowed here: call Allow in Mount", u.name))
	}
	return v
}

// Entry is a file that was chosen, or that is arriving.
type Entry struct {
	ID       string // unguessable, and fit for an id in the page
	Name     string // as the browser says, without a path and cut to 255 bytes: show it, but make no path of it; "" if only the control knows
	Type     string // the media type that the content looks like; "" until its first bytes are there
	Size     int64  // bytes that have arrived
	Done     bool   // all of it is there, and nothing is wrong with it
	Problems []Problem
}

// Progress is how far a request with files is.
type Progress struct {
	Received int64
	Total    int64 // -1: the browser does not say
	// Left is how long the rest will take at the rate so far, in whole seconds; 0 while that is not known: for the first
	// two seconds, and without a Total.
	Left time.Duration
}

// estimateAfter is how long the rate is watched before it says anything.
const estimateAfter = 2 * time.Second

// newProgress returns the progress of a request of which so many bytes have come in that time.
func newProgress(received, total int64, elapsed time.Duration) *Progress {
	p := &Progress{Received: received, Total: total}
	if total < 0 {
		return p
	}
	p.Received = min(received, total)
	if elapsed >= estimateAfter && p.Received > 0 {
		left := time.Duration(float64(elapsed) * float64(total-p.Received) / float64(p.Received))
		p.Left = left.Round(time.Second)
	}
	return p
}

// Entries returns the files that have arrived, are arriving or were refused, in the order in which they came.
func (u *Upload) Entries(ctx context.Context) []Entry { return u.get(ctx).entries }

// Progress returns how far the files are that are arriving; nil if none are.
func (u *Upload) Progress(ctx context.Context) *Progress { return u.get(ctx).sending }

// IsCut reports whether the last files were cut, and the page's control still holds them: [Binding.TryAgain] sends them
// again.
func (u *Upload) IsCut(ctx context.Context) bool { return u.get(ctx).cut }

// Preview returns the address of a picture that has arrived, until the page has taken it: for the src of an image. It is ""
// for anything else than a PNG, JPEG, GIF, WebP or AVIF, and with Config.To. Nobody but the page's user gets it. It is of
// no use where the event of the upload takes the files at once: they are gone before the browser asks.
func (u *Upload) Preview(ctx context.Context, e Entry) string {
	if !e.Done || !IsPicture(e.Type) || u.config.To != nil {
		return ""
	}
	return views.FileAddress(ctx, e.ID)
}

// Problem is why a file is refused.
type Problem string

// The problems.
const (
	TooLarge    Problem = "too large"
	TooMany     Problem = "too many files"
	NotAccepted Problem = "not accepted"
	Empty       Problem = "empty"
	Cut         Problem = "cut"     // the connection was lost
	Lost        Problem = "lost"    // with the process in which it waited
	NoRoom      Problem = "no room" // the disk, or the Store, is full
	Failed      Problem = "failed"  // the author's Writer
)

// English is the text of a problem in English.
func English(_ context.Context, p Problem) string {
	switch p {
	case TooLarge:
		return "This file is too large."
	case TooMany:
		return "These are too many files."
	case NotAccepted:
		return "Invalid file type: files of this kind are not accepted."
	case Empty:
		return "This file is empty."
	case Cut:
		return "The connection was lost. Try again."
	case Lost:
		return "This file was lost. Choose it again."
	case NoRoom:
		return "There is no room for this file at the moment."
	case Failed:
	}
	return "This file could not be stored."
}

// Errors returns what is wrong with an entry, in the page's language.
func (u *Upload) Errors(ctx context.Context, e Entry) []string {
	texts := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		texts = append(texts, u.config.Texts(ctx, p))
	}
	return texts
}

// EnglishSummary is the text of a problem of some files in English.
func EnglishSummary(_ context.Context, p Problem, files int) string {
	what := fmt.Sprintf("%d files were", files)
	if files == 1 {
		what = "One file was"
	}
	switch p {
	case TooLarge:
		return what + " too large."
	case TooMany:
		if files == 1 {
			return "One file was too many."
		}
		return fmt.Sprintf("%d files were too many.", files)
	case NotAccepted:
		return what + " of a type that is not accepted."
	case Empty:
		return what + " empty."
	case Cut:
		return what + " cut, since the connection was lost."
	case Lost:
		return what + " lost."
	case NoRoom:
		return what + " refused, since there is no room at the moment."
	case Failed:
	}
	return what + " not stored."
}

// Summary returns what is wrong with the files as a whole, in the page's language: a text for each problem.
func (u *Upload) Summary(ctx context.Context) (texts []string) {
	var order []Problem
	files := map[Problem]int{}
	for _, e := range u.Entries(ctx) {
		for _, p := range e.Problems {
			if files[p]++; files[p] == 1 {
				order = append(order, p)
			}
		}
	}
	for _, p := range order {
		texts = append(texts, u.config.Summary(ctx, p, files[p]))
	}
	return texts
}
