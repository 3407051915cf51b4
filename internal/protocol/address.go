package protocol

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Address is where a page may be sent: what leaves the server as the target of a
// redirect is of this type. It is a path of the same origin or, if it was asked for as
// such, an http or https address elsewhere; its text is plain ASCII, which HTTP headers
// and HTML hold alike. The zero value is no address.
type Address struct{ text string }

// String is the address as browsers get it.
func (a Address) String() string { return a.text }

// IsExternal reports whether the address names a host.
func (a Address) IsExternal() bool { return a.text != "" && a.text[0] == 'h' }

// maxAddress bounds an address, in bytes: it travels in headers.
const maxAddress = 2000

// ErrAddress is returned, wrapped, for an address that a page must not be sent to.
var ErrAddress = errors.New("views: invalid redirect target")

func refusedAddress(rule string) (Address, error) {
	return Address{}, fmt.Errorf("%w: %s", ErrAddress, rule)
}

// LocalAddress takes a path of the same origin, "/users/7?tab=posts#top", or a query for
// the path that the page has, "?page=2". It refuses, with ErrAddress, everything that a
// browser might take for something else.
func LocalAddress(text string) (Address, error) {
	switch {
	case text == "" || text[0] != '/' && text[0] != '?':
		return refusedAddress("it is to begin with / or ?; RedirectExternal is for other sites")
	case strings.HasPrefix(text, "//"):
		return refusedAddress("// begins the name of another host")
	}
	u, err := parseAddress(text)
	if err != nil {
		return Address{}, err
	}
	switch {
	case u.Scheme != "" || u.Opaque != "" || u.Host != "" || u.User != nil:
		return refusedAddress("it names another host")
	case strings.HasPrefix(u.Path, "//") || strings.HasPrefix(u.Path, `/\`):
		return refusedAddress("// begins the name of another host, also when it is escaped")
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return refusedAddress("its path has . or .. in it")
		}
	}
	return addressOf(u)
}

// ExternalAddress takes an absolute address with http or https. It refuses, with
// ErrAddress, other schemes, names and passwords, and hosts that are not written in
// ASCII.
func ExternalAddress(text string) (Address, error) {
	u, err := parseAddress(text)
	if err != nil {
		return Address{}, err
	}
	plainHost := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(".-_:[]", c)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return refusedAddress("it is to begin with http:// or https://")
	case u.Opaque != "" || u.Hostname() == "":
		return refusedAddress("it names no host")
	case u.User != nil:
		return refusedAddress("it has a user's name in it")
	case strings.ContainsFunc(u.Host, func(c rune) bool { return !plainHost(c) }):
		return refusedAddress("its host is to be written in ASCII")
	}
	return addressOf(u)
}

func parseAddress(text string) (*url.URL, error) {
	rule := ""
	switch {
	case len(text) > maxAddress:
		rule = fmt.Sprintf("it is longer than %d bytes", maxAddress)
	case !utf8.ValidString(text):
		rule = "it is not UTF-8"
	case strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c >= 0x7f && c < 0xa0 }):
		rule = "it has a control character in it"
	case strings.Contains(text, `\`):
		rule = "it has a backslash in it, which browsers take for a slash"
	}
	if rule == "" {
		u, err := url.Parse(text)
		if err == nil {
			return u, nil
		}
		rule = "it does not parse" // url's error would repeat the whole of it
	}
	_, err := refusedAddress(rule)
	return nil, err
}

// addressOf writes an address that was let through.
func addressOf(u *url.URL) (Address, error) {
	text := u.String()
	if strings.HasPrefix(text, "./") { // what url puts before a path with a colon
		return refusedAddress("it does not parse")
	}
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>`{|}^", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	if b.Len() > 3*maxAddress {
		return refusedAddress("it is too long")
	}
	return Address{b.String()}, nil
}
