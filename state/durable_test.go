package state_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/sideband-go/sideband/state"
)

type inner struct {
	Lines []string
	Next  *inner
}

type lossy struct {
	Name   string
	secret int
}

type tagged struct {
	Name   string
	secret int `json:"-"`
}

type gobbed struct{ n int }

func (g gobbed) GobEncode() ([]byte, error)   { return []byte{byte(g.n)}, nil }
func (g *gobbed) GobDecode(data []byte) error { g.n = int(data[0]); return nil }

// Case 321.
func TestWhatCanBeDurable(t *testing.T) {
	made := func(make func()) (panicked string) {
		defer func() {
			if p := recover(); p != nil {
				panicked = fmt.Sprint(p)
			}
		}()
		make()
		return ""
	}
	for name, make := range map[string]func(){
		"int":        func() { state.NewKey[int]("k").Durable() },
		"struct":     func() { state.NewKey[inner]("k").Durable() },
		"map":        func() { state.NewKey[map[int][]inner]("k").Durable() },
		"time":       func() { state.NewKey[time.Time]("k").Durable() },
		"pointer":    func() { state.NewKey[*inner]("k").Durable() },
		"big":        func() { state.NewKey[*big.Int]("k").Durable() },
		"gob":        func() { state.NewKey[gobbed]("k").Durable() },
		"json:\"-\"": func() { state.NewKey[tagged]("k").Durable() },
	} {
		if p := made(make); p != "" {
			t.Errorf("%s: %s", name, p)
		}
	}
	for want, make := range map[string]func(){
		`"k" can't be durable: func() is a func`:      func() { state.NewKey[func()]("k").Durable() },
		`state_test.lossy.secret is not exported`:     func() { state.NewKey[lossy]("k").Durable() },
		`[]state_test.lossy[].secret is not exported`: func() { state.NewKey[[]lossy]("k").Durable() },
		`map[string]interface {}[] is an interface`:   func() { state.NewKey[map[string]any]("k").Durable() },
		`is a map whose keys are float64`:             func() { state.NewKey[map[float64]int]("k").Durable() },
		`struct { C chan int }.C is a chan`:           func() { state.NewKey[struct{ C chan int }]("k").Durable() },
		`"k" is temporary, so it can't be durable`:    func() { state.NewKey[int]("k").Temporary(0).Durable() },
	} {
		if p := made(make); !strings.Contains(p, want) {
			t.Errorf("the panic is %q, want %q", p, want)
		}
	}
	_, _ = lossy{}.secret, tagged{}.secret
}
