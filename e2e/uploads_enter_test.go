package e2e_test

import (
	"testing"

	"github.com/sideband-go/sideband/internal/browser"
)

// Case 519: Enter in a caption saves: the buttons that cancel a file stand in front of the one that saves, and are not what Enter
// presses.
func TestEnterInACaptionSaves(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := browser.Open(t, "").Within(patience)
			p.Scripts(scripts)
			p.Goto(demo.at(t, "/uploads"))
			if scripts {
				live(t, p)
			}
			file := "enter " + name + ".txt"
			p.Upload("input[name=gallery]", fileOf(t, file, []byte("words")))
			if !scripts {
				p.Click("#gallery-form button")
			}
			p.WaitCount("#gallery-files input[name=caption]", 1)
			p.Fill("#gallery-files input[name=caption]", "A caption of "+name)
			p.Press("Enter")
			stored(p, file)
			p.WaitFor(`[...document.querySelectorAll("#stored li")].some(i => i.textContent.includes("A caption of ` + name + `"))`)

			// The button that cancels does so still.
			p.Upload("input[name=gallery]", fileOf(t, "no.txt", []byte("no")))
			if !scripts {
				p.Click("#gallery-form button")
			}
			p.WaitCount("#gallery-files li", 1)
			p.Click("#gallery-files button")
			p.WaitCount("#gallery-files li", 0)
		})
	}
}
