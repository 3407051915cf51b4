package stash

import "time"

// SetClock sets the clock of a store.
func SetClock(f *Files, now func() time.Time) { f.now = now }
