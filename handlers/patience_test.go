package handlers_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/handlers/internal/rooms"
)

// patience is how long a test waits for what has to come: longer than a busy machine
// takes, and short enough that a test that waits in vain fails by itself, and says for what.
const patience = 30 * time.Second

// givesUp is the deadline of callbacks where some pass it on purpose: all others meet it on a busy machine, too.
const givesUp = 500 * time.Millisecond

// errPatience is why a request is given up that takes too long.
var errPatience = errors.New("waited in vain")

// take returns what comes next from a channel.
func take[T any](t testing.TB, from <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
	}
	return v
}

// inTime runs f, which may hang, and reports whether it has returned. If it has not, the
// test fails and shows where everything stands.
func inTime(t testing.TB, what string, f func()) bool {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
		return true
	case <-time.After(patience):
		stacks := make([]byte, 1<<20)
		t.Errorf("%s hangs:\n%s", what, stacks[:runtime.Stack(stacks, true)])
		return false
	}
}

// shutdown is the shutdown of a kit of which nothing goes on.
func shutdown(t testing.TB, kit *handlers.Kit) {
	t.Helper()
	var err error
	if inTime(t, "the shutdown", func() { err = kit.Shutdown(t.Context()) }) && err != nil && t.Context().Err() == nil {
		t.Error(err)
	}
}

// hold posts Hold and returns when its callback is under way.
func (p *tab) hold(page rooms.Page, header ...string) (inside ctx, answered <-chan answer) {
	p.t.Helper()
	c := make(chan answer, 1)
	go func() {
		a, err := p.ask("POST", p.path+"?event=Hold", nil, append([]string{"Sideband-Ticket", p.ticket}, header...)...)
		if err != nil {
			a.body = err.Error()
		}
		c <- a
	}()
	select {
	case inside = <-page.Inside:
	case a := <-c:
		p.t.Fatalf("Hold does not run, and is answered %d %s", a.status, a.body)
	case <-time.After(patience):
		p.t.Fatal("waited in vain for Hold to run")
	}
	return inside, c
}

// limit cuts the stream if it is not stopped in time.
func (p *tab) limit() (stop func() bool) {
	cut := p.cut
	return time.AfterFunc(patience, func() { cut(errPatience) }).Stop
}
