package stash

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// fileLog is the log of a folder, in segments: files with the names 00000001.log and so on, of which the last one is
// written. It knows what all processes have written, as of its last call of catchUp. Its methods are called with the
// folder's lock held, by one goroutine.
type fileLog struct {
	dir     string
	files   fileSystem
	segment int64 // bytes after which the next segment begins

	all      index
	live     int64     // bytes of the frames that have the records
	segments []segment // by number; not empty once catchUp has succeeded
	file     file      // the last segment's
	ends     bool      // no more is to be written to the last segment
}

type segment struct {
	number int
	size   int64  // of its frames, without that of its end
	lastAt int64  // where the last of them is
	sum    uint32 // of that one
}

// position is where a frame is.
type position struct {
	segment int
	offset  int64
	size    int
}

func (l *fileLog) name(number int) string {
	return filepath.Join(l.dir, fmt.Sprintf("%08d.log", number))
}

func (l *fileLog) last() *segment { return &l.segments[len(l.segments)-1] }

// catchUp reads what was written since the last call, and cuts off what a process has left that was killed while it
// wrote, or a machine that was lost.
func (l *fileLog) catchUp() error {
	for {
		isFresh := l.file == nil
		if isFresh {
			if err := l.load(); err != nil {
				return err
			}
		}
		isStale, err := l.follow(isFresh)
		if err != nil || !isStale {
			return err
		}
		l.close()
	}
}

// follow reads on from where the log was read before. It reports whether that is not in the folder any more: then the log is
// to be reloaded.
func (l *fileLog) follow(isFresh bool) (isStale bool, err error) {
	if is, err := l.isAsRead(); err != nil || !is {
		return err == nil, err
	}
	for {
		ended, err := l.read(l.file, l.last())
		switch {
		case errors.Is(err, errTorn) && isFresh:
			return false, l.file.Truncate(l.last().size)
		case errors.Is(err, errTorn): // perhaps another process has cut off what was read here, and gone on
			return true, nil
		case err != nil || !ended:
			return false, err
		}
		numbers, err := l.numbers()
		if err != nil {
			return false, err
		}
		next := l.last().number + 1
		switch {
		case slices.Contains(numbers, next):
		case len(numbers) > 0 && numbers[len(numbers)-1] > next: // others have gone on, and cleaned
			return true, nil
		default: // what is written next begins it
			l.ends = true
			return false, nil
		}
		if err := l.begin(next); err != nil {
			return false, err
		}
	}
}

// isAsRead reports whether the last frame that was read is where it was.
func (l *fileLog) isAsRead() (bool, error) {
	s := l.last()
	if s.size == 0 {
		return true, nil
	}
	var sum [4]byte
	if _, err := l.file.ReadAt(sum[:], s.lastAt); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return binary.BigEndian.Uint32(sum[:]) == s.sum, nil
}

// numbers returns the numbers of the segments in the folder, sorted.
func (l *fileLog) numbers() (numbers []int, err error) {
	names, err := l.files.List(l.dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if n, err := strconv.Atoi(strings.TrimSuffix(name, ".log")); err == nil && strings.HasSuffix(name, ".log") {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// load reads all segments but the last, and opens that one.
func (l *fileLog) load() error {
	numbers, err := l.numbers()
	if err != nil {
		return err
	}
	if len(numbers) == 0 {
		numbers = []int{1}
	}
	l.all, l.live, l.segments = index{}, 0, nil
	for i, n := range numbers {
		if i == len(numbers)-1 {
			return l.begin(n)
		}
		f, err := l.files.Open(l.name(n), false)
		if err != nil {
			return err
		}
		l.segments = append(l.segments, segment{number: n})
		_, err = l.read(f, l.last())
		_ = f.Close() // after reading
		if err != nil && !errors.Is(err, errTorn) {
			return err
		}
	}
	return nil
}

// begin opens a segment to write to, which it makes if need be.
func (l *fileLog) begin(number int) error {
	f, err := l.files.Open(l.name(number), true)
	if err != nil {
		return err
	}
	if err := l.files.SyncDir(l.dir); err != nil {
		_ = f.Close() // nothing was written
		return err
	}
	l.close()
	l.file, l.ends = f, false
	l.segments = append(l.segments, segment{number: number})
	return nil
}

func (l *fileLog) close() {
	if l.file != nil {
		_ = l.file.Close() // what counts was synced
		l.file = nil
	}
}

// read applies the frames of a segment that were not read yet. It reports whether the segment has ended.
func (l *fileLog) read(f file, s *segment) (ended bool, err error) {
	if n, err := f.ReadAt(make([]byte, 1), s.size); n == 0 && errors.Is(err, io.EOF) {
		return false, nil
	}
	r := bufio.NewReaderSize(io.NewSectionReader(f, s.size, math.MaxInt64-s.size), 64<<10)
	for {
		fr, size, err := readFrame(r)
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if fr.kind == frameEnd {
			return true, nil
		}
		l.applyNext(s, &fr, size)
	}
}

// apply does what a frame says.
func (l *fileLog) apply(f *frame, at position) {
	switch f.kind {
	case frameRecord:
		l.drop(l.all.records[f.key.Name])
		l.all.add(&record{key: f.key, fence: f.fence, until: f.until, at: at})
		l.live += int64(at.size)
	case frameOwner:
		if r := l.all.records[f.key.Name]; r != nil {
			r.fence = f.fence
			l.all.extend(r, f.until)
		}
	case frameDelete:
		for _, r := range l.all.matching(f.key) {
			l.drop(r)
		}
	}
}

func (l *fileLog) drop(r *record) {
	if r != nil {
		l.all.remove(r)
		l.live -= int64(r.at.size)
	}
}

// data returns the data of a record; none if it is damaged, or another process has lost it with what is damaged.
func (l *fileLog) data(r *record) ([]byte, error) {
	if r.at.size == frameHead+frameBody {
		return nil, nil
	}
	f := l.file
	if r.at.segment != l.last().number {
		var err error
		if f, err = l.files.Open(l.name(r.at.segment), false); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // after reading
	}
	fr, err := readAt(f, r.at)
	if errors.Is(err, errTorn) {
		return nil, nil
	}
	return fr.data, err
}

// readAt reads one frame. It returns errTorn if there is none.
func readAt(f file, at position) (frame, error) {
	fr, _, err := readFrame(bufio.NewReaderSize(io.NewSectionReader(f, at.offset, int64(at.size)), at.size))
	if errors.Is(err, io.EOF) {
		err = errTorn
	}
	return fr, err
}

// write appends frames, which are not synced and not applied yet. After a failure the log is as before.
func (l *fileLog) write(b []byte) error {
	if l.ends || l.last().size >= l.segment {
		if err := l.endSegment(); err != nil {
			return err
		}
	}
	if _, err := l.file.WriteAt(b, l.last().size); err != nil {
		return errors.Join(err, l.file.Truncate(l.last().size)) // what is left is cut off by the next one
	}
	return nil
}

// endSegment goes on with the next segment. All of the one before is synced first: what comes after a part that was lost
// would be lost with it.
func (l *fileLog) endSegment() error {
	end := (&frame{kind: frameEnd}).append(nil)
	s := l.last()
	if _, err := l.file.WriteAt(end, s.size); err != nil {
		return errors.Join(err, l.file.Truncate(s.size))
	}
	hasFailed := l.ends // then nothing more is expected of a sync
	if err := l.sync(); err != nil && !hasFailed {
		return err
	}
	return l.begin(s.number + 1)
}

// errNotSynced says that what was written last may be lost with the machine.
var errNotSynced = errors.New("stash: what was written is not synced")

// sync syncs what was written. The system reports a failure once, so all that was not synced yet counts as lost, and
// nothing comes after it in the segment, which would be lost with it.
func (l *fileLog) sync() error {
	if err := l.file.Sync(); err != nil {
		l.ends = true
		return fmt.Errorf("%w: %w", errNotSynced, err)
	}
	return nil
}

// wrote applies the next frame that was written.
func (l *fileLog) wrote(f *frame, size int) { l.applyNext(l.last(), f, size) }

// applyNext applies the next frame of a segment.
func (l *fileLog) applyNext(s *segment, f *frame, size int) {
	l.apply(f, position{s.number, s.size, size})
	s.lastAt, s.sum = s.size, f.sum
	s.size += int64(size)
}
