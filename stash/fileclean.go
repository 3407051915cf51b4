package stash

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"time"
)

// cleanAfter is how many segments there are at most without a record that lives.
const cleanAfter = 2

// cleanOldest moves the records that live out of the oldest segment and removes it, if so much of the log is dead.
func (l *fileLog) cleanOldest(now time.Time) error {
	var total int64
	for _, s := range l.segments {
		total += s.size
	}
	if len(l.segments) == 1 || total <= 2*l.live+cleanAfter*l.segment {
		return nil
	}
	oldest := l.segments[0]
	if err := l.move(oldest, now); err != nil && !errors.Is(err, fs.ErrNotExist) { // another process has removed it
		return err
	}
	if err := l.files.Remove(l.name(oldest.number)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	l.segments = l.segments[1:]
	return l.files.SyncDir(l.dir)
}

// move writes the records of a segment that live again. All that comes in their place is synced before they count: until
// then the segment has what is safe.
func (l *fileLog) move(s segment, now time.Time) error {
	f, err := l.files.Open(l.name(s.number), false)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // after reading
	var b []byte
	var moved []frame
	var sizes []int
	for _, r := range l.living(s.number, now) {
		fr, err := readAt(f, r.at)
		if err != nil && !errors.Is(err, errTorn) {
			return err
		}
		next := frame{kind: frameRecord, key: r.key, fence: r.fence, until: r.until, data: fr.data} // no data if it is damaged
		before := len(b)
		b = next.append(b)
		next.data = nil
		moved, sizes = append(moved, next), append(sizes, len(b)-before)
	}
	if len(b) > 0 {
		if err := l.write(b); err != nil {
			return err
		}
	}
	if err := l.sync(); err != nil {
		return errors.Join(err, l.file.Truncate(l.last().size))
	}
	for i := range moved {
		l.wrote(&moved[i], sizes[i])
	}
	return nil
}

// living returns the records of a segment that live, in its order.
func (l *fileLog) living(number int, now time.Time) (all []*record) {
	for _, r := range l.all.records {
		if r.at.segment == number && r.until.After(now) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *record) int { return cmp.Compare(a.at.offset, b.at.offset) })
	return all
}
