package render

import (
	"reflect"
	"runtime"
	"strings"
	"sync"
)

var captures sync.Map // code pointer → bool

// capturing reports whether a function is a closure or a bound method, by the name that the
// compiler gave it. If in doubt it reports true.
func capturing(f any) bool {
	pc := reflect.ValueOf(f).Pointer()
	if c, ok := captures.Load(pc); ok {
		return c.(bool)
	}
	fn := runtime.FuncForPC(pc)
	c := fn == nil || capturingName(fn.Name())
	captures.Store(pc, c)
	return c
}

func capturingName(name string) bool {
	name = name[strings.LastIndexByte(name, '/')+1:]
	if strings.HasSuffix(name, "-fm") || strings.Contains(name, "[...]") {
		return true
	}
	_, name, _ = strings.Cut(name, ".")
	for part := range strings.SplitSeq(name, ".") {
		part = strings.TrimLeft(part, "(*")
		if part == "" || part[0] >= '0' && part[0] <= '9' || strings.HasPrefix(part, "func") || strings.HasPrefix(part, "gowrap") || strings.Contains(part, "-range") {
			return true
		}
	}
	return false
}
