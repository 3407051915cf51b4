package components_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/a-h/templ"

	"github.com/sideband-go/sideband/cmd/demo/components"
	"github.com/sideband-go/sideband/livetest"
	"github.com/sideband-go/sideband/views"
)

// probe is a widget that counts how often it is rendered.
type probe struct{ Label string }

var renderings = map[string]int{}

func (p probe) Render() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		renderings[p.Label]++
		_, err := fmt.Fprintf(w, "<p id=%q>%s</p>", views.ID(ctx), p.Label)
		return err
	})
}

func TestComponentsWhoseFieldsAreEqualAreNotRenderedAgain(t *testing.T) {
	clear(renderings)
	page := livetest.Component(t, components.Page{}, components.Page{}.Render(),
		components.Chosen.To("Green"), components.Basket.To(components.Amounts{}), components.LastID.To(2),
		components.Widgets.To([]components.Widget{{ID: 1, Label: "One", Shows: probe{"One"}}, {ID: 2, Label: "Two", Shows: probe{"Two"}}}))
	for _, button := range []string{"Add a note", "Move One on", "Put Tea into the basket", "Move One back", "Remove Two"} {
		page.Button(button).Click()
	}
	if renderings["One"] != 1 || renderings["Two"] != 1 {
		t.Errorf("they were rendered %v times", renderings)
	}
}
