package protocol

import "strings"

// maxEventName is how long the name of a pushed event may be.
const maxEventName = 100

// IsEventName reports whether a pushed event may have the name: it has a colon inside, so that it is none of the
// browser's, and is none of the kit's or htmx's.
func IsEventName(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(":._-", c) < 0 {
			return false
		}
	}
	before, after, ok := strings.Cut(name, ":")
	return ok && before != "" && after != "" && len(name) <= maxEventName && before != "sb" && before != "hx" && before != "htmx"
}
