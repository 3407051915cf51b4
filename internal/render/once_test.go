package render_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/viewtest"
	"github.com/sideband-go/sideband/internal/viewtest/shop"
	"github.com/sideband-go/sideband/views"
)

func TestWhatIsWrittenOnceStaysInItsRegion(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	doc := document(t, in.Page())
	for i := range 3 {
		in.Set(func(s *views.Socket) { shop.User.Set(s, shop.Person{Name: fmt.Sprint("name ", i)}) })
		if err := doc.Apply(in.Patch()); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(shown(doc), `id="once"`); n != 1 {
			t.Errorf("after %d changes it is there %d times: %s", i+1, n, shown(doc))
		}
	}
}

// A region that is rendered again and again keeps nothing of its former renderings.
func TestRegionsDoNotGrow(t *testing.T) {
	in := viewtest.New(t, viewtest.Define(shop.Page{}))
	in.Page()
	change := func(n int) {
		for i := range n {
			in.Set(func(s *views.Socket) { shop.User.Set(s, shop.Person{Name: fmt.Sprint("name ", i)}) })
			in.Patch()
		}
	}
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	change(100)
	before := heap()
	change(20_000)
	if grown := heap() - before; grown > 500_000 {
		t.Errorf("20,000 renderings have left %d bytes", grown)
	}
	runtime.KeepAlive(in)
}
