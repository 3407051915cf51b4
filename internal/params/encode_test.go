package params_test

import (
	"math"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/sideband-go/sideband/internal/params"
)

// fields is a parameter with a field of each kind.
type fields struct {
	Text  string    `form:"text"`
	Texts []string  `form:"texts"`
	N     int64     `form:"n"`
	Float float64   `form:"float,omitempty"`
	Yes   bool      `form:"yes"`
	At    time.Time `form:"at"`
	own   string
}

// arrives sends a parameter as a binding does.
func arrives(t *testing.T, p any) any {
	t.Helper()
	u, err := url.Parse(string(params.Append([]byte("?event=E"), p)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := params.NewDecoder(reflect.TypeOf(p), "test")(params.Input{Query: u.Query()})
	if err != nil {
		t.Fatalf("%#v as %s: %v", p, u, err)
	}
	return got.Interface()
}

// FuzzBindings checks that what a binding writes is what its event gets.
func FuzzBindings(f *testing.F) {
	f.Add("", "x", int64(0), 0.0, false)
	f.Add("a&b=c#d", "\x00\xff +%", int64(math.MinInt64), 0.1, true)
	f.Add("ä\r\n", "value", int64(-7), math.SmallestNonzeroFloat64, true)
	f.Fuzz(func(t *testing.T, a, b string, n int64, x float64, yes bool) {
		at := time.Unix(n%1_000_000_000, 0).UTC()
		all := []any{a, n, int(n), int8(n), uint64(n), yes, at, struct{}{}}
		if !math.IsNaN(x) && !math.IsInf(x, 0) {
			all = append(all, x, fields{a, []string{b, a}, n, x, yes, at, ""})
		}
		for _, p := range all {
			if got := arrives(t, p); !reflect.DeepEqual(got, p) {
				t.Errorf("%#v becomes %#v", p, got)
			}
		}
	})
}

// What is not tagged is not sent.
func TestUnexportedFieldsStayHere(t *testing.T) {
	if got := string(params.Append([]byte("?event=E"), fields{own: "secret"})); got != "?event=E&at=0001-01-01T00%3A00%3A00Z&n=0&text=&yes=false" {
		t.Error(got)
	}
}
