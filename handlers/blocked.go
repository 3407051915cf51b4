package handlers

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/sideband-go/sideband/internal/csp"
)

const (
	maxBlocked = 200 // how many elements warnBlocked tells of: they may have any name
	maxPlace   = 200 // bytes of such a name
)

// warnBlocked tells developers, once for each place, of what the browser leaves out of a page
// since the page's own policy blocks it.
func (k *Kit) warnBlocked(view string, policies csp.Policies, host string, h []byte) {
	policies.Scan(h, host, func(tag string, attrs []html.Attribute, what string) {
		place := "<" + tag
		for _, a := range attrs {
			if a.Key == "id" || a.Key == "class" {
				place += " " + a.Key + "=" + strconv.Quote(digits.ReplaceAllString(a.Val, "0"))
			}
		}
		place += ">"
		if len(place) > maxPlace {
			place = strings.ToValidUTF8(place[:maxPlace], "") + "…"
		}
		type key struct{ view, place, what string }
		if k.blocked.Load() >= maxBlocked {
			return
		}
		k.once(key{view, place, what}, func() {
			k.blocked.Add(1)
			k.log.Warn("sideband: the page's Content-Security-Policy blocks this in every browser: "+
				"use a class or a data attribute and a stylesheet, or a file, or allow it with handlers.Policy",
				"view", view, "element", place, "blocked", what)
		})
	})
}

// digits are what tells elements of one place apart, most often.
var digits = regexp.MustCompile(`[0-9]+`)
