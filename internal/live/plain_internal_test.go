package live

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// loud is a value whose methods must not be called.
type loud struct{ Secret string }

func (loud) String() string { panic("String is called") }

type loudNumber int

func (loudNumber) String() string { panic("String is called") }

func TestPlainText(t *testing.T) {
	type inner struct {
		N    int
		list []string
	}
	type value struct {
		Name  string
		In    inner
		At    time.Time
		at    time.Time
		For   time.Duration
		P     *int
		M     map[string]int
		E     error
		Loud  loud
		Count loudNumber
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	nested := []any{}
	nested = append(nested, nested)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	type deep struct{ Next []deep }
	d := deep{}
	for range 100 {
		d = deep{[]deep{d}}
	}
	for what, c := range map[string]struct {
		value any
		want  string
	}{
		"nothing":     {nil, "nil"},
		"a text":      {"<b>", "<b>"},
		"a number":    {-1.5, "-1.5"},
		"a truth":     {true, "true"},
		"a list":      {[]int{1, 2}, "[1 2]"},
		"an array":    {[2]uint8{1, 2}, "[1 2]"},
		"a pointer":   {&value{}, "*live.value"},
		"a map":       {map[string]int{"a": 1}, "map[string]int"},
		"an error":    {errors.New("no"), "*errors.errorString"},
		"interfaces":  {nested, "[interface {}]"},
		"a context":   {ctx, "*context.cancelCtx"},
		"a function":  {func() {}, "func()"},
		"what speaks": {loud{"x"}, "live.loud"},
		"a struct": {
			value{Name: "a", In: inner{1, []string{"b"}}, At: at, at: at, For: time.Second, Loud: loud{"x"}, Count: 3},
			"{Name:a In:{N:1 list:[b]} At:2026-01-02T03:04:05Z at:time.Time For:1s P:*int M:map[string]int E:error Loud:live.loud Count:3}",
		},
	} {
		if got := plainText(c.value); got != c.want {
			t.Errorf("%s: %q and not %q", what, got, c.want)
		}
	}
	for what, value := range map[string]any{"text": strings.Repeat("ü", 1<<20), "list": make([]int, 1<<20), "texts": make([]struct{}, 1<<20), "depth": d} {
		if got := plainText(value); len(got) > maxShownValue+len("…") {
			t.Errorf("a long %s has %d bytes", what, len(got))
		}
	}
}

// What a key refers to may be changed while it is shown.
func TestPlainTextOfWhatChanges(t *testing.T) {
	m := map[int]int{}
	value := struct{ M map[int]int }{m}
	over := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for i := 0; ; i++ {
			select {
			case <-over:
				return
			default:
				m[i%100] = i
			}
		}
	}()
	for range 10_000 {
		if got := plainText(value); got != "{M:map[int]int}" {
			t.Errorf("it is %s", got)
			break
		}
	}
	close(over)
	<-ended
}
