package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sideband-go/sideband/views"
)

// counter counts a file as it comes.
type counter struct {
	box    *box
	ctx    context.Context
	to     io.Writer
	file   views.PostedFile
	most   int64
	size   atomic.Int64
	failed error // of the writer
}

// buffers are for files: a part is read in small pieces, for each of which a write would be too much.
var buffers = sync.Pool{New: func() any { return new([256 << 10]byte) }}

// copy writes the file, of which the head was read already, and all of it if it is whole.
func (c *counter) copy(head []byte, whole bool) error {
	buffer := buffers.Get().(*[256 << 10]byte)
	defer buffers.Put(buffer)
	n := copy(buffer[:], head)
	if err := c.count(n); err != nil {
		return err
	}
	for !whole {
		m, err := c.file.Read(buffer[n:])
		n += m
		if whole = errors.Is(err, io.EOF); !whole && err != nil {
			return err
		}
		if err := c.count(m); err != nil {
			return err
		}
		if n == len(buffer) {
			if err := c.write(buffer[:n]); err != nil {
				return err
			}
			n = 0
		}
	}
	return c.write(buffer[:n])
}

// count counts what was read, and has the page told of it.
func (c *counter) count(n int) error {
	if c.size.Add(int64(n)) > c.most {
		return errTooLarge
	}
	if err := c.ctx.Err(); err != nil {
		return fmt.Errorf("uploads: %w", err)
	}
	if b := c.box; !b.telling.Load() && b.telling.CompareAndSwap(false, true) {
		time.AfterFunc(progressEvery, b.tellProgress)
	}
	return nil
}

func (c *counter) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	_, err := c.to.Write(p)
	c.failed = err
	return err
}
