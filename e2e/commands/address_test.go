package commands_test

import (
	"testing"

	"github.com/sideband-go/sideband/handlers"
)

// Case 446: Patch changes the address and what the page shows, in the same document, with an entry in the history or without.
func TestCommandsPatchTheAddress(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	at := func(address, n string) {
		t.Helper()
		c.WaitFor(`location.pathname + location.search === ` + quote(address))
		c.WaitText("#n", n)
	}
	at("/commanded?as=ann", "0")
	c.Click("#patch")
	at("/commanded?as=ann&n=2", "2")
	c.is("m", `"jsPatched" in e.dataset`)
	c.Click("#patch-replace")
	at("/commanded?as=ann&n=3", "3")
	c.stayed()
	c.Back() // over the entry that is not there any more
	at("/commanded?as=ann", "0")
}

// Case 441: Copy and CopyFrom write to the clipboard what they say, and the chain goes on; where the browser does not let
// them, it ends.
func TestCommandsCopy(t *testing.T) {
	t.Parallel()
	c := open(t, handlers.Config{})
	c.Permit("clipboard-read", true)
	c.Permit("clipboard-write", true)
	copied := func(want string) {
		t.Helper()
		c.WaitFor(`navigator.clipboard.readText().then(text => text === ` + quote(want) + `)`)
	}
	c.Click("#copy")
	c.is("copy", `"jsCopied" in e.dataset`)
	copied("co`py '\"")
	c.Fill("#second", "typed <&>")
	c.Click("#copyfrom")
	c.is("copyfrom", `"jsCopied" in e.dataset`)
	copied("typed <&>")

	c.Eval(`for (const id of ["copy", "copyfrom"]) delete document.getElementById(id).dataset.jsCopied`, nil)
	c.Permit("clipboard-write", false)
	c.Click("#copy")
	c.Click("#copyfrom")
	c.WaitFor(`navigator.clipboard.writeText("refused").then(() => false, () => true)`)
	c.is("copy", `!("jsCopied" in e.dataset)`)
	c.is("copyfrom", `!("jsCopied" in e.dataset)`)
	copied("typed <&>")
	c.stayed()
}
