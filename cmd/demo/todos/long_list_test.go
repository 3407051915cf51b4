package todos_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/livetest"
)

// long opens a list with 1,000 todos.
func long(t *testing.T) *livetest.Page {
	t.Helper()
	page := open(t)
	page.Button("Add 1,000").Click()
	page.Expect("#left", "1000 left")
	page.TakeMessages()
	return page
}

func TestAClickInALongListSendsWhatChanged(t *testing.T) {
	page := long(t)
	for _, step := range []struct {
		what string
		act  func()
		most int // bytes
	}{
		{"checking", page.Find("#todo-500 input").Check, 700},
		{"editing", page.Find("#todo-501").Button("Edit").Click, 1200},    // the field gets the focus, and loses its autofocus by a message of its own
		{"deleting", page.Find("#todo-502").Button("Delete").Click, 1300}, // so does the next button
		{"adding", func() { add(page, "One more") }, 1400},                // the field is cleared in two messages, for what is typed meanwhile
	} {
		step.act()
		bytes := 0
		for _, m := range page.TakeMessages() {
			bytes += m.Size()
			if n := strings.Count(m.HTML, "<li"); n > 1 {
				t.Errorf("%s sends %d items", step.what, n)
			}
		}
		if bytes == 0 || bytes > step.most {
			t.Errorf("%s sends %d bytes", step.what, bytes)
		}
	}
	page.Expect("#left", "999 left")
	if got := shown(page); len(got) != 999 || got[998] != "One more" {
		t.Errorf("%d texts are shown, the last is %q", len(got), got[len(got)-1])
	}
}

func TestALongListStaysRight(t *testing.T) {
	page := long(t)
	want := known(page)
	if got := shown(page); !slices.Equal(got, want) {
		t.Fatal("the page shows other todos than the view knows")
	}
	page.Find("#todo-1000").Button("Edit").Click()
	page.Find("#todo-1000").Field("Text").Type("The last")
	page.Find("#todo-1000").Button("Save").Click()
	page.Find("#todo-1").Button("Delete").Click()
	page.Find("#todo-2 input").Check()
	page.Expect("#left", "998 left")
	want[999] = "The last"
	expect(t, page, want[1:]...)
	page.Button("Clear completed").Click()
	expect(t, page, want[2:]...)
	page.Button("Mark all complete").Click()
	page.Expect("#left", "0 left")
	if n := page.Find("#todos input[type=checkbox]").Count(); n != 998 {
		t.Errorf("%d boxes", n)
	}
	page.Button("Clear completed").Click()
	page.ExpectNone("#todos li")
	add(page, "Milk")
	expect(t, page, "Milk")
}

func TestTheListHasALimit(t *testing.T) {
	page := long(t)
	page.Button("Add 1,000").Click()
	page.Expect("#left", "2000 left")
	const full = "The list has room for 2000 todos. Clear some first."
	page.Button("Add 1,000").Click()
	page.Expect("#problem", full)
	add(page, "One more")
	page.Expect("#problem", full)
	page.Find("#new-todo").ExpectValue("One more")
	page.Find("#todo-7").Button("Delete").Click()
	page.Expect("#problem", "")
	page.Find("#new-todo").Key("Enter")
	page.Expect("#left", "2000 left")
	page.Expect("#todos li:last-child span", "One more")
}
