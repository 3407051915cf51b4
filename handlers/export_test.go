package handlers

// Confuse makes the kit's own books of a view wrong, so that the next message that it sends
// panics where nothing of the application's runs.
func (p *Probed) Confuse() { p.live.must(func(l *live, _ uint64) { l.out.seq, l.out.sent = 0, 0 }) }

// WaitAtMost lets fewer requests wait for a Mount than usually may, before any does.
func WaitAtMost(k *Kit, n int) { k.mounts.atOnce.most = n }

// Waiting counts the jobs in the mailboxes of all views.
func Waiting(k *Kit) (n int) {
	for _, e := range k.store.All() {
		l := e.Value.(*live)
		l.mu.Lock()
		n += len(l.queue)
		l.mu.Unlock()
	}
	return n
}
