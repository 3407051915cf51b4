package render

import (
	"hash/maphash"
	"math/bits"
	"reflect"
	"sync"
	"unsafe"

	"github.com/sideband-go/sideband/internal/scope"
)

var hashSeed = maphash.MakeSeed()

// HashOf hashes a comparable value, to identify an item of a list.
func HashOf[K comparable](v K) uint64 { return maphash.Comparable(hashSeed, v) }

// Hasher hashes values of one type, which holds no pointers but those of strings.
// maphash.Comparable needs values in interfaces, and boxing each item costs more than everything
// else that is done for an unchanged item.
type Hasher []hashStep

// hashStep is a range of plain memory, or a string.
type hashStep struct {
	offset, size uintptr
	text         bool
}

var hashers sync.Map // reflect.Type → Hasher, or nil

// HasherOf returns the hasher of a type. It reports false if scope.ByValue does not hold for it.
func HasherOf(t reflect.Type) (h Hasher, ok bool) {
	known, found := hashers.Load(t)
	if !found {
		if known = nil; scope.ByValue(t) {
			known = Hasher(nil).add(t, 0)
		}
		hashers.Store(t, known)
	}
	h, ok = known.(Hasher)
	return h, ok
}

func (h Hasher) add(t reflect.Type, at uintptr) Hasher {
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
		// Fields that touch are hashed together; padding is left out.
		if n := len(h) - 1; n >= 0 && !h[n].text && h[n].offset+h[n].size == at {
			h[n].size += t.Size()
		} else {
			h = append(h, hashStep{at, t.Size(), false})
		}
	}
	return h
}

// Sum hashes the value at p.
func (h Hasher) Sum(p unsafe.Pointer) (sum uint64) {
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
