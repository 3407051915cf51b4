package handlers

import (
	"time"
	"unsafe"
)

// What a view costs is estimated when that begins to count: when its page is served, when its stream
// has closed, and after an event without a stream. A view that is watched is not looked at.

// size is about how much memory the view holds, in bytes. Only its worker may ask.
func (l *live) size() int64 {
	n := l.in.Size() + int64(l.out.log.Size())
	if m := l.out.refused; m != nil {
		n += int64(len(m.Data))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return n + int64(cap(l.queue))*int64(unsafe.Sizeof(job{}))
}

// weigh tells the store what the view holds.
func (l *live) weigh() {
	l.mu.Lock()
	e := l.entry
	l.mu.Unlock()
	if e != nil {
		l.kit.store.Resize(e, l.size(), time.Now())
	}
}

// evicted is told by the store of a view that has left it. Only a page that is watched is told why it ends: any other one comes
// again.
func evicted(l *live) {
	if l.openStream() != nil {
		l.end(endMessage)
	} else {
		l.end(nil)
	}
}
