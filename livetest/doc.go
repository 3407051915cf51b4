// Package livetest tests live pages as easily as functions, without a browser:
//
//	func TestCounter(t *testing.T) {
//		page := livetest.Open(t, app.Routes(), "/counter")
//		page.Button("Increment").Click()
//		page.Expect("#count", "Count: 1")
//	}
//
// The application's own handler runs, with its middleware, sessions and connections; its
// server and the browsers are connected in memory. What the browsers do with pages,
// messages and answers is what htmx does. Tests may be parallel, use the race detector,
// and run in a bubble of testing/synctest, where time is fake.
//
// There is nothing to wait for: acting on a page returns when the server has answered
// and the page shows what came of it, and looking at a page first waits for what the
// view has sent by then. Only what comes later by itself is waited for, with [Page.Wait].
//
// A [Page] is a tab, a [Person] has tabs with the same cookies, and a [Site] is what
// they visit. Elements are found by what a person sees ([Page.Button], [Page.Field]) or
// by CSS selectors ([Page.Find]). Acting on what a person could not use fails the test.
//
// A [Form] is filled in by its labels, and says what is wrong with its fields. [Person.WithoutScripts] switches
// JavaScript off.
//
// There is no layout: see [Element.ScrollTo] for what waits to be scrolled to. Background tasks
// are waited for with [Page.Await].
//
// While a test uses pages they are checked for common mistakes: see [Check].
package livetest
