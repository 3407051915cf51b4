package snippets

import (
	"testing"

	"github.com/sideband-go/sideband/livetest"
)

func TestTheListIsSortedAndFiltered(t *testing.T) {
	p := livetest.Open(t, page(), "/")
	p.Button("Age").Click()
	p.Expect("#rows", "Grace 30 Ada 36 Alan 41")
	p.Field("Search").Fill("a")
	p.Field("Search").Fill("al")
	p.Expect("#rows", "Alan 41")
}
