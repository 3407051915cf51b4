package views

import (
	"hash/maphash"
	"math/bits"
	"reflect"
	"sync"
	"unsafe"
)

var hashSeed = maphash.MakeSeed()

// hasher hashes values of one type, which holds no pointers but those of strings.
// maphash.Comparable would do, but only for values in interfaces, and boxing each
// item costs more than all else that is done for an item that stays as it is.
type hasher []hashStep

// hashStep is a range of plain memory, or a string.
type hashStep struct {
	offset, size uintptr
	text         bool
}

var hashers sync.Map // reflect.Type → hasher

// hasherOf makes the hasher of a type for which scope.ByValue holds.
func hasherOf(t reflect.Type) hasher {
	if h, ok := hashers.Load(t); ok {
		return h.(hasher)
	}
	h := hasher(nil).add(t, 0)
	hashers.Store(t, h)
	return h
}

func (h hasher) add(t reflect.Type, at uintptr) hasher {
	switch t.Kind() {
	case reflect.Struct:
		for f := range t.Fields() {
			h = h.add(f.Type, at+f.Offset)
		}
	case reflect.Array:
		for i := range t.Len() {
			h = h.add(t.Elem(), at+uintptr(i)*t.Elem().Size())
		}
	case reflect.String:
		h = append(h, hashStep{at, 0, true})
	default:
		// Fields that touch are hashed together; what pads others is left out.
		if n := len(h) - 1; n >= 0 && !h[n].text && h[n].offset+h[n].size == at {
			h[n].size += t.Size()
		} else {
			h = append(h, hashStep{at, t.Size(), false})
		}
	}
	return h
}

// sum hashes the value at p.
func (h hasher) sum(p unsafe.Pointer) (sum uint64) {
	for _, s := range h {
		field := unsafe.Add(p, s.offset)
		var x uint64
		if s.text {
			x = maphash.String(hashSeed, *(*string)(field))
		} else {
			x = maphash.Bytes(hashSeed, unsafe.Slice((*byte)(field), s.size))
		}
		sum = (bits.RotateLeft64(sum, 29) ^ x) * 0x9e3779b97f4a7c15
	}
	return sum
}
