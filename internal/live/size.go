package live

import (
	"time"
	"unsafe"
)

// What a view costs is estimated when that begins to count: when its page is served, when its stream
// has closed, and after an event without a stream. A view that is watched is not looked at.

// size is about how much memory the view holds, in bytes. Only its worker may ask.
func (v *View) size() int64 {
	n := v.tree.Size() + int64(v.out.log.Size())
	if m := v.out.refused; m != nil {
		n += int64(len(m.Data))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return n + int64(cap(v.mailbox.queue))*int64(unsafe.Sizeof(job{}))
}

// weigh tells the store what the view holds.
func (v *View) weigh() {
	v.mu.Lock()
	e := v.entry
	v.mu.Unlock()
	if e != nil {
		v.host.store.Resize(e, v.size(), time.Now())
	}
}
