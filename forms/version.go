package forms

import (
	"context"
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
	if !attributesInto(&h, changeBinding(ctx, f.form.id)) {
		return 0, false
	}
	return h.Sum64(), true
}

func optionsInto(h *maphash.Hash, options []Option) {
	maphash.WriteComparable(h, len(options))
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
			maphash.WriteComparable(h, v)
		default:
			return false
		}
	}
	return true
}

// text writes texts, and where each ends.
func text(h *maphash.Hash, texts ...string) {
	for _, t := range texts {
		maphash.WriteComparable(h, len(t))
		_, _ = h.WriteString(t)
	}
}

func flag(h *maphash.Hash, on bool) {
	b := byte(0)
	if on {
		b = 1
	}
	_ = h.WriteByte(b)
}
