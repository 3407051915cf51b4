package query

import (
	"testing"
	"time"
)

type inner struct {
	when time.Time
	tags []string
}

type sample struct {
	N     int
	F     float64
	S     string
	At    time.Time
	Bytes []byte
	List  []inner
	Map   map[string]int
	Ptr   *inner
	Any   any
	Func  func()
	C     complex64
	U     uint8
	B     bool
	Array [2]int
}

func full(at time.Time) sample {
	return sample{
		N: 1, F: 0.5, S: "a", At: at, Bytes: []byte("x"), List: []inner{{at, []string{"t"}}}, Map: map[string]int{"a": 1, "b": 2},
		Ptr: &inner{at, nil}, Any: 7, C: 1i, U: 3, B: true, Array: [2]int{1, 2},
	}
}

// Values that show the same have the same digest, wherever they are in memory; others have another.
func TestDigests(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("here", 3600))
	same := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("here", 3600))
	a, b := full(at), full(same)
	if digestOf(&a) != digestOf(&b) {
		t.Error("equal values have different digests")
	}
	for name, change := range map[string]func(s *sample){
		"int":             func(s *sample) { s.N = 2 },
		"float":           func(s *sample) { s.F = 0.25 },
		"string":          func(s *sample) { s.S = "b" },
		"time":            func(s *sample) { s.At = at.Add(1) },
		"zone":            func(s *sample) { s.At = at.UTC() },
		"bytes":           func(s *sample) { s.Bytes = []byte("y") },
		"unexported time": func(s *sample) { s.List[0].when = at.Add(1) },
		"unexported text": func(s *sample) { s.List[0].tags[0] = "u" },
		"longer list":     func(s *sample) { s.List = append(s.List, inner{}) },
		"map value":       func(s *sample) { s.Map["a"] = 3 },
		"map keys":        func(s *sample) { s.Map = map[string]int{"a": 2, "b": 1} },
		"pointer":         func(s *sample) { s.Ptr = nil },
		"pointed to":      func(s *sample) { s.Ptr.tags = []string{""} },
		"type":            func(s *sample) { s.Any = int64(7) },
		"nothing":         func(s *sample) { s.Any = nil },
		"complex":         func(s *sample) { s.C = 2i },
		"uint":            func(s *sample) { s.U = 4 },
		"bool":            func(s *sample) { s.B = false },
		"array":           func(s *sample) { s.Array[1] = 3 },
	} {
		c := full(at)
		change(&c)
		if digestOf(&a) == digestOf(&c) {
			t.Errorf("%s: another value has the same digest", name)
		}
	}
	a.Func = func() {}
	if first := digestOf(&a); first == digestOf(&a) {
		t.Error("a value with a function has a digest")
	}
	type ring struct{ next *ring }
	r := ring{}
	r.next = &r
	if first := digestOf(&r); first == digestOf(&r) {
		t.Error("a ring has a digest")
	}
	// Two texts next to each other are not one.
	type pair struct{ A, B string }
	if digestOf(&pair{"ab", "c"}) == digestOf(&pair{"a", "bc"}) {
		t.Error("texts run into each other")
	}
	if p := (&pair{"a", "b"}); digestOf(p) != digestOf(&pair{"a", "b"}) {
		t.Error("pairs differ")
	}
}

// The longest part of a list that rises is found.
func TestAscending(t *testing.T) {
	for _, c := range []struct {
		list []int
		want int
	}{{nil, 0}, {[]int{5}, 1}, {[]int{0, 1, 2}, 3}, {[]int{2, 1, 0}, 1}, {[]int{1, 2, 3, 0}, 3}, {[]int{3, 0, 1, 2}, 3}, {[]int{4, 0, 5, 1, 6, 2}, 3}} {
		got := ascending(c.list)
		if len(got) != c.want {
			t.Errorf("%v of %v", got, c.list)
		}
		for i := 1; i < len(got); i++ {
			if got[i] <= got[i-1] {
				t.Errorf("%v of %v", got, c.list)
			}
		}
	}
}
