package forms

import (
	"context"
	"encoding/binary"
	"hash/maphash"

	"github.com/a-h/templ"
)

var versionSeed = maphash.MakeSeed()

// version is a hash of all that the markup of the control is made of, but what is read with its context. It
// reports false if there is an attribute that it can't tell from others.
func (c *control) version(ctx context.Context) (hash uint64, ok bool) {
	var h maphash.Hash
	h.SetSeed(versionSeed)
	f := c.field
	maphash.WriteComparable(&h, f.form.definition)
	text(&h, c.label, f.Name, f.Value)
	_ = h.WriteByte(byte(c.kind))
	flag(&h, f.Checked)
	flag(&h, f.hasFocus)
	flag(&h, c.kind == passwordControl && f.form.emptied)
	for _, v := range f.Values {
		text(&h, v)
	}
	for _, p := range f.Problems {
		maphash.WriteComparable(&h, p)
	}
	optionsInto(&h, c.options)
	for _, m := range c.more {
		if m != nil && !attributesInto(&h, m.Items()) {
			return 0, false
		}
	}
	if b := bindingOf(ctx, f.form.id); b != nil {
		v, ok := b.changeVersion()
		if !ok {
			return 0, false
		}
		number(&h, v)
	}
	return h.Sum64(), true
}

// changeVersion is the version of the attributes of the change event, which all controls of the form have.
func (b *Binding) changeVersion() (hash uint64, ok bool) {
	if !b.hasVersion {
		var h maphash.Hash
		h.SetSeed(versionSeed)
		b.hasVersion, b.isVersioned = true, attributesInto(&h, b.change)
		b.version = h.Sum64()
	}
	return b.version, b.isVersioned
}

func optionsInto(h *maphash.Hash, options []Option) {
	number(h, uint64(len(options)))
	for _, o := range options {
		text(h, o.Value, o.Label)
		flag(h, o.Disabled)
		optionsInto(h, o.Options)
	}
}

func attributesInto(h *maphash.Hash, items []templ.KeyValue[string, any]) bool {
	for _, kv := range items {
		text(h, kv.Key)
		switch v := kv.Value.(type) {
		case string:
			text(h, v)
		case bool:
			flag(h, v)
		case int:
			number(h, uint64(v))
		default:
			return false
		}
	}
	return true
}

// text writes texts, and where each ends.
func text(h *maphash.Hash, texts ...string) {
	for _, t := range texts {
		number(h, uint64(len(t)))
		_, _ = h.WriteString(t)
	}
}

func number(h *maphash.Hash, n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	_, _ = h.Write(b[:])
}

func flag(h *maphash.Hash, on bool) {
	b := byte(0)
	if on {
		b = 1
	}
	_ = h.WriteByte(b)
}
