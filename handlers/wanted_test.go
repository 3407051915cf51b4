package handlers_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/sideband-go/sideband/handlers"
)

// Case 464: pages that ask for what is kept and never come back leave nothing that lasts.
func TestRecoveriesThatNeverComeAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := handlers.New(handlers.Config{Logger: quietLogger})
		handlers.Want(k, "one")
		if n := handlers.WantedAfterSweep(k); n != 1 {
			t.Errorf("%d at once", n)
		}
		time.Sleep(time.Hour)
		if n := handlers.WantedAfterSweep(k); n != 0 {
			t.Errorf("%d after an hour", n)
		}
	})
}
