package e2e_test

import "testing"

// Case 400: what is done too often does not run, and the page says when to try again.
func TestTheReportIsMadeFiveTimesAMinute(t *testing.T) {
	t.Parallel()
	p := openJobs(t)
	p.WaitFor(`document.getElementById("made") && !document.querySelector("#report[aria-busy]")`)
	p.AllowErrors("answered 429")
	for range 6 {
		p.ClickText("button", "Reload report")
	}
	p.WaitFor(`document.getElementById("sb-notice").textContent.startsWith("That was too often. Please try again in ")`)
}
