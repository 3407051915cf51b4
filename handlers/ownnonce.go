package handlers

import (
	"bytes"

	"golang.org/x/net/html"
)

// warnNonce tells developers of a layout with a script that has a nonce of its own before the kit's: htmx takes the first
// one in the document for the page's, and strips all that has another.
func (k *Kit) warnNonce(view, nonce string, h []byte) {
	if nonce == "" {
		return
	}
	z := html.NewTokenizer(bytes.NewReader(h))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken:
			t := z.Token()
			if t.Data != "script" {
				continue
			}
			for _, a := range t.Attr {
				if a.Key != "nonce" {
					continue
				}
				type key struct{ view, what string }
				if a.Val != nonce {
					k.once(key{view, "nonce"}, func() {
						k.log.Error("sideband: a script of the layout has a nonce of its own, and stands before Document.Head: "+
							"with Commands nothing on the page works; put it behind Head", "view", view)
					})
				}
				return
			}
		}
	}
}
