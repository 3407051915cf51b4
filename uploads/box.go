package uploads

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/views"
)

const (
	// progressEvery is how often at most the page is told how far a request is.
	progressEvery = 100 * time.Millisecond
	// maxRefused is how many refused files are remembered beside those that are kept.
	maxRefused = 20
	// defaultKeepFor is how long a file waits for the page to take it.
	defaultKeepFor = time.Hour
	// slack is how much of a request with one file may be something else than the file.
	slack = 1<<20 + 1<<16
)

// box holds the files of an upload in one page or component. Requests put them in, callbacks take them out.
type box struct {
	upload *Upload
	ref    views.Ref
	field  string

	mu      sync.Mutex
	ended   bool
	round   int
	items   []*item
	request int         // which request with files is arriving, or comes next
	reading bool        // it is arriving
	begun   time.Time   // when it began to bring files
	coming  *counter    // the file that came last of it
	refused bool        // it is refused: that it is not read to its end is no cut
	cut     bool        // the last one was cut: the control still holds its files
	asked   bool        // the page has said what an earlier view has left in it
	atOnce  atomic.Bool // the control sends by itself
	expiry  *time.Timer
	telling atomic.Bool  // the page will be told of the progress
	told    atomic.Int64 // when it was sent what it has not shown yet, in nanoseconds; 0 if it has
}

// item is a file in a box. The box's mutex guards its entry; its file is the request's until that is over.
type item struct {
	entry     Entry
	kept      kept
	since     time.Time
	cancelled bool
	cancel    context.CancelFunc
	coming    *counter      // while it is read
	held      int           // how often a callback consumes it now: it stays until that is over
	by        *views.Socket // of the callback that has begun that last
	taken     bool          // by a callback that has succeeded
	request   int           // that has brought it
	again     bool          // that was cut, so that it may come again
}

// Budget is part of views.FileTaker.
func (b *box) Budget() int64 {
	c := b.upload.config
	return int64(c.MaxFiles) * c.MaxBytes
}

// show has the page show the box as it is.
func (b *box) show(s *views.Socket) {
	b.mu.Lock()
	v := &shown{box: b, round: b.round, cut: b.cut}
	if c := b.coming; c != nil {
		v.sending = newProgress(c.file.Before+c.size.Load(), c.file.Length, time.Since(b.begun))
	}
	for _, i := range b.items {
		if !i.taken && i.held == 0 {
			v.entries = append(v.entries, i.snapshot())
		}
	}
	b.mu.Unlock()
	b.upload.key.Set(s, v)
}

// tellAgain is when a page that has not shown what it was told is told again: its hooks may have stopped it.
const tellAgain = time.Second

// tell tells the page of what has changed: once, for all that changes until it shows that. If its mailbox is full, the next
// change or callback does.
func (b *box) tell() {
	now, told := time.Now().UnixNano(), b.told.Load()
	if told != 0 && now-told < int64(tellAgain) || !b.told.CompareAndSwap(told, now) {
		return
	}
	if b.ref.Call("uploads.show", func(s *views.Socket) error {
		b.told.Store(0) // before it looks: what changes from now on is told again
		b.show(s)
		return nil
	}) != nil {
		b.told.Store(0)
	}
}

// refuseRequest is the answer to a request that can't be read any further.
func (b *box) refuseRequest(ctx context.Context, p Problem) error {
	return views.Error(http.StatusRequestEntityTooLarge, b.upload.config.Texts(ctx, p))
}

// TakeFile is part of views.FileTaker.
func (b *box) TakeFile(ctx context.Context, f views.PostedFile) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	i, p := b.add(f, cancel)
	if i == nil {
		return views.ErrGone
	}
	if p == "" && b.upload.config.MaxFiles == 1 && f.Length-f.Before > b.upload.config.MaxBytes+slack {
		b.mu.Lock()
		b.refused = true
		b.mu.Unlock()
		b.finish(i, TooLarge)
		return b.refuseRequest(ctx, TooLarge)
	}
	if p != "" {
		b.finish(i, p)
		return nil
	}
	b.tell()
	p = Failed // if reading panics
	defer func() { b.finish(i, p) }()
	p, err := b.receive(ctx, i, f)
	return err
}

// add adds an entry for a file that begins to arrive. It is nil if the page has ended.
func (b *box) add(f views.PostedFile, cancel context.CancelFunc) (i *item, p Problem) {
	name := cleanName(f.Name)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return nil, ""
	}
	if b.upload.config.MaxFiles == 1 {
		b.clear(func(i *item) bool { return i.isRefused() && i.request != b.request })
	}
	b.cut, b.reading = false, true
	b.clear(func(i *item) bool { return i.again && i.isRefused() && (i.entry.Name == name || i.entry.Name == "") })
	keeps, refused := 0, 0
	for _, i := range b.items {
		switch {
		case i.taken, i.held > 0, i.again && i.entry.Name == name, b.gives(i): // they make room once this is there
		case i.isRefused():
			refused++
		default:
			keeps++
		}
	}
	if refused >= maxRefused {
		oldest := slices.IndexFunc(b.items, (*item).isRefused)
		b.items = slices.Delete(b.items, oldest, oldest+1)
	}
	if keeps >= b.upload.config.MaxFiles {
		p = TooMany
	}
	i = &item{entry: Entry{ID: newID(), Name: name}, since: time.Now(), cancel: cancel, request: b.request}
	b.append(i)
	return i, p
}

// newID makes an id of an entry, which nobody guesses.
func newID() string { return "file-" + rand.Text() }

// append adds an item, which goes after a time. The mutex is held.
func (b *box) append(i *item) {
	b.items = append(b.items, i)
	if b.expiry == nil {
		b.expiry = time.AfterFunc(b.upload.config.KeepFor, b.expire)
	}
}

// gives reports whether an item goes once another file is there: it is that of the choice before, where there is one.
func (b *box) gives(i *item) bool {
	return b.upload.config.MaxFiles == 1 && i.entry.Done && i.request != b.request
}

// clear removes items that are not held or taken. The mutex is held.
func (b *box) clear(which func(i *item) bool) {
	b.items = slices.DeleteFunc(b.items, func(i *item) bool {
		if i.held > 0 || i.taken || !which(i) {
			return false
		}
		i.drop()
		return true
	})
}

// isRefused reports whether something is wrong with the item.
func (i *item) isRefused() bool { return len(i.entry.Problems) > 0 }

// isOver reports whether no request is reading the item any more.
func (i *item) isOver() bool { return i.entry.Done || i.isRefused() }

// drop gives up the item's file.
func (i *item) drop() {
	i.cancelled = true
	i.cancel()
	if i.kept != nil && i.isOver() { // else its request does
		i.kept.Abort()
		i.kept = nil
	}
}

// finish notes that a file is there, or what is wrong with it.
func (b *box) finish(i *item, p Problem) {
	b.mu.Lock()
	switch {
	case i.cancelled || b.ended:
		if i.kept != nil {
			i.kept.Abort()
			i.kept = nil
		}
	case p != "":
		i.entry.Problems = append(i.entry.Problems, p)
		if i.kept != nil {
			i.kept.Abort()
			i.kept = nil
		}
	case !b.replaces(i):
		i.entry.Problems = append(i.entry.Problems, TooMany)
		i.kept.Abort()
		i.kept = nil
	default:
		i.entry.Done = true
	}
	b.mu.Unlock()
	b.tell()
}

// replaces removes what a file takes the place of: if it was sent again, one of the same name and size, from a request that
// was cut; with MaxFiles 1, that of the choice before. It reports false if there are too many files. The mutex is held.
func (b *box) replaces(i *item) bool {
	same := func(o *item) bool {
		return o != i && o.again && o.held == 0 && !o.taken && o.entry.Done && o.entry.Name == i.entry.Name && o.entry.Size == i.entry.Size
	}
	if at := slices.IndexFunc(b.items, same); at >= 0 {
		b.items[at].drop()
		b.items = slices.Delete(b.items, at, at+1)
	}
	b.clear(func(o *item) bool { return o != i && b.gives(o) })
	keeps := 0
	for _, o := range b.items {
		if o.held == 0 && !o.taken && (o.entry.Done || o == i) {
			keeps++
		}
	}
	return keeps <= b.upload.config.MaxFiles
}

// EndFiles is part of views.FileTaker. If the request was cut, the control keeps its files to be sent again: its id stays.
func (b *box) EndFiles(err error) {
	b.mu.Lock()
	b.cut = err != nil && !b.refused && !isTooLarge(err)
	if !b.cut {
		b.round = (b.round + 1) % rounds
	}
	for _, i := range b.items {
		if i.request == b.request {
			i.again, i.since = b.cut, time.Now() // it waits from now on
		}
	}
	b.request++
	b.refused, b.reading, b.coming = false, false, nil
	b.mu.Unlock()
	b.tell()
}

// ShowFile is part of views.FileShower: pictures that are there, and not yet taken.
func (b *box) ShowFile(id string) (f views.ShownFile, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.IndexFunc(b.items, func(i *item) bool { return i.entry.ID == id && i.hasPreview() })
	if at < 0 {
		return f, false
	}
	r, err := b.items[at].kept.reader()
	if err != nil {
		return f, false
	}
	return views.ShownFile{ReadSeekCloser: r, Type: b.items[at].entry.Type}, true
}

// hasPreview reports whether the page can show the item.
func (i *item) hasPreview() bool {
	return i.entry.Done && !i.taken && i.kept != nil && IsPicture(i.entry.Type)
}

// snapshot is the item's entry as it is now. The box's mutex is held.
func (i *item) snapshot() Entry {
	e := i.entry
	e.Problems = slices.Clone(e.Problems)
	if i.coming != nil {
		e.Size = i.coming.size.Load()
	}
	return e
}

// tellProgress tells the page how far a request is.
func (b *box) tellProgress() {
	b.telling.Store(false)
	b.tell()
}

// expire removes files that nobody has taken for too long.
func (b *box) expire() {
	b.mu.Lock()
	old := time.Now().Add(-b.upload.config.KeepFor)
	n := len(b.items)
	b.clear(func(i *item) bool { return !i.since.After(old) && i.isOver() && !(b.reading && i.request == b.request) })
	changed := len(b.items) != n
	b.expiry = nil
	if len(b.items) > 0 && !b.ended {
		b.expiry = time.AfterFunc(b.upload.config.KeepFor/4, b.expire)
	}
	b.mu.Unlock()
	if changed {
		b.tell()
	}
}

// end removes all files.
func (b *box) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if b.expiry != nil {
		b.expiry.Stop()
	}
	for _, i := range b.items {
		switch {
		case i.taken:
			i.kept.release()
		case i.held == 0: // else its callback's end does
			i.drop()
		}
	}
	b.items = nil
}
