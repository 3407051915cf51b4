package tab

// queue is htmx's RequestQueue: the requests that wait for each other.
type queue struct {
	current  *call
	strategy string // of the current one
	waiting  []*call
}

// admit decides on a new request: whether it runs now, and which one it takes the place
// of. Else it waits, or is dropped.
func (q *queue) admit(c *call, strategy string) (run bool, replaced *call) {
	switch {
	case q.current == nil:
		q.current, q.strategy = c, strategy
		return true, nil
	case strategy == "replace", strategy != "abort" && q.strategy == "abort":
		replaced = q.current
		q.waiting, q.current, q.strategy = nil, c, strategy
		return true, replaced
	case strategy == "queue all":
		q.waiting = append(q.waiting, c)
	case strategy == "queue last":
		q.waiting = []*call{c}
	case strategy != "abort" && strategy != "drop" && len(q.waiting) == 0:
		q.waiting = append(q.waiting, c)
	}
	return false, nil
}

// done frees the queue of c and returns the request that is next, if there is one.
func (q *queue) done(c *call) (next *call) {
	if q.current != c {
		return nil
	}
	q.current = nil
	if len(q.waiting) > 0 {
		next, q.waiting = q.waiting[0], q.waiting[1:]
	}
	return next
}
