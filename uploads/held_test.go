package uploads_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/uploads"
)

// named is a Writer that says whose Abort was called.
type named struct {
	nowhere
	name    string
	aborted chan<- string
}

func (w named) Abort() { w.aborted <- w.name }

// namedSite is a site whose avatar goes to named Writers.
func namedSite(t *testing.T, opened, aborted chan<- string) *site {
	t.Helper()
	return newSite(t, handlers.Config{}, uploads.Config{To: func(_ context.Context, e uploads.Entry) (uploads.Writer, error) {
		opened <- e.Name
		return named{name: e.Name, aborted: aborted}, nil
	}}, uploads.Config{})
}

func TestAnotherChoiceDoesNotAbortWhatIsBeingConsumed(t *testing.T) {
	opened, aborted := make(chan string, 9), make(chan string, 9)
	s := namedSite(t, opened, aborted)
	c := s.open(t)
	c.parts("Chosen", part{"avatar", "a.txt", "hello"})
	<-opened
	second := make(chan int, 1)
	s.page.fail = func() error { // in the callback that has consumed a.txt
		s.page.fail = nil
		go func() {
			b, kind := body(part{"avatar", "b.txt", "world"})
			status, _, _ := c.try("Chosen", b, kind)
			second <- status
		}()
		<-opened
		return nil
	}
	if status, _ := c.fields("Save", nil); status >= 300 {
		t.Errorf("answered %d", status)
	}
	if status := <-second; status >= 300 {
		t.Errorf("the other choice is answered %d", status)
	}
	c.fields("Save", nil)
	s.took(t, " a.txt text/plain 0 ", " b.txt text/plain 0 ")
	if len(aborted) > 0 {
		t.Errorf("%s is aborted", <-aborted)
	}
}

func TestThePagesEndAbortsWhatItsCallbackConsumesOnce(t *testing.T) {
	opened, aborted := make(chan string, 9), make(chan string, 9)
	s := namedSite(t, opened, aborted)
	c := s.open(t)
	c.parts("Chosen", part{"avatar", "a.txt", "hello"})
	s.page.fail = func() error {
		s.kit.Disconnect("")
		return nil
	}
	if status, _ := c.fields("Save", nil); status < http.StatusBadRequest {
		t.Errorf("answered %d", status)
	}
	waitFor(t, "an Abort", func() bool { return len(aborted) > 0 })
	if <-aborted; len(aborted) > 0 {
		t.Error("it is aborted twice")
	}
}

// Each file changes what the page shows: while it is busy, that is to be one message for all of them.
func TestManySmallFilesDoNotFillTheMailbox(t *testing.T) {
	s := newSite(t, handlers.Config{Limits: handlers.Limits{Queue: 20}, Timeouts: handlers.Timeouts{Event: 2 * patience}}, uploads.Config{}, uploads.Config{MaxFiles: 200})
	c := s.open(t)
	many := make([]part, 200)
	for i := range many {
		many[i] = part{"gallery", "a.txt", "hello"}
	}
	posted := make(chan int, 1)
	s.page.fail = func() error {
		go func() {
			b, kind := body(many...)
			status, _, _ := c.try("Chosen", b, kind)
			posted <- status
		}()
		waitFor(t, "200 files", func() bool { return len(s.files(t)) == 200 })
		return nil
	}
	if status, _ := c.fields("Save", nil); status >= 300 {
		t.Errorf("answered %d", status)
	}
	if status := <-posted; status >= 300 || s.kit.Stats().QueueFull > 0 {
		t.Errorf("the files are answered %d, %d did not fit", status, s.kit.Stats().QueueFull)
	}
}

func TestACallbackThatWasAbandonedConsumesNoMore(t *testing.T) {
	s := newSite(t, handlers.Config{}, uploads.Config{}, uploads.Config{MaxFiles: 2, To: discard})
	c := s.open(t)
	c.parts("Chosen", part{"gallery", "a.txt", "hello"}, part{"gallery", "b.txt", "world"})
	over := make(chan bool)
	s.page.each = func() { s.kit.Disconnect("") }
	s.page.saved = func() { close(over) }
	if status, _ := c.fields("Save", nil); status < http.StatusBadRequest {
		t.Errorf("answered %d", status)
	}
	<-over
	s.took(t, " a.txt text/plain 0 ")
}
