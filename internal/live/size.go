package live

import (
	"time"
	"unsafe"
)

// The size of a view is estimated when it begins to matter: when its page is served, when its
// connection has closed, and after an event without a connection. A connected view is not measured.

// size estimates the memory that the view holds, in bytes. Only its worker may call it.
func (v *View) size() int64 {
	n := v.tree.Size() + int64(v.delivery.log.Size())
	if m := v.delivery.refused; m != nil {
		n += int64(len(m.Data))
	}
	n += int64(sizeOf(v.pushed))
	if p := v.Proof(); p != nil {
		n += p.Size()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return n + int64(cap(v.mailbox.queue))*int64(unsafe.Sizeof(job{}))
}

// weigh reports the view's size to the store.
func (v *View) weigh() {
	v.mu.Lock()
	e := v.entry
	v.mu.Unlock()
	if e != nil {
		v.host.store.Resize(e, v.size(), time.Now())
	}
}
