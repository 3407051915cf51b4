package query

import (
	"fmt"
	"sync"
)

// queries counts the slots of each view.
var queries struct {
	sync.Mutex
	of map[string]int
}

// enter counts one more query of a view. It returns ErrTooMany if there are too many.
func enter(view string) error {
	queries.Lock()
	defer queries.Unlock()
	if queries.of == nil {
		queries.of = map[string]int{}
	}
	if queries.of[view] >= maxQueries {
		return fmt.Errorf("%w: the view keeps %d", ErrTooMany, maxQueries)
	}
	queries.of[view]++
	return nil
}

func leave(view string) {
	queries.Lock()
	defer queries.Unlock()
	if queries.of[view]--; queries.of[view] <= 0 {
		delete(queries.of, view)
	}
}
