package e2e_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sideband-go/sideband/e2e/cut"
	"github.com/sideband-go/sideband/internal/browser"
)

var rooms atomic.Int64

// newRoom is a room of the chat that no other test enters.
func newRoom() string { return fmt.Sprint("/chat/room-", rooms.Add(1)) }

func enter(t *testing.T, address, name string) *browser.Page {
	t.Helper()
	p := browser.Open(t, address).Within(patience)
	live(t, p)
	call(p, name)
	return p
}

func call(p *browser.Page, name string) {
	if name == "" {
		return
	}
	p.Fill("#name", name)
	p.Press("Enter")
	p.WaitFor(`[...document.querySelectorAll("#here li")].some(e => e.textContent === ` + quote(name) + `)`)
}

// say sends a message as who is at the keyboard does, and waits for it.
func say(p *browser.Page, text string) {
	p.Fill("[name=text]", text)
	p.Press("Enter")
	heard(p, text)
}

// sayMany sends messages one after the other, as a script does, and waits for each.
func sayMany(p *browser.Page, texts ...string) {
	for some := range slices.Chunk(texts, 10) {
		p.Eval(`(async () => {
			for (const text of `+quote(some)+`) {
				const field = document.querySelector("[name=text]");
				field.value = text;
				field.form.requestSubmit();
				while (document.querySelector("#messages>li:last-child>span")?.textContent !== text || document.querySelector("[name=text]").value) {
					await new Promise(done => setTimeout(done, 10));
				}
			}
		})()`, nil)
	}
}

func numbered(what string, n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprint(what, " ", i))
	}
	return texts
}

// heard waits for a message to be the last.
func heard(p *browser.Page, text string) {
	p.WaitFor(`document.querySelector("#messages>li:last-child>span")?.textContent === ` + quote(text))
}

func said(p *browser.Page) (texts []string) {
	p.Eval(`[...document.querySelectorAll("#messages>li>span")].map(e => e.textContent)`, &texts)
	return texts
}

func waitHere(p *browser.Page, names ...string) {
	slices.Sort(names)
	p.WaitFor(`[...document.querySelectorAll("#here li")].map(e => e.textContent).sort().join() === ` + quote(strings.Join(names, ",")))
}

// talk is where what is said is seen: how far its lower edge is below the last message, as
// soon as there are more than it has room for, and where a message stands in it.
const talk = `(() => {
	const box = document.querySelector(".talk").getBoundingClientRect();
	const last = document.querySelector("#messages>li:last-child").getBoundingClientRect();
	const full = document.querySelector("#messages").getBoundingClientRect().height > box.height;
	return {below: full ? box.bottom - last.bottom : Math.min(box.bottom - last.bottom, 0), at: id => document.getElementById(id).getBoundingClientRect().top - box.top};
})()`

// newestIsSeen fails the test if the last message is not in view.
func newestIsSeen(t *testing.T, p *browser.Page) {
	t.Helper()
	var below float64
	if p.Eval(talk+".below", &below); below < 0 || below > 40 {
		t.Errorf("the last message is %v pixels above the edge", below)
	}
}

func TestAllInARoomSeeWhatIsSaid(t *testing.T) {
	t.Parallel()
	address := demo.at(t, newRoom())
	ann, bob := enter(t, address, "Ann"), enter(t, address, "Bob <b>")
	stay(ann)
	first := numbered("first", 46) // the room keeps 50
	sayMany(ann, first...)
	heard(bob, "first 45")
	newestIsSeen(t, bob)
	want := first[2:]
	for i := range 3 {
		question, answer := fmt.Sprint("q", i), fmt.Sprint("<i>a</i>", i)
		want = append(want, question, answer)
		say(ann, question)
		heard(bob, question)
		say(bob, answer)
		heard(ann, answer)
		newestIsSeen(t, ann)
		newestIsSeen(t, bob)
	}
	cid := enter(t, address, "")
	for _, p := range []*browser.Page{ann, bob, cid} {
		if got := said(p); !slices.Equal(got, want) {
			t.Errorf("said was %q", got)
		}
	}
	newestIsSeen(t, cid)
	if got := ann.Text("#messages>li:last-child>b"); got != "Bob <b>" {
		t.Errorf("the last message is from %q", got)
	}
	stayed(t, ann)
}

func TestSendingClearsTheFieldAndKeepsTheFocus(t *testing.T) {
	t.Parallel()
	p := enter(t, demo.at(t, newRoom()), "Ann")
	for i, send := range []func(){
		func() { p.Press("Enter") },
		func() { p.ClickText("button", "Send") },
		func() { p.Press("Enter") },
	} {
		p.Fill("[name=text]", strconv.Itoa(i))
		send()
		heard(p, strconv.Itoa(i))
		p.WaitFor(`document.activeElement.name === "text" && document.activeElement.value === ""`)
	}
	if got := said(p); len(got) != 3 {
		t.Errorf("said was %q", got)
	}
	// Nothing is sent for nothing.
	p.Press("Enter")
	p.Fill("[name=text]", "last")
	p.Press("Enter")
	heard(p, "last")
	if got := said(p); len(got) != 4 {
		t.Errorf("said was %q", got)
	}
}

func TestWhatOthersSayDisturbsNobody(t *testing.T) {
	t.Parallel()
	address := demo.at(t, newRoom())
	ann, bob := enter(t, address, ""), enter(t, address, "Bob")
	sayMany(bob, numbered("message", 40)...)
	heard(ann, "message 39")

	// Ann reads what was said before, and has begun to write.
	ann.Fill("[name=text]", "half a sent")
	ann.Eval(`document.querySelector(".talk").scrollTop = -500; document.activeElement.setSelectionRange(3, 5)`, nil)
	var middle string
	ann.Eval(`[...document.querySelectorAll("#messages>li")].at(-20).id`, &middle)
	where := talk + ".at(" + quote(middle) + ")"
	var before, after float64
	ann.Eval(where, &before)
	sayMany(bob, numbered("another", 15)...) // the first messages go meanwhile
	heard(ann, "another 14")
	ann.Eval(`new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))`, nil)
	if ann.Eval(where, &after); before != after {
		t.Errorf("what Ann reads has moved from %v to %v", before, after)
	}
	var typed string
	ann.Eval(`(e => [e.name, e.value, e.selectionStart, e.selectionEnd].join())(document.activeElement)`, &typed)
	if typed != "text,half a sent,3,5" {
		t.Errorf("Ann's field is %q", typed)
	}
	if n := ann.Count("#messages>li"); n != 50 {
		t.Errorf("%d messages are shown", n)
	}
}

func TestWhoIsHere(t *testing.T) {
	t.Parallel()
	address := demo.at(t, newRoom())
	ann := enter(t, address, "")
	waitHere(ann, "Guest")
	bob := enter(t, address, "")
	waitHere(ann, "Guest", "Guest")
	ann.WaitText("#news", "Guest has joined.")
	call(bob, "Bob")
	waitHere(ann, "Guest", "Bob")
	ann.WaitText("#news", "Guest is now called Bob.")

	tab := bob.NewTab(address).Within(patience)
	live(t, tab)
	tab.WaitFor(`document.getElementById("name").value === "Bob"`)
	waitHere(ann, "Guest", "Bob")
	call(tab, "Bill")
	waitHere(ann, "Guest", "Bob", "Bill")
	call(tab, "Bob")
	waitHere(ann, "Guest", "Bob")
	tab.Close()
	bob.Close()
	waitHere(ann, "Guest")
	ann.WaitText("#news", "Bob has left.")
	ann.WaitText("#here-title", "1 here")
}

// Case 49.
func TestNothingSaidIsLost(t *testing.T) {
	t.Parallel()
	net := demo.through(t)
	room := newRoom()
	bob := enter(t, demo.at(t, room), "Bob")
	ann := browser.Open(t, net.URL()+room).Within(patience)
	ann.AllowErrors(lost...)
	live(t, ann)
	stay(ann)
	var want []string
	several := func() {
		for range 3 {
			want = append(want, fmt.Sprint("message ", len(want)))
			say(bob, want[len(want)-1])
		}
	}
	several()
	tab := ann.NewTab("about:blank")
	several()
	until(t, "the hidden page's stream is closed", func() bool { return net.Open(cut.Any) == 0 })
	several()
	ann.Front()
	heard(ann, want[len(want)-1])
	live(t, ann)
	for range 3 {
		net.Cut(cut.Streams)
		several()
		heard(ann, want[len(want)-1])
		live(t, ann)
	}
	if got := said(ann); !slices.Equal(got, want) {
		t.Errorf("Ann has seen %q", got)
	}
	newestIsSeen(t, ann)
	stayed(t, ann)
	tab.Close()
}

// Case 113.
func TestAMarkedMessageStaysMarked(t *testing.T) {
	t.Parallel()
	net := demo.through(t)
	room := newRoom()
	bob := enter(t, demo.at(t, room), "Bob")
	ann := browser.Open(t, net.URL()+room).Within(patience)
	ann.AllowErrors(lost...)
	live(t, ann)
	stay(ann)
	say(bob, "to be marked")
	heard(ann, "to be marked")
	const first, marked = "#messages>li:first-child>.star", `document.querySelector("#messages>li:first-child>.star[aria-pressed=true]")`
	ann.Eval(`document.star = document.querySelector("`+first+`"); 0`, nil)
	ann.Click(first)
	ann.WaitFor(marked + ` === document.star`)
	say(bob, "while it is marked")
	heard(ann, "while it is marked")
	net.Cut(cut.Streams)
	say(bob, "while it was cut")
	heard(ann, "while it was cut")
	live(t, ann)
	ann.WaitFor(marked + ` === document.star && document.activeElement === document.star`)
	ann.Click(first)
	ann.WaitFor(`document.star.ariaPressed === "false" && document.star.isConnected`)
	stayed(t, ann)
}
