// Package browser drives Debian's Chromium in tests of this project.
//
// One Chromium process serves a whole test binary. It starts when the first
// page is opened and ends with [Close], which a package's TestMain calls by
// way of [Tests]:
//
//	func TestMain(m *testing.M) { os.Exit(browser.Tests{M: m}.Run()) }
//
// [Open] opens a page as a person of their own: with cookies, storage and a
// window that no other page shares. [Page.NewTab] opens a second tab for the
// same person. In a window only the front tab is visible; [Page.Front] hides
// the others for real, so that pages see visibilitychange as they do on a desk.
//
// A page collects what goes wrong in it (console errors, uncaught exceptions,
// failed requests) and fails its test for it, unless [Page.AllowErrors] was
// told otherwise. Nothing sleeps for a fixed time: each wait asks again until
// a condition holds or the page's limit (20 s, see [Page.Within]) has passed, and a
// failing wait says what it saw last.
//
// Methods of a page are called from the goroutine of its test. Different
// pages may be used in parallel.
package browser
