package snippets

import (
	"testing"

	"github.com/sideband-go/sideband/livetest"
)

func TestEditInPlace(t *testing.T) {
	p := livetest.Open(t, page(), "/")
	p.Button("Milk").Click()
	p.Field("Text").Fill("Oat milk")
	p.Expect("#todos", "Oat milk Bread")
}
