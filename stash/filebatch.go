package stash

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// expirePerBatch bounds how many expired records a batch drops.
const expirePerBatch = 64

// work does calls until none waits, those that have come together as a batch.
func (f *Files) work() {
	for {
		f.pace()
		f.mu.Lock()
		batch := independent(f.calls)
		if f.calls = f.calls[len(batch):]; len(batch) == 0 {
			f.calls, f.busy = nil, false
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		f.doBatch(batch)
		for _, c := range batch {
			close(c.done)
		}
	}
}

// pace waits until the next sync may begin, so that more calls share it, if a call waits for one.
func (f *Files) pace() {
	pause := f.pause - time.Since(f.synced)
	if pause <= 0 {
		return
	}
	f.mu.Lock()
	saves := slices.ContainsFunc(f.calls, func(c *fileCall) bool { return c.isSaved })
	f.mu.Unlock()
	if saves {
		time.Sleep(pause)
	}
}

// independent returns the first calls of a queue of which no two change the same record, so that each can be decided
// before any of them is written.
func independent(calls []*fileCall) []*fileCall {
	changed := make(map[string]bool, len(calls))
	for i, c := range calls {
		switch {
		case c.op == opGet:
			continue
		case c.op == opClose, c.op == opDelete && c.key.Name == "":
			return calls[:max(1, i)]
		case changed[c.key.Name]:
			return calls[:i]
		}
		changed[c.key.Name] = true
	}
	return calls
}

// doBatch does calls: it decides what each is to write, writes all of that at once, and syncs once.
func (f *Files) doBatch(batch []*fileCall) {
	if f.closed {
		failed(batch, errClosed)
		return
	}
	if batch[0].op == opClose {
		f.release()
		return
	}
	if err := f.lock.Lock(); err != nil {
		failed(batch, err)
		return
	}
	writing, err := batch, f.log.catchUp()
	saves := false
	if err == nil {
		writing, saves, err = f.writeBatch(batch)
	}
	if e := f.lock.Unlock(); err == nil {
		err = e
	}
	if err == nil && saves {
		f.synced = time.Now()
		err = f.log.sync()
	}
	if err != nil {
		failed(writing, err)
	}
}

// failed has calls fail that have not yet.
func failed(calls []*fileCall, err error) {
	switch {
	case isFull(err):
		err = fmt.Errorf("%w: %w", ErrFull, err)
	case !errors.Is(err, errClosed):
		err = fmt.Errorf("stash: %w", err)
	}
	for _, c := range calls {
		if c.err == nil {
			c.err = err
		}
	}
}

// writeBatch writes what calls are to write. It returns those that have something to write, and whether that has to be
// synced.
func (f *Files) writeBatch(batch []*fileCall) (writing []*fileCall, saves bool, err error) {
	now := f.now().Round(0) // other processes know no monotonic clock
	b := f.buf[:0]
	for _, c := range batch {
		c.err = f.decide(c, now)
		if c.frame.kind != 0 && c.err == nil {
			before := len(b)
			b = c.frame.append(b)
			c.size = len(b) - before
			saves = saves || c.isSaved
			writing = append(writing, c)
		}
	}
	if f.buf = b; cap(b) > segmentSize {
		f.buf = nil // a rare one
	}
	if len(b) > 0 {
		if err := f.log.write(b); err != nil {
			return writing, false, err
		}
	}
	for _, c := range writing {
		f.log.wrote(&c.frame, c.size)
	}
	for range expirePerBatch {
		r := f.log.all.expired(now)
		if r == nil {
			break
		}
		f.log.drop(r)
	}
	if len(b) > 0 {
		if err := f.log.cleanOldest(now); errors.Is(err, errNotSynced) { // else it is tried again by the next one
			return writing, saves, err
		}
	}
	return writing, saves, nil
}

// decide does a call as far as it changes nothing, and gives it the frame that does the rest.
func (f *Files) decide(c *fileCall, now time.Time) (err error) {
	r, until := f.log.all.find(c.key.Name, now), now.Add(c.life)
	switch c.op {
	case opGet:
		if r != nil {
			c.data, err = f.log.data(r)
		}
	case opTake:
		switch {
		case r != nil:
			c.data, err = f.log.data(r)
			c.frame = frame{kind: frameOwner, key: c.key, fence: c.fence, until: until}
		case len(f.log.all.records) >= maxRecords:
			return ErrFull
		default:
			c.frame = frame{kind: frameRecord, key: c.key, fence: c.fence, until: until}
		}
	case opPut:
		if r == nil || r.fence != c.fence {
			return ErrFenced
		}
		c.frame = frame{kind: frameRecord, key: c.key, fence: c.fence, until: until, data: c.data}
	case opExtend:
		if r == nil {
			return ErrNotFound
		}
		c.frame = frame{kind: frameOwner, key: c.key, fence: r.fence, until: until}
	case opDelete:
		if len(f.log.all.matching(c.key)) > 0 {
			c.frame = frame{kind: frameDelete, key: c.key}
		}
	}
	if err != nil {
		return fmt.Errorf("stash: %w", err)
	}
	return nil
}
