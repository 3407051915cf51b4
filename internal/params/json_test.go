package params

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/fault"
)

type path struct {
	Name   string `json:"name"`
	Points []struct {
		X float64 `json:"x"`
		Y float64 `json:"y"`
	} `json:"points"`
	At    time.Time      `json:"at"`
	Tags  map[string]int `json:"tags"`
	Admin bool           `json:"-"`
	own   int
}

type both struct {
	X int    `form:"x" json:"x"`
	Y string `form:"y" json:"why"`
}

type formOnly struct {
	X     int  `form:"x"`
	Admin bool `form:"-"`
}

type raw struct{ text string }

func (r *raw) UnmarshalJSON(b []byte) error {
	if string(b) == `"panic"` {
		panic("on purpose")
	}
	r.text = string(b)
	return nil
}

// sent decodes what an element has sent as its value.
func sent[T any](t *testing.T, value string) (T, error) {
	t.Helper()
	v, err := NewDecoder(reflect.TypeFor[T](), "Page.Event")(Input{Fields: url.Values{ValueField: {value}, "x": {"9"}}})
	got, _ := v.Interface().(T)
	return got, err
}

// Case 389: an element's value is JSON for structs, lists and maps, a text for scalars; fields without a tag are not filled.
func TestValuesOfElements(t *testing.T) {
	p, err := sent[path](t, `{"name":"a","points":[{"x":1.5,"y":-2}],"at":"2026-11-29T10:00:00Z","tags":{"b":3},"Admin":true,"own":7,"unknown":[[]]}`)
	if err != nil || p.Name != "a" || len(p.Points) != 1 || p.Points[0].Y != -2 || p.At.Year() != 2026 || p.Tags["b"] != 3 || p.Admin || p.own != 0 {
		t.Errorf("a struct: %+v, %v", p, err)
	}
	if b, err := sent[both](t, `{"x":1,"why":"z"}`); err != nil || b != (both{1, "z"}) {
		t.Errorf("with both tags: %+v, %v", b, err)
	}
	if v, err := NewDecoder(reflect.TypeFor[both](), "")(Input{Fields: url.Values{"x": {"4"}, "y": {"f"}}}); err != nil || v.Interface() != (both{4, "f"}) {
		t.Errorf("by a form: %+v, %v", v, err)
	}
	if l, err := sent[[]string](t, `["a","b"]`); err != nil || len(l) != 2 {
		t.Errorf("a list: %v, %v", l, err)
	}
	if n, err := sent[int](t, `42`); err != nil || n != 42 {
		t.Errorf("a number: %v, %v", n, err)
	}
	if s, err := sent[string](t, `"a"`); err != nil || s != `"a"` {
		t.Errorf("a text: %v, %v", s, err)
	}
	if r, err := sent[[]raw](t, `[1,{"a":"]]]"}]`); err != nil || len(r) != 2 {
		t.Errorf("a type that reads JSON: %v, %v", r, err)
	}
}

func TestValuesOfElementsThatAreRefused(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, text := range []string{
		``, ` `, `null`, ` null `, `{`, `{}{}`, `[]`, `"a"`, `1`, `{"name":1}`, `{"points":{}}`, `{"points":[1]}`, `{"at":"never"}`,
		`{"tags":` + deep(10_000) + `}`, `{"unknown":` + deep(32) + `}`, deep(10_000), `{"points":[` + strings.Repeat(`{},`, 10_000) + `{}]}`,
		`{"name":"` + "\xff" + `"`, "undefined", "[object Object]", `{"name":` + strings.Repeat("9", 5000) + `}`,
	} {
		if p, err := sent[path](t, text); !errors.Is(err, fault.ErrParams) {
			t.Errorf("%.40q: %+v, %v", text, p, err)
		} else if len(err.Error()) > 400 {
			t.Errorf("%.40q: the error has %d bytes", text, len(err.Error()))
		}
	}
	if _, err := sent[path](t, `{"unknown":`+deep(31)+`,"name":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]"}`); err != nil {
		t.Errorf("as deep as may be: %v", err)
	}
	if _, err := sent[formOnly](t, `{"x":1,"Admin":true}`); !errors.Is(err, fault.ErrParams) {
		t.Errorf("a type that takes no JSON: %v", err)
	}
	if _, err := NewDecoder(reflect.TypeFor[path](), "")(Input{Fields: url.Values{"name": {"a"}}}); !errors.Is(err, fault.ErrParams) {
		t.Errorf("no value: %v", err)
	}
	if _, err := sent[[]raw](t, `["panic"]`); err == nil || errors.Is(err, fault.ErrParams) {
		t.Errorf("a type that panics: %v", err)
	}
}

// spot is checked by its tags.
type spot struct {
	Lat  float64 `json:"lat" validate:"min=-90,max=90"`
	Name string  `json:"name" validate:"max=5"`
}

func TestValuesOfElementsAreValidated(t *testing.T) {
	if p, err := sent[spot](t, `{"lat":89,"name":"north"}`); err != nil || p.Lat != 89 {
		t.Errorf("what is valid: %+v, %v", p, err)
	}
	for _, text := range []string{`{"lat":91,"name":""}`, `{"lat":1,"name":"northern"}`} {
		if _, err := sent[spot](t, text); !errors.Is(err, fault.ErrParams) || strings.Contains(err.Error(), "north") {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := sent[[]spot](t, `[{"lat":1},`+text+`]`); !errors.Is(err, fault.ErrParams) {
			t.Errorf("in a list, %s: %v", text, err)
		}
		if _, err := sent[map[string]spot](t, `{"a":`+text+`}`); !errors.Is(err, fault.ErrParams) {
			t.Errorf("in a map, %s: %v", text, err)
		}
	}
	type wrong struct {
		X int `json:"x" validate:"nonsense"`
	}
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "nonsense") {
			t.Errorf("a rule that there is not: %s", said)
		}
	}()
	NewDecoder(reflect.TypeFor[wrong](), "Page.Event")
}

// What a value of 1 MiB takes is bounded.
func TestMemoryOfValues(t *testing.T) {
	text := "[" + strings.Repeat("[],", 1<<20/3) + "[]]"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := sent[[]any](t, text)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; err == nil || n > 1<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestTypesThatTakeNoValues(t *testing.T) {
	for name, try := range map[string]func(){
		"a field without a tag": func() { NewDecoder(reflect.TypeFor[struct{ X int }](), "Page.Event") },
		"one in a list":         func() { NewDecoder(reflect.TypeFor[[]struct{ X int }](), "Page.Event") },
		"one in a field": func() {
			NewDecoder(reflect.TypeFor[struct {
				A struct{ X int } `json:"a"`
			}](), "Page.Event")
		},
		"half form, half JSON": func() {
			NewDecoder(reflect.TypeFor[struct {
				A int    `form:"a"`
				B []both `json:"b"`
			}](), "Page.Event")
		},
		"a function": func() {
			NewDecoder(reflect.TypeFor[struct {
				A func() `json:"a"`
			}](), "Page.Event")
		},
		"an interface":             func() { NewDecoder(reflect.TypeFor[[]error](), "Page.Event") },
		"a map by structs":         func() { NewDecoder(reflect.TypeFor[map[both]int](), "Page.Event") },
		"a pointer":                func() { NewDecoder(reflect.TypeFor[*both](), "Page.Event") },
		"an embedded one":          func() { NewDecoder(reflect.TypeFor[[]struct{ both }](), "Page.Event") },
		"a binding with a list":    func() { Append(nil, []string{"a"}) },
		"a binding with JSON only": func() { Append(nil, path{}) },
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.HasPrefix(p, "views: ") {
					t.Errorf("%s: %q", name, p)
				}
			}()
			try()
		}()
	}
	type tree struct {
		Children []any `json:"children"`
		Next     *path `json:"next"`
	}
	if _, err := sent[tree](t, `{"children":[1,"a",{}],"next":{"name":"a"}}`); err != nil {
		t.Error(err)
	}
}
