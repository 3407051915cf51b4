package uploads

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/sideband-go/sideband/views"
)

// File is a file as the page takes it. It can be read and sought, unless Config.To has got it: then reading fails.
type File struct {
	Entry
	io.ReadSeeker
	path string // where it waits; "" if that is no file of ours
}

// SaveAs keeps the file at a path, where there must be none, for this user alone. On the file system of the Store that is at
// once, however large the file is; on another one the file is copied, within Timeouts.Event of package handlers. The file that is
// kept is the author's to remove if the callback fails, as all that a callback writes. Change it only by replacing it: it may be
// one with the file that waits, which is consumed again if the callback fails.
func (f File) SaveAs(path string) error {
	if f.path != "" && os.Link(f.path, path) == nil {
		return nil
	}
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("uploads: %w", err)
	}
	_, err = f.Seek(0, io.SeekStart)
	if err == nil {
		_, err = io.Copy(to, f.ReadSeeker)
	}
	if err = errors.Join(err, to.Close()); err != nil {
		_ = os.Remove(path) // it is not whole
		return fmt.Errorf("uploads: %w", err)
	}
	return nil
}

// Consume gives f each file that is there, in order. It is part of the callback: once that has succeeded, and the page
// is rendered with what it has set, the files are gone; if it fails, or is rolled back, they are still there, to be
// consumed again. Refused files stay to be shown until they are cancelled, or others are chosen.
//
// If f returns an error, Consume returns it, and consumes nothing. What f has written elsewhere by then is the author's to
// undo: with [views.Socket.OnEnd] if the callback fails, stopped in OnCommit, and with [views.Socket.OnRollback] if it is rolled
// back after it has succeeded.
func (u *Upload) Consume(s *views.Socket, f func(file File) error) error {
	b := u.get(s).box
	list := b.hold(s)
	stop := s.OnEnd(func() { b.letGo(list, false) }) // it fails, or the page ends meanwhile
	for _, c := range list {
		err := s.Err() // of a callback that was abandoned: it takes no more
		if err == nil {
			err = c.give(f)
		}
		if err != nil {
			if stop() {
				b.letGo(list, false)
			}
			return err
		}
	}
	s.OnCommit(func() {
		if stop() {
			b.letGo(list, true)
		}
		// The page may still be rolled back: what comes after it removes the files.
		_ = b.ref.Call("uploads.release", func(s *views.Socket) error {
			b.release()
			b.show(s)
			return nil
		}) // else the page's end does
	})
	s.OnRollback(func() { b.untake(list) })
	b.show(s) // the page is rendered without them
	return nil
}

// consumed is a file that a callback consumes, as it was when that began.
type consumed struct {
	item  *item
	entry Entry
	kept  kept
}

// hold lists the files that are there, but for those that the callback has consumed already. They stay until letGo, whatever
// else happens to them.
func (b *box) hold(by *views.Socket) (list []consumed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range b.items {
		if i.entry.Done && !i.taken && (i.held == 0 || i.by != by) {
			i.held, i.by = i.held+1, by
			list = append(list, consumed{i, i.snapshot(), i.kept})
		}
	}
	return list
}

// letGo lets go of what hold has listed: it is taken by the page, or not.
func (b *box) letGo(list []consumed, taken bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range list {
		i := c.item
		if i.held--; i.held == 0 {
			i.by = nil
		}
		i.taken = i.taken || taken
		switch {
		case !b.ended || i.held > 0:
		case i.taken:
			i.kept.release()
		default:
			i.drop()
		}
	}
}

// untake notes that the page has not taken the files after all.
func (b *box) untake(list []consumed) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range list {
		c.item.taken = false
	}
}

// give gives f the file.
func (c consumed) give(f func(file File) error) error {
	file := File{Entry: c.entry}
	r, err := c.kept.reader()
	switch {
	case errors.Is(err, errElsewhere):
		file.ReadSeeker = unread{}
	case err != nil:
		return fmt.Errorf("uploads: a file is gone: %w", err)
	default:
		defer r.Close()
		file.ReadSeeker = r
		if t, ok := c.kept.(*tempFile); ok {
			file.path = t.path
		}
	}
	return f(file)
}

// unread is what can't be read.
type unread struct{}

func (unread) Read([]byte) (int, error)       { return 0, errElsewhere }
func (unread) Seek(int64, int) (int64, error) { return 0, errElsewhere }

// release lets go of what is taken.
func (b *box) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := b.items[:0:0]
	for _, i := range b.items {
		if i.taken {
			i.kept.release()
		} else {
			left = append(left, i)
		}
	}
	b.items = left
}

// Cancel gives up a file: one that is there, that was refused, or that is still arriving. The rest of that is read and
// thrown away, since other files may come after it. Without such a file it does nothing. It does not follow the callback.
func (u *Upload) Cancel(s *views.Socket, id string) {
	u.cancel(s, func(i *item) bool { return i.entry.ID == id })
}

// CancelAll gives up all files.
func (u *Upload) CancelAll(s *views.Socket) {
	u.cancel(s, func(*item) bool { return true })
}

func (u *Upload) cancel(s *views.Socket, which func(*item) bool) {
	b := u.get(s).box
	b.mu.Lock()
	b.clear(which)
	b.mu.Unlock()
	b.show(s)
}
