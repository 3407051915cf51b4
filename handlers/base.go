package handlers

import (
	"net/http"
	"strings"
)

// takesBase reports whether a layout's <base> acts under a policy; "-" is none. Under the
// default it does not.
func takesBase(policy string) bool {
	for d := range strings.SplitSeq(strings.ToLower(policy), ";") {
		if name, sources, _ := strings.Cut(strings.TrimSpace(d), " "); name == "base-uri" {
			return strings.TrimSpace(sources) != "'none'"
		}
	}
	return true
}

// address is what the addresses of a view's events and connection begin with: nothing, since
// they are the page's own with another query; its path, where a layout's <base> could make
// something else of them.
func (k *Kit) address(r *http.Request) string {
	if !k.based {
		return ""
	}
	path := sentPath(r)
	if strings.HasPrefix(path, "//") {
		path = "/." + path // else the browser would take what follows for a host
	}
	return path
}
