package handlers

import (
	"slices"
	"strings"
)

// DefaultPolicy is the Content-Security-Policy that allows what the kit needs and
// nothing else: scripts, styles, images and connections of the page's own origin, no
// inline script or style, no framing.
const DefaultPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

// Policy is [DefaultPolicy] with more sources: each text is a directive with what is
// added to it, such as "img-src data: https://images.example.org". A directive that
// the default has not is begun with 'self'; one that it forbids is opened for the
// sources alone: "frame-ancestors https://portal.example.org". It panics if a text has
// no source, or a semicolon, a comma or a line end in it.
func Policy(directives ...string) string {
	policy := strings.Split(DefaultPolicy, "; ")
	for _, d := range directives {
		name, sources, ok := strings.Cut(strings.TrimSpace(d), " ")
		if !ok || strings.ContainsAny(d, ";,\r\n") {
			panic("handlers: a directive for Policy is a name and sources, such as \"img-src data:\"")
		}
		at := slices.IndexFunc(policy, func(p string) bool { return strings.HasPrefix(p, name+" ") })
		switch {
		case at < 0:
			policy = append(policy, name+" 'self' "+sources)
		case policy[at] == name+" 'none'":
			policy[at] = name + " " + sources
		default:
			policy[at] += " " + sources
		}
	}
	return strings.Join(policy, "; ")
}

// takesStyles reports whether style attributes act under a policy; "-" and "" are none.
func takesStyles(policy string) bool {
	sources := ""
	rank := 0
	for d := range strings.SplitSeq(policy, ";") {
		name, list, _ := strings.Cut(strings.TrimSpace(d), " ")
		if r := slices.Index([]string{"default-src", "style-src", "style-src-attr"}, strings.ToLower(name)) + 1; r > rank {
			sources, rank = list, r
		}
	}
	return rank == 0 || strings.Contains(sources, "'unsafe-")
}
