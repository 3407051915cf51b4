package e2e_test

import "testing"

// sentFields are the fields of a form that the server clears.
var sentFields = []struct{ id, typed, more, both string }{
	{"text", "milk", "er", "milker"},
	{"long", "milk", "er", "milker"},
	{"count", "12", "3", "123"},
}

// fillAndSend submits the form with a field filled in, which still has the focus, and waits until the server works on it.
func (b *booking) fillAndSend(id, text string) {
	b.t.Helper()
	b.s.Gate.Shut()
	b.Fill("#"+id, text)
	b.Eval(`document.getElementById("message").requestSubmit()`, nil)
	check(b.t, b.s.Gate.Held(b.t.Context(), 1))
}

func TestWhatIsTypedBetweenASubmitAndItsAnswerIsKept(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	for _, f := range sentFields {
		b.Eval(`document.getElementById("message").reset()`, nil)
		b.fillAndSend(f.id, f.typed)
		for _, key := range f.more {
			b.Press(string(key))
		}
		b.Eval(`document.getElementById(`+quote(f.id)+`).known = true`, nil)
		before := b.Text("#messages")
		b.s.Gate.Open()
		b.WaitFor(`document.getElementById("messages").textContent !== ` + quote(before))
		b.is(f.id, `e.value === `+quote(f.both)+` && e.known && document.activeElement === e && !e.matches(":invalid")`)
		if f.id != "count" {
			b.is(f.id, `e.selectionStart === e.value.length`)
		}
	}
}

func TestASubmittedFieldThatTheServerClearsKeepsTheFocus(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	for _, f := range sentFields {
		b.fillAndSend(f.id, f.typed)
		before := b.Text("#messages")
		b.s.Gate.Open()
		b.WaitFor(`document.getElementById("messages").textContent !== ` + quote(before))
		b.is(f.id, `e.value === "" && document.activeElement === e && !e.matches(":invalid")`)
	}
	if n := b.posts(); n != len(sentFields) {
		t.Errorf("the page has sent %d events for %d submits", n, len(sentFields))
	}
}

// A text of as many letters is told apart where it is short; a field that was left keeps it, too.
func TestWhatIsTypedInsteadAfterASubmitIsKept(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.fillAndSend("text", "milk")
	b.Fill("#text", "eggs")
	b.Press("Tab")
	b.s.Gate.Open()
	b.WaitText("#messages", "milk//")
	b.is("text", `e.value === "eggs" && !e.matches(":invalid")`)
	b.Click("#send")
	b.WaitText("#messages", "milk//,eggs//")
	b.is("text", `e.value === ""`)
}

// The form's fields send changes: that of the text, which comes after the submit, is of the number that was used up.
func TestWhatIsTypedAfterASubmitOfAFollowedFormIsKeptAndHeard(t *testing.T) {
	t.Parallel()
	b := openBooking(t)
	b.Fill("#trip-name", "Ann")
	b.WaitText("#heard", "Ann|||de|north")
	b.s.Gate.Shut()
	b.Press("Enter")
	check(t, b.s.Gate.Held(t.Context(), 1))
	for _, key := range "abel" {
		b.Press(string(key))
	}
	b.s.Gate.Open()
	b.WaitText("#booked", "Ann")
	b.is("trip-name", `e.value === "Annabel" && document.activeElement === e`)
	b.Press("l")
	b.Press("e")
	b.WaitText("#heard", "Annabelle|||de|north")
	b.is("trip-name", `e.value === "Annabelle"`)
	b.Press("Enter")
	b.WaitText("#booked", "Ann,Annabelle")
}
