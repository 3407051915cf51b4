package live

import (
	"context"
	"testing"
)

// What an event answers may be large: a view that waits for its next event does not keep it.
func TestAViewKeepsNoReply(t *testing.T) {
	v := blankView()
	w := new(waiter)
	w.answered.Add(1)
	own := &turn{done: w}
	v.begin()
	if err := v.run(context.Background(), new(Callback), Call{Name: "x", kind: ActivityEvent, isEvent: true, Run: func(cb *Callback) error {
		cb.Reply([]byte("large"))
		cb.SetCookie("a=b")
		return nil
	}}); err != nil || !v.finish(v.mailbox.worker.Load(), own) {
		t.Fatalf("the turn fails: %v", err)
	}
	outcome := w.outcome
	if string(outcome.Reply) != "large" || len(outcome.Cookies) != 1 {
		t.Fatalf("the outcome is %+v", outcome)
	}
	if v.reply != nil || v.cookies != nil {
		t.Errorf("the view keeps %q and %v", v.reply, v.cookies)
	}
}
