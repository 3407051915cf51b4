package main

import (
	"fmt"
	"testing"
	"time"
)

// perform is what the picture shows: a counter beside todos, then a chat in both windows.
func perform(t testing.TB, dir, address string) []frame {
	s := newStage(t, dir, address)
	ann, ben := s.windows[0], s.windows[1]

	ann.open("/counter", 1)
	ben.open("/todos", 1)
	s.film(time.Second)
	for n := 1; n <= 3; n++ {
		ann.click("#sb-view button", fmt.Sprintf(`document.querySelector("#count").textContent === "Count: %d"`, n))
	}
	for n, text := range []string{"Buy milk", "Call Grace"} {
		ben.write("#new-todo", text)
		ben.click("#new button", fmt.Sprintf(`document.querySelectorAll("#todos li").length === %d`, n+1))
	}
	ben.click("#todos li input", `document.querySelector("#left").textContent === "1 left"`)
	s.film(time.Second)

	ann.open("/chat/lobby", 0.8)
	ben.open("/chat/lobby", 0.8)
	both := `document.querySelectorAll("#here li").length === 2`
	ann.WaitFor(both)
	ben.WaitFor(both)
	s.film(time.Second)
	lines := 0
	say := func(w, other *window, name, text string) {
		if name != "" {
			w.write("#name", name)
		}
		w.write("#text", text)
		lines++
		shown := fmt.Sprintf(`document.querySelectorAll("#messages li").length === %d`, lines)
		w.moveTo("#compose button")
		w.Click("#compose button")
		w.WaitFor(shown)
		other.WaitFor(shown)
		s.film(900 * time.Millisecond)
	}
	say(ann, ben, "Ann", "Hello from the left")
	say(ben, ann, "Ben", "Hello Ann!")
	say(ann, ben, "", "No reload, and no JavaScript to write.")
	s.film(2 * time.Second)
	return s.frames
}
