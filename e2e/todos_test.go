package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// todos is the demo's page.
type todos struct{ *browser.Page }

func openTodos(t *testing.T) todos {
	t.Helper()
	p := browser.Open(t, demo.at(t, "/todos")).Within(patience)
	live(t, p)
	return todos{p}
}

// enter types into the field for the next todo, and waits until it is taken: what is typed
// before that is lost, since the field is then replaced.
func (p todos) enter(text string) {
	p.Fill("#new-todo", text)
	p.Press("Enter")
	p.WaitFor(`document.getElementById("new-todo").value === ""`)
}

// shows waits until the page has these todos and no others.
func (p todos) shows(texts ...string) {
	p.WaitFor(`[...document.querySelectorAll("#todos li span")].map(e => e.textContent).join("|") === ` + quote(strings.Join(texts, "|")))
}

func TestEnterAddsATodoAndKeepsTheFocus(t *testing.T) {
	t.Parallel()
	p := openTodos(t)
	p.Click("#new-todo")
	for i, text := range []string{"Milk", "Bread", "Eggs"} {
		// Key by key, without going to the field: the focus is there.
		for _, key := range text {
			p.Press(string(key))
		}
		p.Press("Enter")
		p.WaitText("#left", fmt.Sprintf("%d left", i+1))
		p.WaitFor(`document.activeElement.id === "new-todo" && document.activeElement.value === ""`)
	}
	p.shows("Milk", "Bread", "Eggs")
}

func TestMarkingAllCompleteReachesBoxesThatWereTouched(t *testing.T) {
	t.Parallel()
	p := openTodos(t)
	for _, text := range []string{"Milk", "Bread"} {
		p.enter(text)
	}
	p.Click("#todo-1-done")
	p.WaitText("#left", "1 left")
	p.Click("#todo-1-done")
	p.WaitText("#left", "2 left")
	p.ClickText("button", "Mark all complete")
	p.WaitText("#left", "0 left")
	p.WaitCount("#todos :checked", 2)
	p.Click("#todo-1-done")
	p.WaitText("#left", "1 left")
	p.WaitCount("#todos :checked", 1)
}

func TestTodosAreCheckedEditedAndDeleted(t *testing.T) {
	t.Parallel()
	p := openTodos(t)
	for _, text := range []string{"Milk", "Bread", "Eggs"} {
		p.enter(text)
	}
	p.shows("Milk", "Bread", "Eggs")
	mark(p.Page, "#todos li")

	p.Click("#todo-2-done")
	p.WaitText("#left", "2 left")
	p.Click("#todo-1 label span") // the label checks, too
	p.WaitText("#left", "1 left")
	p.Click("#todo-2-done")
	p.WaitText("#left", "2 left")

	p.Click("#todo-2-edit")
	p.WaitFor(`document.activeElement.id === "todo-2-text"`)
	p.Fill("#todo-2-text", "Rolls")
	p.Press("Enter")
	p.shows("Milk", "Rolls", "Eggs")
	p.WaitFor(`document.activeElement.id === "todo-2-edit"`)

	p.Click("#todo-3-edit")
	p.Fill("#todo-3-text", "Six eggs")
	p.ClickText("button", "Save")
	p.shows("Milk", "Rolls", "Six eggs")
	if n := marked(p.Page, "#todos li"); n != 3 {
		t.Errorf("%d of 3 items are the same elements", n)
	}

	p.Click("#todo-2>:last-child")
	p.shows("Milk", "Six eggs")
	p.WaitText("#left", "1 left")
	p.ClickText("button", "Mark all complete")
	p.WaitText("#left", "0 left")
	p.WaitFor(`[...document.querySelectorAll("#todos input")].every(e => e.checked)`)
	p.enter("Tea")
	p.WaitText("#left", "1 left")
	p.ClickText("button", "Clear completed")
	p.shows("Tea")
}

// The button that had the focus goes with its item.
func TestTheFocusAfterADeletionIsNextToIt(t *testing.T) {
	t.Parallel()
	p := openTodos(t)
	for _, text := range []string{"Milk", "Bread", "Eggs"} {
		p.enter(text)
	}
	p.shows("Milk", "Bread", "Eggs")
	focused := func(item string) {
		t.Helper()
		p.WaitFor(`document.activeElement.textContent === "Delete" && document.activeElement.closest("li").id === ` + quote(item))
	}
	p.Eval(`document.querySelector("#todo-2>:last-child").focus()`, nil)
	p.Press("Enter")
	p.shows("Milk", "Eggs")
	focused("todo-3")
	p.Press("Enter")
	p.shows("Milk")
	focused("todo-1")
	p.Press(" ")
	p.shows()
	p.WaitFor(`document.activeElement.textContent === "Add a todo"`)
	p.Press("Enter")
	p.WaitFor(`document.activeElement.id === "new-todo"`)
	p.Press("T")
	p.Press("Enter")
	p.shows("T")
	p.WaitCount("#none", 0)
}

// Enter and clicks come twice before the answer to the first does.
func TestADoubleClickAddsOneTodo(t *testing.T) {
	t.Parallel()
	p := openTodos(t)
	for _, text := range []string{"Milk", "Milk", "Bread"} {
		p.Fill("#new-todo", text)
		p.Eval(`document.querySelector("#new button").click(); document.querySelector("#new button").click()`, nil)
		p.WaitText("#left", "1 left")
		// What the second click brings may come after its answer, and empties the field once more; what this brings comes later.
		p.ClickText("button", "Mark all complete")
		p.WaitText("#left", "0 left")
		p.WaitFor(`document.getElementById("new-todo").value === ""`)
	}
	p.shows("Milk", "Milk", "Bread")
}

func TestCancellingGivesTheButtonTheFocus(t *testing.T) {
	t.Parallel()
	p := openTodos(t)
	p.enter("Milk")
	for range 2 {
		p.Click("#todo-1-edit")
		p.WaitFor(`document.activeElement.id === "todo-1-text" && document.activeElement.value === "Milk"`)
		p.Press("!")
		p.ClickText("button", "Cancel")
		p.WaitFor(`document.activeElement.id === "todo-1-edit"`)
		p.shows("Milk")
	}
}

// What is typed while the answer is on its way is not lost, nor what is edited.
func TestTypingGoesOnWhileTheListChanges(t *testing.T) {
	t.Parallel()
	p := openTodos(t)
	p.enter("Milk")
	p.enter("Bread")
	p.shows("Milk", "Bread")
	p.Click("#todo-1-edit")
	p.Fill("#todo-1-text", "Oat milk")
	p.Eval(`document.getElementById("todo-2-done").click()`, nil)
	p.WaitText("#left", "1 left")
	p.Press("!")
	if got := p.Value("#todo-1-text"); got != "Oat milk!" {
		t.Errorf("the field holds %q", got)
	}
	p.Press("Enter")
	p.shows("Oat milk!", "Bread")
}

func TestALongListChangesUntilItIsFull(t *testing.T) {
	t.Parallel()
	p := openTodos(t)
	p.enter("Milk")
	p.ClickText("button", "Add 1,000")
	p.WaitText("#left", "1001 left")
	p.WaitCount("#todos>li", 1001)
	mark(p.Page, "#todos>li")

	p.Click("#todo-500-done")
	p.WaitText("#left", "1000 left")
	p.Click("#todo-501-edit")
	p.Fill("#todo-501-text", "Changed")
	p.Press("Enter")
	p.WaitText("#todo-501 span", "Changed")
	p.Click("#todo-502>:last-child")
	p.WaitCount("#todos>li", 1000)
	p.WaitText("#left", "999 left")
	if same := marked(p.Page, "#todos>li"); same != 1000 {
		t.Errorf("%d of 1000 items are the same elements", same)
	}

	p.ClickText("button", "Add 1,000")
	p.WaitCount("#todos>li", 2000)
	var before, after float64
	below := `document.querySelector(".actions").getBoundingClientRect().top - document.querySelector("#new [role=group]").getBoundingClientRect().bottom`
	p.Eval(below, &before)
	if before > 30 {
		t.Errorf("there are %v pixels of nothing below the field", before)
	}
	p.Fill("#new-todo", "One more")
	p.Press("Enter")
	p.WaitText("#problem", "The list has room for 2000 todos. Clear some first.")
	if p.Eval(below, &after); after <= before {
		t.Error("the page has no room for what it says")
	}
	if got := p.Value("#new-todo"); got != "One more" {
		t.Errorf("the field holds %q", got)
	}
	p.Click("#todo-7>:last-child")
	p.WaitText("#problem", "")
	p.Click("#new-todo")
	p.Press("Enter")
	p.WaitText("#todos>li:last-child span", "One more")
}

// What is said for good stands in no one's way.
func TestWithoutScriptsThePageSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	p := browser.Open(t, "")
	p.Scripts(false)
	p.Viewport(390, 844)
	p.Goto(demo.at(t, "/todos"))
	p.WaitText("noscript p", "JavaScript is off, so this page is not live: it shows what there was when it was loaded.")
	p.WaitFor(`document.querySelector("noscript p").getBoundingClientRect().bottom <= document.querySelector("main").getBoundingClientRect().top`)
}
