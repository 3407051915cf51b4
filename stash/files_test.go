package stash_test

import (
	"testing"
	"time"

	"github.com/sideband-go/sideband/stash"
	"github.com/sideband-go/sideband/stash/stashtest"
)

func TestFiles(t *testing.T) {
	stashtest.Run(t, func(t *testing.T) stashtest.Backend {
		dir := t.TempDir()
		c := &clock{now: time.Now()}
		return stashtest.Backend{
			Open: func(t *testing.T) stash.Store {
				f, err := stash.OpenFiles(dir)
				if err != nil {
					t.Fatal(err)
				}
				stash.SetClock(f, c.Now)
				return f
			},
			Advance: c.Advance,
		}
	})
}
