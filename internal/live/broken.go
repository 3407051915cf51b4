package live

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/sideband-go/sideband/internal/fault"
)

var (
	// ErrBroken is the result of an event whose view has broken.
	ErrBroken = errors.New("views: the view has broken and was ended")
	// errExited is the result of a callback that has ended its goroutine.
	errExited = errors.New("views: the callback ended its goroutine")
)

// broken is the last resort of a worker: for a panic that nothing else has caught, and for a
// callback that has ended its goroutine. A panic ends the view, and nothing else; its page remounts
// it. Of an ended goroutine, only the callback is given up.
func (v *View) broken(gen uint64, panicked any) {
	if !v.isCurrent(gen) {
		return // the worker was abandoned, and another one goes on
	}
	if cb := v.callback.Load(); panicked == nil && cb != nil {
		v.host.Log.Error("sideband: a callback ended its goroutine", "view", v.def.Name())
		if cb.cut(errExited); !v.isCurrent(gen) {
			return
		}
	}
	err := fmt.Errorf("%w: %w", ErrBroken, errExited)
	if panicked != nil {
		err = fmt.Errorf("%w: %w", ErrBroken, fault.NewPanic(panicked))
	}
	v.NoteFailure(err)
	v.host.Log.Error("sideband: a view has broken and is ended; its page remounts it", "view", v.def.Name(), "err", err, "stack", string(debug.Stack()))
	t := v.turn.Swap(nil)
	if t != nil {
		v.endTurn(t, 0, err)
	}
	v.restart()
	v.mu.Lock()
	if v.isCurrent(gen) {
		v.mailbox.busy = false
		if len(v.mailbox.queue) > 0 { // callbacks of its end
			v.wake()
		}
	}
	v.mu.Unlock()
	if t != nil && t.done != nil {
		t.done.answer(Outcome{Err: ErrBroken})
	}
}
