package tab

// Patched reports whether the tab's so many newest entries before this one are of the page that is shown.
func (t *Tab) Patched(steps int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at >= steps && t.history[t.at-steps].page == t.page.number
}

// History is how many entries the tab's history has, which of them is shown, and whether htmx has marked that.
func (t *Tab) History() (length, at int, marked bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.history), t.at, t.at >= 0 && t.history[t.at].htmx
}
