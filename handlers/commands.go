package handlers

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/sideband-go/sideband/internal/live"
)

// A page with commands has a nonce, which htmx's extension hx-csp demands of each element with an attribute of htmx's, and
// the page's policy of each script that it makes of their texts. It belongs to the document: messages carry it as long as
// that is shown, also those of a view that was remounted in another process. So it is derived from the view's id, and a
// secret: the one that has sealed the page's ticket.

// nonceSize is the size of a nonce in bytes, before it is base64.
const nonceSize = 16

// nonces are the keys of the nonces, one for each secret.
type nonces [][]byte

func newNonces(secrets [][]byte) nonces {
	var n nonces
	for _, s := range secrets {
		key, err := hkdf.Key(sha256.New, s, nil, "sideband nonce", sha256.Size)
		if err != nil {
			panic(fmt.Sprintf("handlers: %v", err)) // the size is within HKDF's
		}
		n = append(n, key)
	}
	return n
}

// of is the nonce of the page of a view whose ticket the secret of a number has sealed; "" without commands.
func (n nonces) of(view string, secret int) string {
	if n == nil {
		return ""
	}
	mac := hmac.New(sha256.New, n[secret])
	mac.Write([]byte(view))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:nonceSize])
}

// newNonce returns a nonce of no page.
func newNonce() string {
	b := make([]byte, nonceSize)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// nonceOf is the nonce of the page of a view that is to be mounted, for the first time or again.
func (rt Route) nonceOf(v *live.View, r *http.Request) string {
	if v.IsRemounted() {
		return guardOf(r.Context(), rt.kit).nonce()
	}
	return rt.kit.nonces.of(v.ID(), 0)
}

// nonce is that of the page that sends the request; "" without commands.
func (g *guard) nonce() string {
	if g.kit.nonces == nil {
		return ""
	}
	t, err := g.openTicket()
	if err != nil {
		return ""
	}
	return g.kit.nonces.of(t.view, g.kit.tickets.KeyOf(g.text))
}

// renonced returns the nonce that the elements of an answer carry in place of the page's, and names it in the answer's
// policy: hx-csp puts the page's in its place. The page's own it takes for stolen. It returns "" for "".
func renonced(h http.Header, nonce string) string {
	if nonce == "" {
		return ""
	}
	fresh := newNonce()
	h.Set("Content-Security-Policy", "script-src 'nonce-"+fresh+"'")
	return fresh
}

// namedNonce is how hx-csp finds the nonce of an answer in its policy.
var namedNonce = regexp.MustCompile(`(?i)(script-src|default-src)[^;]*'nonce-[^']+'`)

// nameNonce names a nonce in an answer to htmx that has none. Without one hx-csp would look for it in the answer's text,
// which may be what a user has written, and let that run.
func nameNonce(h http.Header, r *http.Request) {
	const policy = "Content-Security-Policy"
	if r.Header.Get("HX-Request") == "" || namedNonce.MatchString(strings.Join(h.Values(policy), ", ")) {
		return
	}
	h.Add(policy, "script-src 'nonce-"+newNonce()+"'")
	h.Add("Vary", "HX-Request") // it is not for another request
}

// version is Config.Version, and what else a page has to fit to.
func (k *Kit) version() string {
	if k.config.Commands {
		return k.config.Version + " with commands"
	}
	return k.config.Version
}

// allowNonce adds a nonce to the policies of a page, the kit's and those that the application's middleware has set; "" adds
// nothing.
func allowNonce(h http.Header, nonce string) {
	if nonce == "" {
		return
	}
	list := h["Content-Security-Policy"]
	for i, header := range list {
		policies := strings.Split(header, ",")
		for k, p := range policies {
			policies[k] = withNonce(p, nonce)
		}
		list[i] = strings.Join(policies, ",")
	}
}

// withNonce is a policy that allows the scripts with a nonce, too.
func withNonce(policy, nonce string) string {
	directives := strings.Split(policy, ";")
	others, found := "", false
	for i, d := range directives {
		name, sources, _ := strings.Cut(strings.TrimSpace(d), " ")
		switch strings.ToLower(name) {
		case "default-src":
			others, found = sources, true
		case "script-src", "script-src-elem":
			directives[i] = strings.TrimRight(d, " ") + addedNonce(sources, nonce)
		}
	}
	joined := strings.Join(directives, ";")
	if !found || hasDirective(directives, "script-src") || strings.TrimSpace(addedNonce(others, nonce)) == "" {
		return joined
	}
	if strings.EqualFold(strings.TrimSpace(others), "'none'") {
		others = ""
	}
	return strings.TrimRight(joined, "; ") + "; script-src " + strings.TrimSpace(others+addedNonce(others, nonce))
}

func hasDirective(directives []string, name string) bool {
	for _, d := range directives {
		if n, _, _ := strings.Cut(strings.TrimSpace(d), " "); strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// addedNonce is what is added to the sources of scripts: nothing where they take all inline scripts, since a nonce would
// have them take none without one.
func addedNonce(sources, nonce string) string {
	s := strings.ToLower(sources)
	if strings.Contains(s, "'unsafe-inline'") && !strings.Contains(s, "'nonce-") && !strings.Contains(s, "'sha") && !strings.Contains(s, "'strict-dynamic'") {
		return ""
	}
	return " 'nonce-" + nonce + "'"
}
