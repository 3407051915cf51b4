package patch_test

import (
	"testing"

	"github.com/sideband-go/sideband/patch"
)

func TestAnIDThatIsUsedTwiceNamesItsElements(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{`<dialog id="new"></dialog><form id="new"></form>`, "the id new is used twice, by <dialog> and <form>"},
		{`<dialog id="new"><form id="new"></form></dialog>`, "the id new is used twice, by <dialog> and <form>"},
		{`<div id="a"><x-chart id="new">y</x-chart></div><div id="b"><P id="new">y</p></div>`, "the id new is used twice, by <x-chart> and <P>"},
	} {
		r, err := patch.Scan([]byte(c[0]), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if w := r.Warnings(); len(w) != 1 || w[0].Why != c[1] {
			t.Errorf("%s: %+v, not %s", c[0], w, c[1])
		}
	}
}
