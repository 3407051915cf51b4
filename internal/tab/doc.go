// Package tab is a browser's tab without a browser: it loads a page over HTTP and does
// with it, in Go, what htmx 4.0.1 with its hx-sse extension does in a browser. The
// document is a [htmxdom.Document]; what this package adds is what happens between it
// and the server: requests with their headers, queues and timeouts, the event source with its
// reconnects, hidden tabs, navigation and history.
//
// A tab goes on by itself, as one on a desk does: it has goroutines for requests and
// event sources, and timers. [Tab.Close] ends them all and waits for them. Everything that
// touches the page happens under one lock, as it happens on one thread in a browser.
// Time is the standard library's, so that tests may run in a synctest bubble, and the
// network is whatever http.Client a test gives.
//
// With [Config.WithoutScripts] it is a browser that runs no scripts. Forms are submitted, or are not
// since a control of them is not valid, as in Chromium.
//
// There is no layout either: what is in view is what [Config] and [Tab.ScrollTo] say.
//
// Left out are scripts (event filters and js: values among them), uploads, boosted links
// and hx-location; and a page that is left is gone, as in a browser without a
// back/forward cache. An element's triggers are read when an event comes, not when htmx
// takes the element up.
package tab
