package uploads

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"github.com/sideband-go/sideband/views"
)

// headSize is how much of a file is looked at to find its type, in bytes.
const headSize = 3072

var errTooLarge = errors.New("uploads: too large")

// receive reads a file to where it is kept. It returns what is wrong with it, and an error if the request can't be read
// any further.
func (b *box) receive(ctx context.Context, i *item, f views.PostedFile) (Problem, error) {
	u := b.upload
	head := make([]byte, headSize)
	n, err := readHead(f, head)
	whole := errors.Is(err, io.EOF)
	if err != nil && !whole {
		return broken(err), err
	}
	if head = head[:n]; n == 0 {
		return Empty, nil
	}
	kind := mimetype.Detect(head)
	mediaType, _, _ := strings.Cut(kind.String(), ";")
	b.mu.Lock()
	i.entry.Type = mediaType
	e := i.entry
	b.mu.Unlock()
	if !u.accepts(i.entry.Name, func(t string) bool {
		group, isGroup := strings.CutSuffix(t, "/*")
		return isGroup && strings.HasPrefix(mediaType, group+"/") || kind.Is(t)
	}) {
		return NotAccepted, nil
	}
	k, err := u.open(ctx, e, f.Log)
	if err != nil {
		return b.failure(ctx, f.Log, err), nil
	}
	b.mu.Lock()
	i.kept = k
	b.mu.Unlock()
	w := &counter{box: b, ctx: ctx, to: k, file: f, most: u.config.MaxBytes}
	b.begin(i, w)
	err = w.copy(head, whole)
	b.arrived(i, w)
	switch {
	case errors.Is(err, errTooLarge):
		return TooLarge, nil
	case err != nil && ctx.Err() != nil && i.isCancelled(b):
		return Cut, nil
	case err != nil && w.failed != nil:
		return b.failure(ctx, f.Log, w.failed), nil
	case err != nil:
		return broken(err), err
	}
	if err := k.Close(); err != nil {
		return b.failure(ctx, f.Log, err), nil
	}
	return "", nil
}

// broken is the problem of a file that could not be read to its end.
func broken(err error) Problem {
	if isTooLarge(err) {
		return TooLarge
	}
	return Cut
}

// isTooLarge reports whether a request could not be read any further because its body is too large.
func isTooLarge(err error) bool {
	_, is := errors.AsType[*http.MaxBytesError](err)
	return is
}

func (i *item) isCancelled(b *box) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return i.cancelled
}

// readHead fills p, as far as there is something. The error is io.EOF at the end of the file.
func readHead(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	return n, err
}

// failure is the problem of a place that can't keep a file. The user is not told why: the log is.
func (b *box) failure(ctx context.Context, log *slog.Logger, err error) Problem {
	log.ErrorContext(ctx, "uploads: a file could not be stored", "upload", b.upload.name, "err", err)
	if errors.Is(err, errFull) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return NoRoom
	}
	return Failed
}

// begin notes that a file is being read.
func (b *box) begin(i *item, c *counter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i.coming = c
	if b.coming == nil {
		b.begun = time.Now()
	}
	b.coming = c
}

// arrived notes how much of a file has come.
func (b *box) arrived(i *item, c *counter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i.entry.Size, i.coming = c.size.Load(), nil
}
