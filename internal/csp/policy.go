// Package csp finds what a Content-Security-Policy blocks in a page, so that developers learn of it
// without a browser's console. It reads HTML but no scripts, and allows what it does not understand.
package csp

import (
	"net/url"
	"slices"
	"strings"
)

// Policies are the policies of one page. A browser loads what all of them allow. The zero value
// allows everything.
type Policies []policy

// policy holds the sources of each directive.
type policy map[string][]string

// Parse reads the values of Content-Security-Policy headers.
func Parse(headers ...string) Policies {
	var all Policies
	for _, h := range headers {
		for one := range strings.SplitSeq(h, ",") {
			p := policy{}
			for d := range strings.SplitSeq(one, ";") {
				words := strings.Fields(d)
				if len(words) == 0 {
					continue
				}
				name := strings.ToLower(words[0])
				if _, twice := p[name]; !twice { // the first counts
					p[name] = words[1:]
				}
			}
			if len(p) > 0 {
				all = append(all, p)
			}
		}
	}
	return all
}

// sources returns the sources of the first of these directives that the policy has. set is false if
// it has none of them: then everything is allowed.
func (p policy) sources(directives ...string) (list []string, set bool) {
	for _, d := range directives {
		if list, set = p[d]; set {
			return list, true
		}
	}
	return nil, false
}

// inline reports whether an inline script or style is allowed: by 'unsafe-inline', by its nonce, or
// perhaps by a hash, which is not computed here.
func (all Policies) inline(nonce string, directives ...string) bool {
	for _, p := range all {
		list, set := p.sources(directives...)
		if !set {
			continue
		}
		strict := false
		allowed := slices.ContainsFunc(list, func(s string) bool {
			s = strings.Trim(s, "'")
			isNonce := strings.HasPrefix(s, "nonce-")
			isHash := strings.HasPrefix(s, "sha256-") || strings.HasPrefix(s, "sha384-") || strings.HasPrefix(s, "sha512-")
			strict = strict || isNonce || isHash
			return isHash || isNonce && nonce != "" && s == "nonce-"+nonce
		})
		if !allowed && (strict || !slices.Contains(list, "'unsafe-inline'")) {
			return false
		}
	}
	return true
}

// evaluates reports whether scripts may evaluate texts.
func (all Policies) evaluates() bool {
	for _, p := range all {
		if list, set := p.sources("script-src", "default-src"); set && !slices.Contains(list, "'unsafe-eval'") {
			return false
		}
	}
	return true
}

// loads reports whether a page of a host may load an address. Without a host, any address counts as
// one of the page's own host.
func (all Policies) loads(address, host, nonce string, directives ...string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || address == "" {
		return true
	}
	for _, p := range all {
		list, set := p.sources(directives...)
		if set && !slices.ContainsFunc(list, func(s string) bool { return matches(s, u, host, nonce) }) {
			return false
		}
	}
	return true
}

// matches reports whether a source matches an address. It does not compare ports and paths.
func matches(source string, u *url.URL, host, nonce string) bool {
	if u.Host == "" && u.Scheme == "" || u.Host != "" && (u.Host == host || host == "") {
		if source == "'self'" || u.Host == "" && source == "*" {
			return true
		}
		u = &url.URL{Scheme: "https", Host: host}
	}
	source = strings.ToLower(source)
	network := u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https"
	switch {
	case source == "*":
		return network
	case source == "'strict-dynamic'", nonce != "" && source == strings.ToLower("'nonce-"+nonce+"'"):
		return true
	case strings.HasPrefix(source, "'"):
		return false
	case strings.HasSuffix(source, ":"):
		return u.Scheme == strings.TrimSuffix(source, ":") || source == "https:" && u.Scheme == ""
	}
	if !network {
		return false
	}
	if _, rest, ok := strings.Cut(source, "://"); ok {
		source = rest
	}
	source, _, _ = strings.Cut(source, "/")
	source, _, _ = strings.Cut(source, ":")
	name := strings.ToLower(u.Hostname())
	if domain, ok := strings.CutPrefix(source, "*."); ok {
		return strings.HasSuffix(name, "."+domain)
	}
	return name == source
}
