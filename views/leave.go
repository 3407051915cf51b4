package views

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
var ErrAddress = errors.New("views: no page may be sent there")

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

// Departure is where a view's callback sends the page, and what it is told on the way.
// It is for package handlers.
type Departure struct {
	To    Address
	flash []flashChange
}

// Flash returns what the next page is to show, given what was on its way already.
func (d *Departure) Flash(carried []FlashMessage) []FlashMessage {
	b := board{}.apply(saying(carried))
	for _, c := range d.flash {
		if c.dismiss == 0 { // which names what the page shows
			b = b.apply([]flashChange{c})
		}
	}
	return b.messages()
}

// leaving is the error that stops a callback which has sent the page away.
type leaving struct{ to Address }

func (l *leaving) Error() string { return "views: redirected to " + l.to.text }

// leavingOf is where a callback's error sends the page, nil if it does not.
func leavingOf(err error) *Address {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*PanicError](err); ok {
		return nil
	}
	if l, ok := errors.AsType[*leaving](err); ok {
		return &l.to
	}
	return nil
}

// Redirect sends the page to another one of the same origin. It works through the error
// that it returns, which is for the callback to return:
//
//	return s.Redirect("/login")
//
// That is a success: what the callback has set and sent takes effect, what it has said
// with Flash is shown by the page that comes next, and this one is not rendered any more.
// The first request of a page is answered 303 in its place; an event, a message or Connect
// makes the browser load the other page, at once or when it comes back. If several
// callbacks send the page away before it has left, the last one counts.
//
// The address is a path such as "/users/7?tab=posts#top", or a query for the present path,
// "?page=2". Anything else is refused with an error that says why ([ErrAddress], wrapped),
// and the callback that returns it has failed. One that differs from the page's own in
// what follows the # alone loads nothing.
func (s *Socket) Redirect(url string) error { return s.leave(url, LocalAddress) }

// RedirectExternal is Redirect to an http or https address of any site, which is to be
// absolute. An address that a user can choose makes the site one that sends people where
// others want them: check it first.
func (s *Socket) RedirectExternal(url string) error { return s.leave(url, ExternalAddress) }

func (s *Socket) leave(url string, check func(string) (Address, error)) error {
	s.check()
	to, err := check(url)
	if err != nil {
		return fmt.Errorf("redirect to %.100q: %w", url, err)
	}
	return &leaving{to}
}

// TakeDeparture returns where a callback has sent the page, once; nil if none has.
func (in *Instance) TakeDeparture() *Departure {
	d := in.away
	in.away = nil
	return d
}

// Departing reports whether TakeDeparture has one.
func (in *Instance) Departing() bool { return in.away != nil }

// settle takes over where a callback that has succeeded sends the page, and what it says:
// to the page itself, or to the one that comes next.
func (in *Instance) settle(s *Socket, to *Address) {
	if to != nil {
		in.away = &Departure{To: *to, flash: in.saidOnLeaving()}
	}
	switch {
	case len(s.flash) == 0:
	case in.away != nil:
		in.away.flash = append(in.away.flash, s.flash...)
	default:
		in.inbox = append(in.inbox, flashing(s.flash))
	}
}

// saidOnLeaving is what was said for a departure that another one takes the place of.
func (in *Instance) saidOnLeaving() []flashChange {
	if in.away == nil {
		return nil
	}
	return in.away.flash
}
