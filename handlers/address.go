package handlers

import (
	"net/http"
	"net/url"
	"strings"
)

// isCanonical reports whether a router that matches the path as it was sent (chi) and one
// that decodes it (net/http) see the same, as far as that can be. chi does not decode what
// it matches: where %74 stands for a t, middleware compares something else than it means.
func isCanonical(u *url.URL) bool {
	if !strings.Contains(u.RawPath, "%") { // nearly always empty: the path has its usual escapes, or none
		return true
	}
	path, ok := canonicalPath(u.RawPath)
	return ok && path == u.RawPath
}

// canonicalPath writes an escaped path as net/url does, which chi matches decoded. A slash
// inside a segment can only be written %2F, and then chi matches the path escaped: each
// segment is written as url.PathEscape does. It reports false for what is no path, or would
// be another one in a browser.
func canonicalPath(escaped string) (path string, ok bool) {
	segments := strings.Split(escaped, "/")
	slash := false
	for i, s := range segments {
		text, err := url.PathUnescape(s)
		if err != nil || text == "." || text == ".." {
			return "", false
		}
		slash = slash || strings.Contains(text, "/")
		segments[i] = text
	}
	if !slash {
		u := url.URL{Path: strings.Join(segments, "/")}
		return u.EscapedPath(), true
	}
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/"), true
}

// sentPath is the request's path as the browser sent it, which a router may have cut.
func sentPath(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		return path
	}
	u, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		u = r.URL
	}
	if u.RawPath != "" {
		return u.RawPath
	}
	return u.EscapedPath()
}

// canonicalAddress is where a browser finds the page whose path it has written in another
// way. It reports false if there is no such place: the path can't be mended, or it was
// something on the server that wrote it so.
func canonicalAddress(r *http.Request, query string) (address string, ok bool) {
	sent := sentPath(r)
	path, ok := canonicalPath(sent)
	if !ok || path == sent || !isLocal(path) {
		return "", false
	}
	if query != "" {
		path += "?" + query
	}
	return path, true
}

// serveMisspelled answers a request whose path is not canonical: nothing of the page runs,
// because the application's middleware may have taken it for another one.
func (rt Route) serveMisspelled(w http.ResponseWriter, r *http.Request) {
	ref, g := refused(http.StatusConflict, "the path is not canonical"), guardOf(r.Context(), rt.kit)
	switch {
	case r.Method == http.MethodPost:
		rt.refuse(w, r, ref)
	case g.connecting:
		rt.refuseConnection(w, r, ref)
	default:
		if to, ok := canonicalAddress(r, g.sent); ok {
			seeOther(w, to)
			return
		}
		rt.kit.errorPage(w, r, http.StatusNotFound, rt.kit.config.Texts.NoSuchPage)
	}
}
