package handlers

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/sideband-go/sideband/views"
)

var (
	// errBroken is the result of an event whose view has broken.
	errBroken = errors.New("handlers: the view has broken and was ended")
	// errExited is the result of a callback that has ended its goroutine.
	errExited = errors.New("handlers: the callback ended its goroutine")
)

// broken is the last resort of a worker, for a panic that nothing has caught where it could be
// said whose fault it is, and for a goroutine that was ended: the view ends, and nothing else
// does. Its page mounts it again. A callback that has ended its goroutine is given up alone.
func (l *live) broken(me uint64, panicked any) {
	if !l.mine(me) {
		return // it was given up, and another one goes on
	}
	l.mu.Lock()
	current := l.current
	l.mu.Unlock()
	if panicked == nil && current != nil {
		l.kit.log.Error("sideband: a callback ended its goroutine", "view", l.in.Definition().Name())
		if current.cut(errExited); !l.mine(me) {
			return
		}
	}
	err := fmt.Errorf("%w: %w", errBroken, errExited)
	if panicked != nil {
		err = fmt.Errorf("%w: %w", errBroken, views.NewPanicError(panicked))
	}
	l.noteFailure(err)
	l.kit.log.Error("sideband: a view has broken and is ended; its page mounts it again", "view", l.in.Definition().Name(), "err", err, "stack", string(debug.Stack()))
	l.mu.Lock()
	t := l.turn
	l.turn = nil
	l.mu.Unlock()
	l.restart()
	l.mu.Lock()
	if l.worker == me {
		l.busy = false
		if len(l.queue) > 0 { // what is to run at its end
			l.awake()
		}
	}
	l.mu.Unlock()
	if t != nil && t.done != nil {
		t.done <- result{err: errBroken}
	}
}
