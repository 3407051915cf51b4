package query

import (
	"hash/maphash"
	"math"
	"reflect"
	"sync/atomic"
	"time"
)

var (
	seed   = maphash.MakeSeed()
	unique atomic.Uint64
)

// maxDigestDepth is how deep values refer to others in a digest. What is deeper counts as changed.
const maxDigestDepth = 16

// digestOf returns a number that is the same for values that show the same, and another one for others. A value that
// cannot be compared gets a number of its own each time.
func digestOf(v any) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	if !digest(reflect.ValueOf(v).Elem(), &h, maxDigestDepth) {
		maphash.WriteComparable(&h, unique.Add(1))
	}
	return h.Sum64()
}

// digest writes a value and all that it refers to. It reports false if that is not possible.
func digest(v reflect.Value, h *maphash.Hash, depth int) bool {
	if depth == 0 {
		return false
	}
	switch k := v.Kind(); k {
	case reflect.Bool:
		maphash.WriteComparable(h, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		maphash.WriteComparable(h, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		maphash.WriteComparable(h, v.Uint())
	case reflect.Float32, reflect.Float64:
		maphash.WriteComparable(h, math.Float64bits(v.Float()))
	case reflect.Complex64, reflect.Complex128:
		maphash.WriteComparable(h, [2]uint64{math.Float64bits(real(v.Complex())), math.Float64bits(imag(v.Complex()))})
	case reflect.String:
		maphash.WriteComparable(h, v.String())
	case reflect.Struct:
		if t, ok := timeOf(v); ok {
			zone, offset := t.Zone()
			maphash.WriteComparable(h, t.UnixNano())
			maphash.WriteComparable(h, zone)
			maphash.WriteComparable(h, offset)
			return true
		}
		for i := range v.NumField() {
			if !digest(v.Field(i), h, depth) {
				return false
			}
		}
	case reflect.Array, reflect.Slice:
		maphash.WriteComparable(h, v.Len())
		if k == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			_, _ = h.Write(v.Bytes()) // it never fails
			return true
		}
		for i := range v.Len() {
			if !digest(v.Index(i), h, depth-1) {
				return false
			}
		}
	case reflect.Map:
		return digestMap(v, h, depth)
	case reflect.Pointer, reflect.Interface:
		maphash.WriteComparable(h, v.IsNil())
		if v.IsNil() {
			return true
		}
		if k == reflect.Interface {
			maphash.WriteComparable(h, v.Elem().Type())
		}
		return digest(v.Elem(), h, depth-1)
	default: // a channel, a function
		maphash.WriteComparable(h, v.IsNil())
		return v.IsNil()
	}
	return true
}

// digestMap writes a map's entries in no order.
func digestMap(v reflect.Value, h *maphash.Hash, depth int) bool {
	var sum uint64
	for it := v.MapRange(); it.Next(); {
		var entry maphash.Hash
		entry.SetSeed(seed)
		if !digest(it.Key(), &entry, depth-1) || !digest(it.Value(), &entry, depth-1) {
			return false
		}
		sum += entry.Sum64()
	}
	maphash.WriteComparable(h, v.Len())
	maphash.WriteComparable(h, sum)
	return true
}

// timeOf returns a time, whose fields say little about it. One in an unexported field can't be read.
func timeOf(v reflect.Value) (time.Time, bool) {
	if !v.CanInterface() {
		return time.Time{}, false
	}
	t, ok := v.Interface().(time.Time)
	return t, ok
}
