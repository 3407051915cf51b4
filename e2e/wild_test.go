package e2e_test

import (
	"slices"
	"testing"

	"github.com/sideband-go/sideband/e2e/fixture"
	"github.com/sideband-go/sideband/handlers"
	"github.com/sideband-go/sideband/internal/browser"
)

// Case 90, Case 91, Case 92, Case 93 and Case 94: what the browser, its user and their extensions have changed.
func TestAPageThatOthersChangeToo(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/wild?as=ann")
	live(t, p)
	p.Eval(`(() => {
		customElements.define("x-painter", class extends HTMLElement { connectedCallback() { this.textContent = "painted"; } });
		document.querySelector("#cells").insertAdjacentHTML("afterbegin", "<td>*</td>");
		document.querySelector("#said").insertAdjacentHTML("afterbegin", "<font>translated</font>");
		area.style.height = "222px";
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(".box{height:40px;overflow:auto}.box p{height:400px}");
		document.adoptedStyleSheets.push(sheet);
		for (const box of document.querySelectorAll(".box")) box.scrollTop = 100;
		return 0;
	})()`, nil)
	for _, shows := range []string{"b", "c"} {
		check(t, fixture.Turn(s.Visits.Ref("ann"), shows))
		p.WaitText("#shows", shows)
		var got struct {
			Cells, Said, Boxes []string
			Height, Class      string
			Painted            string
			Scrolled           []int
		}
		p.Eval(`({
			cells: [...document.querySelector("#cells").cells].map(c => c.textContent),
			said: [...document.querySelectorAll("#said b")].map(c => c.textContent),
			boxes: [...document.querySelectorAll(".box")].map(c => c.textContent),
			height: area.style.height, class: area.className,
			painted: document.querySelector("x-painter").textContent,
			scrolled: [...document.querySelectorAll(".box")].map(b => b.scrollTop),
		})`, &got)
		if !slices.Equal(got.Cells, []string{"Milk", "price " + shows, "litre"}) || !slices.Equal(got.Said, []string{"one", shows}) {
			t.Errorf("texts went astray: %q, %q", got.Cells, got.Said)
		}
		if got.Height != "222px" || got.Class != shows {
			t.Errorf("the textarea is %s high, of class %q", got.Height, got.Class)
		}
		if got.Painted != "painted" {
			t.Errorf("the custom element holds %q", got.Painted)
		}
		order := []string{"3", "2", "1", "3", "2", "1"}
		if shows == "c" {
			slices.Reverse(order)
		}
		if !slices.Equal(got.Boxes, order) {
			t.Errorf("the boxes are %q", got.Boxes)
		}
		if !slices.Equal(got.Scrolled, []int{100, 100, 100, 100, 100, 100}) {
			t.Errorf("the boxes are scrolled to %d", got.Scrolled)
		}
	}
}

// Case 95.
func TestAnElementWithSeveralEvents(t *testing.T) {
	t.Parallel()
	s := fixture.Serve(t, handlers.Config{})
	p := browser.Open(t, s.URL+"/wild?as=ann")
	live(t, p)
	p.Click(`[id="b:1"]`)
	p.WaitText("#heard", "clicked")
	p.Eval(`document.querySelector("button i").dispatchEvent(new MouseEvent("dblclick", {bubbles: true})), 0`, nil)
	p.WaitText("#heard", "doubled 5")
	p.Eval(`(b => { b.focus(); b.blur(); return 0; })(document.querySelector("button"))`, nil)
	p.WaitText("#heard", "left")
}
