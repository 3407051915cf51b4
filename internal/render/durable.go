package render

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/sideband-go/sideband/internal/scope"
)

// DurableValue is the value of a durable key as it is stored.
type DurableValue struct {
	Component string // its address; "" of the page
	Key       string
	Data      []byte
}

// errDurable says that stored state can't be read.
var errDurable = errors.New("render: the stored state can't be read")

// Recover gives the tree a state that Durables.State has returned, of this view or an earlier one, before
// anything is mounted. The page has its values at once, components when they are rendered for the first time.
func (t *Tree) Recover(state []byte) error {
	list, err := ReadDurable(state)
	if err != nil {
		return err
	}
	t.recovered = map[string][]scope.Saved{}
	for _, v := range list {
		t.recovered[v.Component] = append(t.recovered[v.Component], scope.Saved{Name: v.Key, Data: v.Data})
	}
	t.root.scope.Recover(t.recovered[""])
	delete(t.recovered, "")
	return nil
}

// recover gives a new component what was stored of it.
func (t *Tree) recover(c *Component) {
	if len(t.recovered) > 0 {
		c.scope.Recover(t.recovered[c.Address()])
	}
}

// DurableCodec is part of scope.Owner.
func (c *Component) DurableCodec(k *scope.Key) *scope.Codec { return c.kind.Durable[k] }

// Durables are the values of a tree's durable keys at one moment.
type Durables struct {
	list  []component
	found []DurableValue // that were recovered, of components that were not rendered yet
}

type component struct {
	address string
	values  scope.Durables
}

// Durable returns the values of all durable keys at the end of a turn. Of components that were recovered and
// not rendered yet it has what was stored.
func (t *Tree) Durable() *Durables {
	d := new(Durables)
	for _, c := range t.all {
		values := c.scope.Durable()
		switch {
		case values.IsEmpty():
		case c.IsPage():
			d.list = append(d.list, component{"", values})
		default:
			d.list = append(d.list, component{c.Address(), values})
		}
	}
	for address, saved := range t.recovered {
		if t.Lookup(address) != nil { // when it leaves the page, nothing of it is left
			delete(t.recovered, address)
			continue
		}
		for _, s := range saved {
			d.found = append(d.found, DurableValue{address, s.Name, s.Data})
		}
	}
	return d
}

// IsPlain reports whether Encode runs no code of the application's.
func (d *Durables) IsPlain() bool {
	for _, c := range d.list {
		if !c.values.IsPlain() {
			return false
		}
	}
	return true
}

// Encode encodes the values, which may run code of the application's. It touches nothing of the tree.
func (d *Durables) Encode() error {
	for _, c := range d.list {
		if err := c.values.Encode(); err != nil {
			return err
		}
	}
	return nil
}

// State returns the encoded values: the same bytes for the same values, none without any.
func (d *Durables) State() []byte {
	list := d.found
	for _, c := range d.list {
		for _, s := range c.values.Saved() {
			list = append(list, DurableValue{c.address, s.Name, s.Data})
		}
	}
	slices.SortFunc(list, func(a, b DurableValue) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Key, b.Key))
	})
	size := 0
	for _, v := range list {
		size += len(v.Component) + len(v.Key) + len(v.Data) + 3*binary.MaxVarintLen32
	}
	return AppendDurable(make([]byte, 0, size), list)
}

// AppendDurable appends values as a state.
func AppendDurable(b []byte, list []DurableValue) []byte {
	for _, v := range list {
		b = appendText(b, v.Component)
		b = appendText(b, v.Key)
		b = appendText(b, v.Data)
	}
	return b
}

func appendText[T string | []byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// ReadDurable returns the values of a state. They share its memory.
func ReadDurable(state []byte) (list []DurableValue, err error) {
	for len(state) > 0 {
		var texts [3][]byte
		for i := range texts {
			n, size := binary.Uvarint(state)
			if size <= 0 || n > uint64(len(state)-size) {
				return nil, errDurable
			}
			texts[i] = state[size:][:n:n]
			state = state[size:][n:]
		}
		list = append(list, DurableValue{string(texts[0]), string(texts[1]), texts[2]})
	}
	return list, nil
}

// LargestFirst returns the values by their sizes.
func LargestFirst(list []DurableValue) []DurableValue {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b DurableValue) int { return cmp.Compare(len(b.Data), len(a.Data)) })
	return list
}
