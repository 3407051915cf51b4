package protocol_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/sideband-go/sideband/internal/protocol"
)

// Case 17.
func TestLocalAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"/":                       "/",
		"/x?y#z":                  "/x?y#z",
		"/users/7?tab=posts#top":  "/users/7?tab=posts#top",
		"?page=2":                 "?page=2",
		"?":                       "?",
		"?next=//evil.example":    "?next=//evil.example",
		"/a b":                    "/a%20b",
		"/größe?maß=ß#ß":          "/gr%C3%B6%C3%9Fe?ma%C3%9F=%C3%9F#%C3%9F",
		`/x?q="<>'`:               "/x?q=%22%3C%3E'",
		"/chat/a%2Fb":             "/chat/a%2Fb",
		"/a:b,c;d":                "/a:b,c;d",
		"/x?path:/y,source:#z":    "/x?path:/y,source:#z",
		"/.well-known/change":     "/.well-known/change",
		"/javascript:alert(1)":    "/javascript:alert(1)",
		"/x?url=https://a.test/b": "/x?url=https://a.test/b",
	} {
		if a, err := protocol.LocalAddress(in); err != nil || a.String() != want || a.IsExternal() {
			t.Errorf("%q: %q, %v", in, a, err)
		}
	}
	for _, in := range hostile {
		if a, err := protocol.LocalAddress(in); !errors.Is(err, protocol.ErrAddress) || a != (protocol.Address{}) {
			t.Errorf("%q is let through as %q: %v", in, a, err)
		}
	}
}

var hostile = []string{
	"", " ", "x", "./x", "../x", "#top", " /x", "\t/x",
	"javascript:alert(1)", "JaVaScRiPt:alert(1)", "js:alert(1)", "data:text/html,x", "mailto:a@b", "https://evil.example", "http:/evil.example", "http:evil.example",
	"//evil.example", "///evil.example", "////evil.example", `\\evil.example`, `/\evil.example`, `\/evil.example`, `/a\b`, `/x?y=\`,
	"/\t/evil.example", "/\n/evil.example", "/\r\n/x", "/x\r\nSet-Cookie: a=b", "/x\x00", "/x\x7f", "/x\u0085y", "/x\xff", "/x?a=\r\n",
	"/%2fevil.example", "/%2Fevil.example", "/%5cevil.example", "/.//evil.example", "/..//evil.example", "/%2e%2e//evil.example", "/x/../y", "/x/.",
	"//user:password@evil.example", "/%zz", "/" + strings.Repeat("x", 2000),
}

// Case 17.
func TestExternalAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example":                "https://a.example",
		"http://a.example:8080/x?y=ü#z":    "http://a.example:8080/x?y=%C3%BC#z",
		"HTTPS://A.example/a,b":            "https://A.example/a,b",
		"https://[::1]:443/":               "https://[::1]:443/",
		"https://xn--grsse-lra.example/ ä": "https://xn--grsse-lra.example/%20%C3%A4",
	} {
		if a, err := protocol.ExternalAddress(in); err != nil || a.String() != want || !a.IsExternal() {
			t.Errorf("%q: %q, %v", in, a, err)
		}
	}
	for _, in := range []string{
		"", "/x", "//a.example", "a.example", "?x", "javascript://a.example/%0aalert(1)", "ftp://a.example", "data:text/html,x",
		"http:a.example", "http:/a.example", "http:///a.example", "https://", "https://:80", "https://?x", "https://user@a.example", "https://user:pass@a.example",
		`https:\\a.example`, `https://a.example\@b.example`, "https://a.example\r\nX: y", " https://a.example", "https://größe.example", "https://a%2eexample",
		"https://a.example/" + strings.Repeat("x", 2000),
	} {
		if a, err := protocol.ExternalAddress(in); !errors.Is(err, protocol.ErrAddress) || a != (protocol.Address{}) {
			t.Errorf("%q is let through as %q: %v", in, a, err)
		}
	}
}

// staysHere is what browsers make of an address, as far as it decides about the host.
func staysHere(text string) error {
	text = strings.Map(func(c rune) rune {
		switch c {
		case '\t', '\n', '\r':
			return -1
		case '\\':
			return '/'
		}
		return c
	}, strings.TrimFunc(text, func(c rune) bool { return c <= ' ' }))
	base, _ := url.Parse("https://app.example/a/b")
	u, err := base.Parse(text)
	if err != nil {
		return err
	}
	if u.Scheme != "https" || u.Host != "app.example" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return fmt.Errorf("it leads to %s", u)
	}
	return nil
}

// Case 17.
func FuzzAddresses(f *testing.F) {
	for _, s := range append(hostile, "/x?y#z", "?page=2", "https://a.example/ä?b=c#d", "/a%2Fb?%zz", "/x:y") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if a, err := protocol.LocalAddress(in); err == nil {
			text := a.String()
			if err := staysHere(text); err != nil {
				t.Errorf("%q becomes %q: %v", in, text, err)
			}
			if again, err := protocol.LocalAddress(text); len(text) <= 2000 && (err != nil || again != a) {
				t.Errorf("%q becomes %q, and that %q: %v", in, text, again, err)
			}
			plain(t, text)
		}
		if a, err := protocol.ExternalAddress(in); err == nil {
			text := a.String()
			if u, err := url.Parse(text); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
				t.Errorf("%q becomes %q: %v", in, text, err)
			}
			plain(t, text)
		}
	})
}

func plain(t *testing.T, text string) {
	t.Helper()
	if strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune("\"<>\\", c) }) {
		t.Errorf("%q does not fit into a header and an attribute", text)
	}
}
