package todos_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/cmd/demo/site"
	"github.com/sideband-go/sideband/cmd/demo/todos"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/livetest"
)

func open(t *testing.T) *livetest.Page {
	t.Helper()
	kit := handlers.New(site.Config(handlers.Config{Logger: slog.New(slog.DiscardHandler)}))
	page := livetest.Open(t, site.Routes(kit, nil), "/todos")
	page.TakeMessages()
	return page
}

// with opens a list with these todos.
func with(t *testing.T, texts ...string) *livetest.Page {
	t.Helper()
	page := open(t)
	for _, text := range texts {
		add(page, text)
	}
	page.TakeMessages()
	return page
}

func add(page *livetest.Page, text string) {
	page.Find("#new-todo").Type(text)
	page.Find("#new-todo").Key("Enter")
}

// shown are the texts in the order of the page.
func shown(page *livetest.Page) []string { return page.Find("#todos li span").Texts() }

// known are the texts that the view knows.
func known(page *livetest.Page) (texts []string) {
	for _, t := range todos.Todos.Get(page.Context()) {
		texts = append(texts, t.Text)
	}
	return texts
}

func expect(t *testing.T, page *livetest.Page, want ...string) {
	t.Helper()
	if got := shown(page); !slices.Equal(got, want) {
		t.Errorf("the page shows %q, want %q", got, want)
	}
	if got := known(page); !slices.Equal(got, want) {
		t.Errorf("the view knows %q, want %q", got, want)
	}
}

func TestEnterAddsAndClearsTheField(t *testing.T) {
	page := open(t)
	page.Expect("#left", "0 left")
	for i, text := range []string{"Milk", "Bread", "Milk"} {
		add(page, text)
		page.Field("New todo").ExpectValue("")
		if focused := page.Focused(); !strings.Contains(focused, "new-todo") {
			t.Errorf("the focus is on %s", focused)
		}
		page.Expect("#left", fmt.Sprintf("%d left", i+1))
	}
	page.Field("New todo").Type("Eggs")
	page.Button("Add").Click()
	expect(t, page, "Milk", "Bread", "Milk", "Eggs")
}

func TestCheckingCountsWhatIsLeft(t *testing.T) {
	page := with(t, "Milk", "Bread", "Eggs")
	page.Find("li", "Bread").Find("input").Check()
	page.Expect("#left", "2 left")
	page.Find("li", "Milk").Find("input").Check()
	page.Expect("#left", "1 left")
	page.Find("li", "Bread").Find("input").Uncheck()
	page.Expect("#left", "2 left")
	if !page.Find("li", "Milk").Find("input").Checked() || page.Find("li", "Bread").Find("input").Checked() {
		t.Error("other todos are checked")
	}
}

func TestMarkAllComplete(t *testing.T) {
	page := with(t, "Milk", "Bread", "Eggs")
	page.Find("li", "Bread").Find("input").Check()
	page.Button("Mark all complete").Click()
	page.Expect("#left", "0 left")
	for _, text := range shown(page) {
		if !page.Find("li", text).Find("input").Checked() {
			t.Errorf("%s is not done", text)
		}
	}
	add(page, "Tea")
	page.Expect("#left", "1 left")
	page.Button("Clear completed").Click()
	expect(t, page, "Tea")
}

func TestEditing(t *testing.T) {
	page := with(t, "Milk", "Bread")
	milk, bread := page.Find("#todo-1"), page.Find("#todo-2")
	milk.Button("Edit").Click()
	bread.Button("Edit").Click()
	milk.Field("Text").ExpectValue("Milk")
	milk.Field("Text").Type("Oat milk")
	milk.Field("Text").Key("Enter")
	expect1 := func(item livetest.Element, want string) {
		t.Helper()
		item.Find("span").Expect(want)
		item.Field("Text").ExpectNone()
	}
	expect1(milk, "Oat milk")
	bread.Field("Text").Type("Rolls")
	bread.Button("Save").Click()
	expect1(bread, "Rolls")
	expect(t, page, "Oat milk", "Rolls")
}

// The page changes a todo while it is edited: what is being typed stays.
func TestEditingGoesOnWhileTheListChanges(t *testing.T) {
	page := with(t, "Milk", "Bread")
	page.Find("li", "Milk").Button("Edit").Click()
	page.Find("#todo-1").Field("Text").Type("Oat milk")
	page.Button("Mark all complete").Click()
	page.Find("li", "Bread").Button("Delete").Click()
	page.Find("#todo-1").Field("Text").ExpectValue("Oat milk")
	page.Find("#todo-1").Button("Save").Click()
	expect(t, page, "Oat milk")
	page.Expect("#left", "0 left")
}

func TestATodoKeepsATextThatIsFit(t *testing.T) {
	page := with(t, "Milk")
	milk := page.Find("#todo-1")
	for _, text := range []string{"", " \n"} {
		milk.Button("Edit").Click()
		if status, answer := page.Forge(milk.Find("form").Attr("hx-post"), url.Values{"text": {text}}); status != http.StatusNoContent {
			t.Errorf("saving %q: %d %s", text, status, answer)
		}
		expect(t, page, "Milk")
		milk.Find("form").ExpectNone()
	}
	milk.Button("Edit").Click()
	page.Forge(milk.Find("form").Attr("hx-post"), url.Values{"text": {strings.Repeat("ä", 201)}})
	milk.Find("[role=alert]").Expect("A todo has 200 letters at most. The rest has been cut off.")
	if milk.Field("Text").Attr("aria-describedby") != milk.Find("[role=alert]").Attr("id") {
		t.Error("the field does not say where the problem is told")
	}
	if got := known(page); !slices.Equal(got, []string{"Milk"}) {
		t.Errorf("the view knows %.20q", got)
	}
	milk.Field("Text").Type(strings.Repeat("ä", 200))
	milk.Button("Save").Click()
	expect(t, page, strings.Repeat("ä", 200))
}

func TestCancellingLeavesATodoAsItWas(t *testing.T) {
	page := with(t, "Milk")
	milk := page.Find("#todo-1")
	for range 2 {
		milk.Button("Edit").Click()
		milk.Field("Text").ExpectValue("Milk")
		milk.Field("Text").Type("Oat milk")
		milk.Button("Cancel").Click()
		milk.Find("form").ExpectNone()
		expect(t, page, "Milk")
		if focused := page.Focused(); !strings.Contains(focused, "todo-1-edit") {
			t.Errorf("the focus is on %s", focused)
		}
	}
}

func TestWhatCannotBeTakenIsSaid(t *testing.T) {
	page := open(t)
	add(page, "   ")
	page.Expect("#problem", "A todo needs a text.")
	if page.Field("New todo").Attr("aria-describedby") != "problem" {
		t.Error("the field does not say where the problem is told")
	}
	add(page, "Milk")
	page.Expect("#problem", "")
	page.Field("New todo").ExpectValue("")
	page.Forge(page.Find("#new").Attr("hx-post"), url.Values{"text": {strings.Repeat("x", 201)}})
	page.Expect("#problem", "A todo has 200 letters at most. The rest has been cut off.")
	if got := page.Field("New todo").Attr("value"); got != strings.Repeat("x", 200) {
		t.Errorf("the field holds %q", got)
	}
	expect(t, page, "Milk")
}

// Enter is pressed twice, or the button clicked, before the page shows that it was taken.
func TestASecondClickOnTheSameAddsNothing(t *testing.T) {
	page := open(t)
	post := page.Find("#new").Attr("hx-post")
	send := func(number, text string) {
		t.Helper()
		if status, answer := page.Forge(post, url.Values{"number": {number}, "text": {text}}); status != http.StatusNoContent {
			t.Fatalf("%s, number %s: %d %s", text, number, status, answer)
		}
	}
	send("0", "Milk")
	send("0", "Milk")
	expect(t, page, "Milk")
	send("0", "Bread") // another text, before the answer
	send("0", "Milk")
	expect(t, page, "Milk", "Bread", "Milk")
	page.Find("#number").ExpectValue("3")
	page.Find("#new-todo").Type("Milk") // the same once more
	page.Button("Add").Click()
	page.Button("Add").Click() // the field is empty
	expect(t, page, "Milk", "Bread", "Milk", "Milk")
	page.Expect("#problem", "")
}

func TestDeleting(t *testing.T) {
	page := with(t, "Milk", "Bread", "Eggs")
	page.Find("li", "Bread").Button("Delete").Click()
	messages := page.TakeMessages()
	got := messages[0].HTML
	if want := `<hx-partial id="todo-2" hx-swap="delete"></hx-partial>`; !strings.Contains(got, want) || strings.Contains(got, "todo-1") {
		t.Errorf("got %s, want %s in it", got, want)
	}
	if len(messages) != 2 || strings.Contains(messages[1].HTML, "autofocus") { // the next button has got the focus
		t.Errorf("then %d messages: %v", len(messages), messages)
	}
	expect(t, page, "Milk", "Eggs")
	page.Expect("#left", "2 left")
}

// The button that had the focus goes with its item.
func TestTheFocusGoesToTheNextItem(t *testing.T) {
	page := with(t, "Milk", "Bread", "Eggs", "Tea")
	focused := func() string { return page.Focused() }
	for _, step := range []struct{ remove, next string }{{"Bread", "Eggs"}, {"Eggs", "Tea"}, {"Tea", "Milk"}} {
		page.Find("li", step.remove).Button("Delete").Click()
		id := page.Find("li", step.next).Button("Delete").Attr("id")
		if got := focused(); !strings.Contains(got, `id="`+id+`"`) {
			t.Errorf("after %s the focus is on %s, not on %s", step.remove, got, id)
		}
	}
	page.Field("New todo").Type("Half")
	page.Find("li", "Milk").Button("Delete").Click()
	page.Expect("#none", "Nothing to do. Add a todo")
	if got := focused(); !strings.Contains(got, "#new-todo") {
		t.Errorf("after the last the focus is on %s", got)
	}
	page.Field("New todo").ExpectValue("Half")
	add(page, "Rolls")
	page.ExpectNone("#none")
}

func TestWhatTurnsATextRoundIsLeftOut(t *testing.T) {
	page := with(t, "live \u202eevil")
	expect(t, page, "live evil")
}

// A second click may be on its way when the item goes: nothing comes of it.
func TestAnItemThatIsGoneStaysGone(t *testing.T) {
	page := with(t, "Milk", "Bread")
	milk := page.Find("li", "Milk")
	deletion, toggle := milk.Button("Delete").Attr("hx-post"), milk.Find("input").Attr("hx-post")
	milk.Button("Delete").Click()
	for _, post := range []string{deletion, toggle} {
		if status, text := page.Forge(post, nil); status != http.StatusNoContent {
			t.Errorf("%s: %d %s", post, status, text)
		}
	}
	if got := page.Notice(); got != "" {
		t.Errorf("the page says %q", got)
	}
	expect(t, page, "Bread")
}

func TestNoBrowserSendsWhatItemsSend(t *testing.T) {
	page := with(t, "Milk")
	for _, event := range []string{"renamed", "Renamed", "toggled", "deleted", "Deleted", "Mount"} {
		if status, text := page.Forge("?event="+event+"&value=1", nil); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", event, status, text)
		}
	}
	expect(t, page, "Milk")
}

func TestTextsAreShownAsTheyAre(t *testing.T) {
	text := `<b>"Milk" & 'Bread'</b> {{ . }} <!-- -->`
	page := with(t, text)
	expect(t, page, text)
	page.Find("#todo-1").Button("Edit").Click()
	page.Find("#todo-1").Field("Text").ExpectValue(text)
}

func TestEachTabHasAListOfItsOwn(t *testing.T) {
	page := with(t, "Milk")
	other := page.NewTab("/todos")
	other.Expect("#left", "0 left")
	add(other, "Bread")
	expect(t, page, "Milk")
	expect(t, other, "Bread")
}
