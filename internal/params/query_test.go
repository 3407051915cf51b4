package params_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/params"
)

// two is a parameter whose names are short enough for random queries.
type two struct {
	A string   `form:"a"`
	B []string `form:"b"`
}

func TestAQueryIsOnePieceOfMemory(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { params.ParseQuery("event=Add&value=1&to=a.b") }); n != 1 {
		t.Errorf("%v objects", n)
	}
}

// FuzzQuery checks that a query is read as net/url reads it.
func FuzzQuery(f *testing.F) {
	for _, text := range []string{"", "a", "a=1&b=2&b=3", "a=1;b=2&b=%3B", "%zz=1&a=%zz&b=x", "&&=&a==&b=+%20", "%61=1&a=2", strings.Repeat("&", 9_999) + "a=1", strings.Repeat("&", 10_000) + "a=1"} {
		f.Add(text)
	}
	decode := params.NewDecoder(reflect.TypeFor[two](), "test")
	f.Fuzz(func(t *testing.T, text string) {
		want, _ := url.ParseQuery(text)
		got := params.ParseQuery(text)
		for name := range want {
			if !got.Has(name) || got.Get(name) != want.Get(name) {
				t.Errorf("%q has %q, not %q", name, got.Get(name), want.Get(name))
			}
		}
		n := 0
		for _, values := range want {
			n += len(values)
		}
		if len(got) != n || got.Has("none") != want.Has("none") {
			t.Errorf("%d parameters, not %d", len(got), n)
		}
		a, err := decode(params.Input{Query: &got})
		b, err2 := decode(params.Input{Query: want})
		if (err != nil) != (err2 != nil) || err == nil && !reflect.DeepEqual(a.Interface(), b.Interface()) {
			t.Errorf("%v %v, not %v %v", a, err, b, err2)
		}
		want.Del("a")
		if got.Del("a"); got.Has("a") || got.Get("b") != want.Get("b") {
			t.Error("Del")
		}
	})
}
