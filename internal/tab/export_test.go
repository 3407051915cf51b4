package tab

// History is how many entries the tab's history has, which of them is shown, and whether htmx has marked that.
func (t *Tab) History() (length, at int, marked bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.history), t.at, t.at >= 0 && t.history[t.at].htmx
}
